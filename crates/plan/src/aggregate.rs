//! Aggregations, shared by `stats`, `eventstats` and `tstats`. `stats sum(bytes) AS total, dc(user) BY host`
//!
//! A written aggregation becomes one output or, with a wildcard, several; an output is a few calls of aggregate functions and
//! what is made of their results. Numeric columns use DataFusion's own sum, average, smallest and largest, on doubles where the
//! result is a sum; everything else uses the kernels with SPL's rule per value. Absent: the functions that only `timechart` has.

mod function;
mod group;
mod sparkline;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    functions_nested::extract::array_slice,
    logical_expr::{AggregateUDF, Expr, ExprSchemable, expr::AggregateFunction, lit, when},
};
use speleo_functions::{AggregateSpec, Kind, eval, stats};
use speleo_knowledge::Limit;
use speleo_syntax::{
    Code, Diagnostic, Field,
    clause::{Aggregate, Argument},
};

pub(crate) use function::arrival_key;
pub(crate) use group::{Keys, Partition, attach, attach_windows, group, keys, partition};

use crate::{
    Result, expr, kernel,
    lower::Context,
    meet,
    relation::{Relation, column},
    search_time, suggest, wildcard,
};

/// A call of an aggregate function.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The function.
    pub(crate) function: Arc<AggregateUDF>,
    /// What it is applied to, row by row.
    pub(crate) args: Vec<Expr>,
}

impl Call {
    /// The call as an aggregate of a group.
    pub(crate) fn aggregate(self) -> Expr {
        Expr::AggregateFunction(AggregateFunction::new_udf(self.function, self.args, false, None, Vec::new(), None))
    }
}

/// What is made of the results of an output's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finish {
    /// The first call's result.
    Plain,
    /// The first call's result where the two others agree: all values are numbers.
    Guarded,
    /// So many first values of the first call's result.
    Capped(u64),
    /// The first call's result, epoch seconds, with six decimals as Splunk writes it.
    Seconds,
}

/// One column that an aggregation makes.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// The column's name.
    pub(crate) name: String,
    /// The calls.
    pub(crate) calls: Vec<Call>,
    /// What is made of them.
    pub(crate) finish: Finish,
}

impl Output {
    /// The result of one call.
    pub(crate) fn plain(name: impl Into<String>, function: Arc<AggregateUDF>, args: Vec<Expr>) -> Self {
        Self { name: name.into(), calls: vec![Call { function, args }], finish: Finish::Plain }
    }

    /// The output's value from the columns of its calls.
    fn value(&self, columns: &[Expr]) -> Result<Expr> {
        let first = columns.first().cloned().unwrap_or_else(|| lit(datafusion::scalar::ScalarValue::Null));
        match (self.finish, columns.get(1), columns.get(2)) {
            (Finish::Guarded, Some(all), Some(numbers)) => Ok(when(all.clone().eq(numbers.clone()), first).end()?),
            (Finish::Capped(most), ..) => {
                Ok(array_slice(first, lit(1_i64), lit(i64::try_from(most).unwrap_or(i64::MAX)), None))
            }
            // Under the name `_time` it stays a time.
            (Finish::Seconds, ..) if self.name != meet::TIME => {
                let text = kernel::call("spl_printf", vec![lit("%.6f"), first.clone()])?;
                Ok(when(first.is_not_null(), text).end()?)
            }
            _ => Ok(first),
        }
    }
}

/// A value per row that a function aggregates.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// The value.
    pub(crate) expr: Expr,
    /// Its type.
    pub(crate) data_type: DataType,
}

impl Input {
    /// A field; null where it does not exist.
    pub(crate) fn field(relation: &Relation, name: &str) -> Result<Self> {
        match relation.data_type(name) {
            Some(data_type) => Ok(Self { expr: column(name), data_type: data_type.clone() }),
            None => Ok(Self { expr: meet::null_of(&DataType::Utf8)?, data_type: DataType::Utf8 }),
        }
    }
}

