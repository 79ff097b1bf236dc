//! The values of a table's cells. `sum(bytes) AS total`, `per_hour(bytes)`, `eval(sum(a)/sum(b))`

use std::{mem, slice};

use datafusion::{
    arrow::datatypes::DataType,
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
        sum::sum_udaf,
    },
    logical_expr::{Expr, ExprSchemable, lit},
};
use speleo_functions::stats;
use speleo_syntax::{
    Code, Diagnostic, Expr as Ast, ExprKind, Field,
    clause::{Aggregate, Argument},
};

use crate::{
    Result,
    aggregate::{self, Finish, Options, Output},
    expr,
    lower::Context,
    meet,
    relation::{Relation, column},
};

/// The functions whose value is 0 where there are no rows.
const COUNTS: [&str; 6] = ["c", "count", "dc", "distinct_count", "estdc", "estdc_error"];

/// A value of each cell.
#[derive(Debug, Clone)]
pub(crate) struct Measure {
    /// The name that the search gives it.
    pub(crate) name: String,
    /// The column of the grouped rows that holds it.
    pub(crate) place: String,
    /// Whether it is 0, not absent, in a cell without rows.
    pub(crate) is_count: bool,
    /// What it is made from, where an aggregation alone is not it.
    derived: Option<Derived>,
}

#[derive(Debug, Clone)]
enum Derived {
    /// A sum over a bin of so many seconds, for each `unit` seconds.
    Scaled {
        sum: String,
        unit: f64,
        seconds: f64,
    },
    /// A sum by the number of its values.
    Mean {
        sum: String,
        count: String,
    },
    Expression(Ast),
}

impl Measure {
    /// The value that a column of the grouped rows holds.
    pub(crate) fn plain(name: String, place: String) -> Self {
        Self { name, place, is_count: false, derived: None }
    }
}

/// All values of a cell, and the aggregations that they need.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measures {
    /// The aggregations, under names of their own.
    pub(crate) outputs: Vec<Output>,
    /// The values.
    pub(crate) measures: Vec<Measure>,
}

/// What written aggregations make; `seconds` is the width of a bin of time.
///
/// # Errors
/// As [`aggregate::resolve`], and E0302 for a name that comes out twice.
pub(crate) async fn resolve(
    aggregates: &[Aggregate],
    relation: &Relation,
    by: &[Field],
    seconds: Option<f64>,
    cx: &mut Context<'_>,
) -> Result<Measures> {
    let options = Options { by, all_num: false };
    let mut all = Measures::default();
    for written in aggregates {
        if let (true, Argument::Eval(ast)) = (written.function == "eval", &written.argument) {
            let mut inner = Vec::new();
            let ast = take_calls(ast, all.outputs.len(), &mut inner);
            for aggregate in &inner {
                let found = aggregate::resolve(slice::from_ref(aggregate), relation, options, cx).await?;
                let Some(output) = found.into_iter().next() else { continue };
                all.outputs.push(Output { name: place(all.outputs.len()), ..output });
            }
            let name = written.alias.as_ref().map_or_else(|| written.text.clone(), |alias| alias.name.clone());
            let place = value(all.measures.len());
            all.add(written, Measure { name, place, is_count: false, derived: Some(Derived::Expression(ast)) })?;
            continue;
        }
        let scale = seconds.zip(per(&written.function));
        let sum;
        let aggregate = match scale {
            Some(_) => {
                sum = as_sum(written);
                &sum
            }
            None => written,
        };
        for output in aggregate::resolve(slice::from_ref(aggregate), relation, options, cx).await? {
            let place = place(all.outputs.len());
            let name = output.name.clone();
            all.outputs.push(Output { name: place.clone(), ..output });
            let is_count = COUNTS.contains(&written.function.as_str());
            let (place, derived) = match scale {
                Some((seconds, unit)) => {
                    (value(all.measures.len()), Some(Derived::Scaled { sum: place, unit, seconds }))
                }
                None => (place, None),
            };
            all.add(written, Measure { name, place, is_count, derived })?;
        }
    }
    Ok(all)
}

impl Measures {
    fn add(&mut self, written: &Aggregate, measure: Measure) -> Result<()> {
        if self.measures.iter().any(|own| own.name == measure.name) {
            let text = format!("two columns would be called `{}`", measure.name);
            let error = Diagnostic::new(Code::BadValue, written.span, text);
            return Err(error.help("give one of them another name with `AS`").into());
        }
        self.measures.push(measure);
        Ok(())
    }

    /// Has averages of numbers made of sums and counts, so that cells can be taken together.
    pub(crate) fn split_means(&mut self) {
        for (n, measure) in self.measures.iter_mut().enumerate().filter(|(_, measure)| measure.derived.is_none()) {
            let count = place(self.outputs.len());
            let Some(output) = self.outputs.iter_mut().find(|output| output.name == measure.place) else { continue };
            let ([call], Finish::Plain) = (output.calls.as_mut_slice(), output.finish) else { continue };
            if call.function.name() != "avg" {
                continue;
            }
            call.function = sum_udaf();
            let counted = Output::plain(count.clone(), count_udaf(), call.args.clone());
            self.outputs.push(counted);
            let sum = mem::replace(&mut measure.place, value(n));
            measure.derived = Some(Derived::Mean { sum, count });
        }
    }

