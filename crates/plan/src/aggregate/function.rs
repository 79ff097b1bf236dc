//! Each stats function as calls of aggregate functions. `perc95(x)`, `latest(user)`

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::{
        average::avg_udaf,
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
        sum::sum_udaf,
    },
    logical_expr::{Expr, cast, lit, when},
};
use speleo_functions::{AggregateSpec, StatsKind};
use speleo_syntax::{Code, Diagnostic, Span};

use super::{Call, Finish, Input};
use crate::{
    Result, kernel, meet,
    relation::{OrderKey, Relation, column},
};

/// A stats function as it is written in one place.
pub(super) struct Function {
    pub(super) spec: &'static AggregateSpec,
    pub(super) number: Option<f64>,
    pub(super) span: Span,
    pub(super) all_num: bool,
    /// The most values of a list.
    pub(super) most: Option<u64>,
}

impl Function {
    /// The calls that compute it over `input`, and what to make of them.
    pub(super) fn calls(&self, input: Input, relation: &Relation) -> Result<(Vec<Call>, Finish)> {
        let main = self.main(input.clone(), relation)?;
        let may_be_text = meet::is_text(&input.data_type);
        if self.spec.names.iter().any(|name| matches!(*name, "earliest_time" | "latest_time")) {
            return Ok((vec![main], Finish::Seconds));
        }
        if let Some(most) = self.most.filter(|_| self.spec.names.contains(&"list")) {
            return Ok((vec![main], Finish::Capped(most)));
        }
        if !self.all_num || self.spec.kind != StatsKind::Numeric || !may_be_text {
            return Ok((vec![main], Finish::Plain));
        }
        let numbers = kernel::call("spl_num", vec![input.expr.clone()])?;
        let count = |expr| Call { function: count_udaf(), args: vec![expr] };
        Ok((vec![main, count(input.expr), count(numbers)], Finish::Guarded))
    }

    fn main(&self, input: Input, relation: &Relation) -> Result<Call> {
        let name = self.spec.names.first().copied().unwrap_or_default();
        match name {
            "count" if !meet::is_list(&input.data_type) => Ok(Call { function: count_udaf(), args: vec![input.expr] }),
            "min" | "max" if meet::is_number(&input.data_type) || meet::is_time(&input.data_type) => {
                let function = if name == "min" { min_udaf() } else { max_udaf() };
                Ok(Call { function, args: vec![input.expr] })
            }
            "sum" | "avg" if meet::is_number(&input.data_type) || meet::is_time(&input.data_type) => {
                let function = if name == "sum" { sum_udaf() } else { avg_udaf() };
                Ok(Call { function, args: vec![double(input)] })
            }
            "first" | "last" => kernel_call(&format!("spl_{name}"), vec![input.expr, arrival_key(relation)?]),
            "list" => kernel_call("spl_list", vec![plain(input), arrival_key(relation)?]),
            "earliest" | "latest" => by_time(name, input, relation),
            "earliest_time" | "latest_time" => {
                let function = if name == "earliest_time" { min_udaf() } else { max_udaf() };
                let time = Input::field(relation, meet::TIME)?;
                let args = vec![when(input.expr.is_not_null(), double(time)).end()?];
                Ok(Call { function, args })
            }
            "rate" => {
                let time = Input::field(relation, meet::TIME)?;
                kernel_call("spl_rate", vec![plain(input), double(time)])
            }
            "median" => kernel_call("spl_perc", vec![plain(input), lit(50.0)]),
            _ if self.spec.has_number => {
                let number = self
                    .number
                    .filter(|number| (0.0..=100.0).contains(number))
                    .ok_or_else(|| Diagnostic::new(Code::BadValue, self.span, "a percentile lies between 0 and 100"))?;
                kernel_call(&format!("spl_{name}"), vec![plain(input), lit(number)])
            }
            "per_second" | "per_minute" | "per_hour" | "per_day" => {
                let text = format!("`{name}` needs bins of time, as `timechart` makes them");
                Err(Diagnostic::new(Code::BadValue, self.span, text).into())
            }
            _ if self.spec.of_series => {
                let text = format!("`{name}` needs the series of `mstats`");
                Err(Diagnostic::new(Code::UnsupportedFunction, self.span, text).named(name).into())
            }
            _ => kernel_call(&format!("spl_{name}"), vec![plain(input)]),
        }
    }
}

/// `latest` is the first row of the newest time, `earliest` the last of the oldest: both count from the newest.
/// A row without a time takes no part.
fn by_time(name: &str, input: Input, relation: &Relation) -> Result<Call> {
    let Some(data_type) = relation.data_type(meet::TIME) else {
        return kernel_call("spl_first", vec![meet::null_of(&input.data_type)?, lit(0_i64)]);
    };
    let newest = OrderKey::descending(meet::TIME);
    let key = if relation.order.first() == Some(&newest) {
        arrival_key(relation)?
    } else if meet::is_text(data_type) {
        let time = kernel::call("spl_num", vec![column(meet::TIME)])?;
        let mut keys = vec![time, lit("desc")];
        keys.extend(key_arguments(&relation.order));
        kernel::call("spl_order_key", keys)?
    } else {
        order_key(std::iter::once(&newest).chain(&relation.order))?
    };
    let value = when(column(meet::TIME).is_not_null(), input.expr).end()?;
    let function = if name == "latest" { "spl_first" } else { "spl_last" };
    kernel_call(function, vec![value, key])
}

/// A key that grows in the order of arrival.
pub(crate) fn arrival_key(relation: &Relation) -> Result<Expr> {
    match relation.order.as_slice() {
        [] => Ok(lit(0_i64)),
        [only]
            if !only.descending
                && relation.data_type(&only.column) == Some(&DataType::Int64)
                && is_never_null(only, relation) =>
        {
            Ok(column(&only.column))
        }
        several => order_key(several),
    }
}

fn is_never_null(key: &OrderKey, relation: &Relation) -> bool {
    relation.plan.schema().fields().iter().any(|field| *field.name() == key.column && !field.is_nullable())
}

fn order_key<'a>(keys: impl IntoIterator<Item = &'a OrderKey>) -> Result<Expr> {
    Ok(kernel::call("spl_order_key", key_arguments(keys))?)
}

fn key_arguments<'a>(keys: impl IntoIterator<Item = &'a OrderKey>) -> Vec<Expr> {
    let one = |key: &OrderKey| {
        let direction = match (key.descending, key.nulls_first) {
            (false, false) => "asc",
            (false, true) => "asc_first",
            (true, false) => "desc",
            (true, true) => "desc_first",
        };
        [column(&key.column), lit(direction)]
    };
    keys.into_iter().flat_map(one).collect()
}

fn kernel_call(name: &str, args: Vec<Expr>) -> Result<Call> {
    Ok(Call { function: kernel::aggregate(name)?, args })
}

/// The value without timestamps: `_time` counts as epoch seconds.
pub(super) fn plain(input: Input) -> Expr {
    if meet::is_time(&input.data_type) { meet::epoch(input.expr) } else { input.expr }
}

/// A numeric value as a double; texts stay, for kernels that read them.
fn double(input: Input) -> Expr {
    match input.data_type {
        DataType::Int64 => cast(input.expr, DataType::Float64),
        _ => plain(input),
    }
}