/// The options of a command that aggregates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options<'a> {
    /// The grouping fields: wildcards pass over them, and no output may have their names.
    pub(crate) by: &'a [Field],
    /// Whether a group with other than numbers has no numeric result.
    pub(crate) all_num: bool,
}

/// What a list of written aggregations makes.
///
/// # Errors
/// E0203 for unknown functions, E0302 for a name that comes out twice, E0402 for functions without a plan.
pub(crate) async fn resolve(
    aggregates: &[Aggregate],
    relation: &Relation,
    options: Options<'_>,
    cx: &mut Context<'_>,
) -> Result<Vec<Output>> {
    let mut outputs: Vec<Output> = Vec::with_capacity(aggregates.len());
    let mut written: Vec<String> = Vec::new();
    for aggregate in aggregates {
        let is_wildcard = is_wildcard(aggregate);
        for output in one(aggregate, relation, options, cx).await? {
            let is_taken = written.contains(&output.name) || options.by.iter().any(|field| field.name == output.name);
            let place = outputs.iter().position(|earlier| earlier.name == output.name);
            match place {
                // `values(*) AS * sum(n) AS n`: what is written out stands before what a wildcard gives.
                _ if is_taken && is_wildcard => {}
                _ if is_taken => return Err(twice(aggregate, &output.name)),
                Some(_) if is_wildcard => {}
                Some(place) => {
                    written.push(output.name.clone());
                    outputs.splice(place..=place, [output]);
                }
                None => {
                    if !is_wildcard {
                        written.push(output.name.clone());
                    }
                    outputs.push(output);
                }
            }
        }
    }
    Ok(outputs)
}

/// Whether the fields that are there decide what it makes.
fn is_wildcard(aggregate: &Aggregate) -> bool {
    match &aggregate.argument {
        Argument::None => !matches!(aggregate.function.as_str(), "count" | "c" | "sparkline"),
        Argument::Field(field) => field.is_wildcard(),
        _ => false,
    }
}

fn twice(aggregate: &Aggregate, name: &str) -> crate::Error {
    let error = Diagnostic::new(Code::BadValue, aggregate.span, format!("two columns would be called `{name}`"));
    error.help("give one of them another name with `AS`").into()
}

async fn one(
    aggregate: &Aggregate,
    relation: &Relation,
    options: Options<'_>,
    cx: &mut Context<'_>,
) -> Result<Vec<Output>> {
    let (spec, number) = find(aggregate)?;
    let most = cx.world.limit(Limit::ListValues);
    let call = function::Function { spec, number, span: aggregate.span, all_num: options.all_num, most };
    let output = |name: String, input: Input| -> Result<Output> {
        let (calls, finish) = call.calls(input, relation)?;
        Ok(Output { name, calls, finish })
    };
    let name = || aggregate.alias.as_ref().map_or_else(|| aggregate.text.clone(), |alias| alias.name.clone());
    match &aggregate.argument {
        Argument::Sparkline(inner, width) => {
            Ok(vec![sparkline::output(aggregate, inner.as_deref(), width.as_ref(), relation, cx).await?])
        }
        Argument::None if spec.names.contains(&"sparkline") => {
            Ok(vec![sparkline::output(aggregate, None, None, relation, cx).await?])
        }
        Argument::None if spec.names.contains(&"count") => {
            let every = Input { expr: lit(1_i64), data_type: DataType::Int64 };
            Ok(vec![output(name(), every)?])
        }
        Argument::None => expand(aggregate, "*", relation, options, &output),
        Argument::Field(field) if field.is_wildcard() => expand(aggregate, &field.name, relation, options, &output),
        argument => Ok(vec![output(name(), input(argument, relation, cx).await?)?]),
    }
}