    /// What takes the aggregations of several cells together, each under its own name; none where one does not follow from theirs.
    pub(crate) fn merging(&self) -> Option<Vec<Output>> {
        let merging = |output: &Output| {
            let ([call], Finish::Plain) = (output.calls.as_slice(), output.finish) else { return None };
            let function = match call.function.name() {
                "count" | "sum" | "spl_sum" => sum_udaf(),
                "min" => min_udaf(),
                "max" => max_udaf(),
                _ => return None,
            };
            Some(Output::plain(output.name.clone(), function, vec![column(&output.name)]))
        };
        self.outputs.iter().map(merging).collect()
    }

    /// The grouped rows with the values that are made from aggregations.
    pub(crate) async fn derive(&self, grouped: Relation, cx: &mut Context<'_>) -> Result<Relation> {
        let mut columns: Vec<(String, Expr)> = Vec::new();
        for measure in &self.measures {
            let double = |name: &str| {
                let own = column(name);
                let data_type = own.get_type(grouped.plan.schema())?;
                meet::convert(own, &data_type, &DataType::Float64)
            };
            let value = match &measure.derived {
                None => continue,
                Some(Derived::Scaled { sum, unit, seconds }) => double(sum)? * lit(*unit) / lit(*seconds),
                Some(Derived::Mean { sum, count }) => double(sum)? / double(count)?,
                Some(Derived::Expression(ast)) => expr::assigned("", ast, &grouped, cx).await?,
            };
            columns.push((measure.place.clone(), value));
        }
        if columns.is_empty() { Ok(grouped) } else { grouped.set(columns) }
    }
}

/// The column of the n-th value that is made from aggregations.
fn value(n: usize) -> String {
    format!("value{n}")
}

/// The column of the n-th aggregation.
fn place(n: usize) -> String {
    format!("call{n}")
}

/// The seconds that a function such as `per_minute` counts by.
fn per(function: &str) -> Option<f64> {
    match function {
        "per_second" => Some(1.0),
        "per_minute" => Some(60.0),
        "per_hour" => Some(3600.0),
        "per_day" => Some(86_400.0),
        _ => None,
    }
}

/// The sum in the place of `per_minute`, under the name of the latter.
fn as_sum(written: &Aggregate) -> Aggregate {
    let alias = written.alias.clone().unwrap_or_else(|| Field::new(written.text.clone(), written.span));
    Aggregate { function: "sum".to_owned(), alias: Some(alias), ..written.clone() }
}

/// The expression with fields in the place of its aggregations, which go to `inner`; `first` is the number of the first one.
///
/// A function of stats with no argument or one field is an aggregation; `max(a, b)` is a function of eval.
fn take_calls(ast: &Ast, first: usize, inner: &mut Vec<Aggregate>) -> Ast {
    let mut again = |ast: &Ast| take_calls(ast, first, inner);
    let kind = match &ast.kind {
        ExprKind::Unary(op, operand) => ExprKind::Unary(*op, Box::new(again(operand))),
        ExprKind::Binary(op, left, right) => {
            let left = Box::new(again(left));
            ExprKind::Binary(*op, left, Box::new(again(right)))
        }
        ExprKind::In { value, items, negated } => {
            ExprKind::In { value: Box::new(again(value)), items: items.iter().map(again).collect(), negated: *negated }
        }
        ExprKind::Call { name, name_span, args } => match aggregation(ast, name, *name_span, args) {
            Some(aggregate) => {
                inner.push(aggregate);
                ExprKind::Field(Field::new(place(first + inner.len() - 1), ast.span))
            }
            None => {
                ExprKind::Call { name: name.clone(), name_span: *name_span, args: args.iter().map(again).collect() }
            }
        },
        // `count` alone is the number of rows.
        ExprKind::Field(field) if field.name == "count" => {
            inner.push(call(ast, "count", field.span, Argument::None));
            ExprKind::Field(Field::new(place(first + inner.len() - 1), ast.span))
        }
        other => other.clone(),
    };
    Ast { span: ast.span, kind }
}

fn aggregation(ast: &Ast, name: &str, name_span: speleo_syntax::Span, args: &[Ast]) -> Option<Aggregate> {
    stats::find(name)?;
    match args {
        [] => Some(call(ast, name, name_span, Argument::None)),
        [Ast { kind: ExprKind::Field(field), .. }] => Some(call(ast, name, name_span, Argument::Field(field.clone()))),
        [Ast { kind: ExprKind::Call { name: inner, args, .. }, .. }] if inner == "eval" => match args.as_slice() {
            [only] => Some(call(ast, name, name_span, Argument::Eval(only.clone()))),
            _ => None,
        },
        _ => None,
    }
}

fn call(ast: &Ast, name: &str, name_span: speleo_syntax::Span, argument: Argument) -> Aggregate {
    Aggregate {
        span: ast.span,
        function: name.to_owned(),
        function_span: name_span,
        argument,
        alias: None,
        text: name.to_owned(),
    }
}
