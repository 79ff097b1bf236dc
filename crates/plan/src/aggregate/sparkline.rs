//! `sparkline(function, span)`: a function for each bin of time. `stats sparkline(avg(bytes), 1h) BY host`
//!
//! All groups share one axis: the bins that cover the search's range of time or, where that is open or has more bins than a
//! list should hold, those from the first row to the last, which a named step asks for. Without a span the axis has 100 bins at
//! most. A bin without a value is 0.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, lit},
    scalar::ScalarValue,
};
use speleo_syntax::{
    Code, Diagnostic,
    clause::{Aggregate, Argument, BinSpan},
};

use super::{Input, Output, find, function::plain, input};
use crate::{
    Result,
    command::{bin, chart::pivot},
    kernel,
    lower::Context,
    meet,
    relation::Relation,
    span::{self, Bins},
};

/// How many bins an axis has at most where no span is written.
const AUTOMATIC_BINS: u64 = 100;
/// How many it may have where one is.
const MOST_BINS: usize = 10_000;
const MICROS: f64 = 1e6;

/// The functions that Splunk lets a sparkline show.
const FUNCTIONS: [&str; 12] =
    ["count", "dc", "sum", "sumsq", "avg", "stdev", "stdevp", "var", "varp", "range", "min", "max"];

/// The output of a sparkline of `inner`, of the number of rows where there is none.
pub(super) async fn output(
    aggregate: &Aggregate,
    inner: Option<&Aggregate>,
    width: Option<&BinSpan>,
    relation: &Relation,
    cx: &mut Context<'_>,
) -> Result<Output> {
    let (function, value) = match inner {
        None => ("count", every()),
        Some(inner) => function(inner, relation, cx).await?,
    };
    let time = Input::field(relation, meet::TIME)?;
    let (bin, starts) = axis(aggregate, width, &time, relation, cx).await?;
    let starts: Vec<String> = starts.iter().map(i64::to_string).collect();
    // A dictionary: the literal is spread over as many rows as a batch has.
    let text = ScalarValue::Utf8(Some(starts.join(",")));
    let axis = ScalarValue::Dictionary(Box::new(DataType::Int32), Box::new(text));
    let function = kernel::aggregate(&format!("spl_sparkline_{function}"))?;
    let name = aggregate.alias.as_ref().map_or_else(|| aggregate.text.clone(), |alias| alias.name.clone());
    Ok(Output::plain(name, function, vec![plain(value), bin, lit(axis)]))
}

fn every() -> Input {
    Input { expr: lit(1_i64), data_type: DataType::Int64 }
}

/// The function in the parentheses and what it is applied to.
async fn function(inner: &Aggregate, relation: &Relation, cx: &mut Context<'_>) -> Result<(&'static str, Input)> {
    let (spec, _) = find(inner)?;
    let name = spec.names.first().copied().unwrap_or_default();
    if !FUNCTIONS.contains(&name) {
        let error = Diagnostic::new(Code::BadValue, inner.span, format!("`sparkline` cannot show `{name}`"));
        return Err(error.help(format!("it shows one of {}", FUNCTIONS.join(", "))).into());
    }
    match &inner.argument {
        Argument::None if name == "count" => Ok((name, every())),
        Argument::Field(field) if !field.is_wildcard() => Ok((name, Input::field(relation, &field.name)?)),
        Argument::Eval(_) | Argument::Prefix(_) => Ok((name, input(&inner.argument, relation, cx).await?)),
        _ => {
            let text = format!("`{name}` in `sparkline` takes one field");
            Err(Diagnostic::new(Code::BadValue, inner.span, text).into())
        }
    }
}

/// The bin of a row, and the starts of all bins.
async fn axis(
    aggregate: &Aggregate,
    width: Option<&BinSpan>,
    time: &Input,
    relation: &Relation,
    cx: &mut Context<'_>,
) -> Result<(Expr, Vec<i64>)> {
    let asked = cx.range.earliest.zip(cx.range.latest.map(|latest| latest.saturating_sub(1)));
    let mut data = None;
    let mut range = asked.filter(|(low, high)| low <= high);
    if let (Some((low, high)), Some(width)) = (range, width)
        && (high as f64 - low as f64) / MICROS > span::seconds(width) * MOST_BINS as f64
    {
        range = None;
    }
    if range.is_none() {
        let found = bin::range(meet::TIME, relation, &time.expr, &time.data_type, cx).await?;
        data = found.map(|(low, high)| ((low * MICROS).round() as i64, (high * MICROS).round() as i64));
    }
    let range = range.or(data);
    let chosen;
    let width = match width {
        Some(width) => width,
        None => {
            let (low, high) = range.unwrap_or_default();
            chosen = span::nice_time(low as f64 / MICROS, high as f64 / MICROS, AUTOMATIC_BINS, 0.0);
            &chosen
        }
    };
    if matches!(width, BinSpan::Log { .. }) {
        return Err(bad_span(aggregate, "`sparkline` takes a span of time such as `5m`"));
    }
    let value = match &time.data_type {
        data_type if meet::is_time(data_type) => time.expr.clone(),
        data_type => meet::convert(time.expr.clone(), data_type, &meet::time_type())?,
    };
    let bins = Bins { width, align: None, span: aggregate.span };
    let (bin, _) = bins.of(value, &meet::time_type(), cx)?;
    let Some((low, high)) = range else { return Ok((bin, Vec::new())) };
    match pivot::starts(width, low, high, cx.world.timezone(), None) {
        Some(starts) if starts.len() <= MOST_BINS => Ok((bin, starts)),
        _ => Err(bad_span(aggregate, &format!("a sparkline has {MOST_BINS} spans at most"))),
    }
}

fn bad_span(aggregate: &Aggregate, text: &str) -> crate::Error {
    Diagnostic::new(Code::BadValue, aggregate.span, text).into()
}