/// What a function that is not applied to many fields is applied to.
async fn input(argument: &Argument, relation: &Relation, cx: &mut Context<'_>) -> Result<Input> {
    match argument {
        Argument::Field(field) => Input::field(relation, &field.name),
        Argument::Eval(written) => {
            let typed = expr::value(written, relation, cx).await?;
            Ok(match typed.kind {
                // `count(eval(p))` counts the rows where p is true, and so does everything else.
                Kind::Bool => Input { expr: when(typed.expr, lit(1_i64)).end()?, data_type: DataType::Int64 },
                _ => Input { data_type: typed.expr.get_type(relation.plan.schema())?, expr: typed.expr },
            })
        }
        Argument::Prefix(text) => {
            let raw = Input::field(relation, "_raw")?;
            let expr = search_time::of_pairs(raw.expr, text.trim_end_matches('='))?;
            Ok(Input { expr, data_type: DataType::Utf8 })
        }
        Argument::None | Argument::Sparkline(..) => {
            Ok(Input { expr: meet::null_of(&DataType::Utf8)?, data_type: DataType::Utf8 })
        }
    }
}

/// One output for each field that fits the pattern, in alphabetical order.
fn expand(
    aggregate: &Aggregate,
    pattern: &str,
    relation: &Relation,
    options: Options<'_>,
    output: &dyn Fn(String, Input) -> Result<Output>,
) -> Result<Vec<Output>> {
    if let Some(alias) = &aggregate.alias
        && alias.name.matches('*').count() != pattern.matches('*').count()
    {
        let text = format!("`{}` and `{pattern}` have different numbers of wildcards", alias.name);
        return Err(Diagnostic::new(Code::BadValue, alias.span, text).into());
    }
    let mut fields = relation.fields();
    fields.retain(|name| wildcard::matches(pattern, name) && !options.by.iter().any(|field| field.name == *name));
    fields.sort();
    let named = fields.iter().map(|field| {
        let name = match &aggregate.alias {
            Some(alias) => wildcard::fill(&alias.name, &wildcard::captures(pattern, field).unwrap_or_default()),
            None => format!("{}({field})", aggregate.written()),
        };
        output(name, Input::field(relation, field)?)
    });
    named.collect()
}

/// Aggregations of other languages, and the functions that do the same here.
const FOREIGN: &[(&str, &str)] = &[
    ("average", "avg"),
    ("count_distinct", "dc"),
    ("countd", "dc"),
    ("distinct", "dc"),
    ("group_concat", "values"),
    ("maximum", "max"),
    ("minimum", "min"),
    ("percentile", "perc95"),
    ("stddev", "stdev"),
    ("total", "sum"),
    ("unique", "dc"),
    ("variance", "var"),
];

/// The function's row and the number in its name.
fn find(aggregate: &Aggregate) -> Result<(&'static AggregateSpec, Option<f64>)> {
    if let Some(found) = stats::find(&aggregate.function) {
        return Ok(found);
    }
    let text = format!("no stats function is called `{}`", aggregate.function);
    let mut error = Diagnostic::new(Code::UnknownAggregate, aggregate.function_span, text).named(&aggregate.function);
    let names = speleo_functions::STATS.iter().flat_map(|family| family.iter()).flat_map(|spec| spec.names.iter());
    let name = aggregate.function.as_str();
    if let Some((_, ours)) = FOREIGN.iter().find(|(foreign, _)| *foreign == name) {
        error = error.edit(format!("`{ours}` is the function"), aggregate.function_span, *ours);
    } else if eval::find(name).is_some() {
        error = error.help(format!("`{name}` is an eval function: `max(eval({name}(…)))` aggregates what it gives"));
    } else if let Some(nearest) =
        suggest::nearest(name, names.copied().chain(FOREIGN.iter().map(|(foreign, _)| *foreign)))
    {
        let nearest = FOREIGN.iter().find(|(foreign, _)| *foreign == nearest).map_or(nearest, |(_, ours)| *ours);
        error = error.edit(format!("`{nearest}` is one"), aggregate.function_span, nearest);
    }
    Err(error.into())
}
