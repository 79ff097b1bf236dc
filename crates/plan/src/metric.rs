//! Points of metrics: what `mstats`, `mcatalog` and `mpreview` read. `| mstats avg(cpu.util) WHERE index=m`
//!
//! An event holds several metrics in fields `metric_name:<metric>`, or one in `metric_name` and `_value`. A point is one value of
//! one metric, with the event's time and its other fields, the dimensions. Values that are no numbers make no points.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions_nested::make_array::make_array,
    logical_expr::{Expr, LogicalPlanBuilder, lit, when},
};
use speleo_syntax::{Code, CompareOp, Diagnostic, SearchExpr, SearchExprKind, SearchValue, Severity, Span};

use crate::{
    Error, Result,
    lower::Context,
    meet, predicate,
    relation::{OrderKey, Relation, column},
    source, table, wildcard,
};

/// The field of a point that names its metric.
pub(crate) const NAME: &str = "metric_name";
/// The field of a point that holds its value.
pub(crate) const VALUE: &str = "_value";
/// What the fields of an event with several metrics begin with.
pub(crate) const PREFIX: &str = "metric_name:";

/// The points that satisfy a condition; of the metrics that fit a pattern in `wanted`, others may be missing.
///
/// # Errors
/// What reading the events and lowering the condition report.
pub(crate) async fn points(
    condition: &SearchExpr,
    wanted: &[String],
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let events = match source::events(&of_events(condition), span, cx).await {
        // As in `tstats`: no index, no points.
        Err(Error::Diagnostics(problems)) if problems.iter().all(|one| one.code == Code::UnknownIndex) => {
            cx.notes.extend(problems.into_iter().map(|one| Diagnostic { severity: Severity::Warning, ..one }));
            table::nothing()?
        }
        events => events?,
    };
    let points = unpivot(events, wanted)?;
    let condition = predicate::condition(&without_times(condition), &points, cx).await?;
    points.filter(condition)
}

/// The patterns of the metrics that a condition lets pass.
pub(crate) fn named(condition: &SearchExpr) -> Vec<String> {
    let text = |value: &SearchValue| match value {
        SearchValue::Text { text, .. } => Some(text.to_lowercase()),
        _ => None,
    };
    let parts = match &condition.kind {
        SearchExprKind::And(parts) => parts.as_slice(),
        _ => std::slice::from_ref(condition),
    };
    let found = parts.iter().find_map(|part| match &part.kind {
        SearchExprKind::Comparison { field, op: CompareOp::Equal, value } if field.name == NAME => {
            text(value).map(|text| vec![text])
        }
        SearchExprKind::In { field, values, negated: false } if field.name == NAME => {
            values.iter().map(text).collect::<Option<Vec<_>>>()
        }
        _ => None,
    });
    found.unwrap_or_else(|| vec!["*".to_owned()])
}

/// A weaker condition that events can be tested with: nothing is known of their metrics yet.
fn of_events(expr: &SearchExpr) -> SearchExpr {
    let kind = match &expr.kind {
        SearchExprKind::And(parts) => SearchExprKind::And(parts.iter().map(of_events).collect()),
        SearchExprKind::Or(parts) => SearchExprKind::Or(parts.iter().map(of_events).collect()),
        _ if names_metric(expr) => SearchExprKind::All,
        kind => kind.clone(),
    };
    SearchExpr { span: expr.span, kind }
}

fn names_metric(expr: &SearchExpr) -> bool {
    match &expr.kind {
        SearchExprKind::And(parts) | SearchExprKind::Or(parts) => parts.iter().any(names_metric),
        SearchExprKind::Not(inner) => names_metric(inner),
        SearchExprKind::Comparison { field, .. } | SearchExprKind::In { field, .. } => {
            field.name == NAME || field.name == VALUE
        }
        _ => false,
    }
}

/// The condition without its bounds of time, which the source has seen to.
fn without_times(expr: &SearchExpr) -> SearchExpr {
    let kind = match &expr.kind {
        SearchExprKind::And(parts) => SearchExprKind::And(parts.iter().map(without_times).collect()),
        SearchExprKind::Or(parts) => SearchExprKind::Or(parts.iter().map(without_times).collect()),
        SearchExprKind::TimeModifier { .. } => SearchExprKind::All,
        kind => kind.clone(),
    };
    SearchExpr { span: expr.span, kind }
}

/// A row for each value of each metric.
fn unpivot(events: Relation, wanted: &[String]) -> Result<Relation> {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    let number = |name: &str| -> Result<Expr> {
        let own = events.data_type(name).cloned().unwrap_or(DataType::Utf8);
        meet::convert(column(name), &own, &DataType::Float64)
    };
    let mut dimensions = Vec::new();
    for field in events.fields() {
        match field.strip_prefix(PREFIX) {
            Some(metric) if wanted.iter().any(|pattern| fits(pattern, metric)) => {
                names.push(lit(metric));
                values.push(number(&field)?);
            }
            Some(_) => {}
            None => dimensions.push(field),
        }
    }
    if events.has(NAME) && events.has(VALUE) {
        let own = events.data_type(NAME).cloned().unwrap_or(DataType::Utf8);
        names.push(meet::utf8(meet::convert(column(NAME), &own, &DataType::Utf8)?, &own));
        values.push(number(VALUE)?);
    }
    if names.is_empty() {
        names.push(meet::null_of(&DataType::Utf8)?);
        values.push(meet::null_of(&DataType::Float64)?);
    }
    let places: Vec<Expr> = (0_i64..).take(names.len()).map(lit).collect();
    let mut points = events;
    let mut unnested = Vec::new();
    for (stem, items) in [("metric", names), ("value", values), ("place", places)] {
        let name;
        (points, name) = points.hidden(stem, make_array(items))?;
        unnested.push(name);
    }
    let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
    let columns = unnested.iter().map(Column::new_unqualified).collect();
    points.plan = LogicalPlanBuilder::from(points.plan).unnest_columns_with_options(columns, drop)?.build()?;
    let [name, value, place] = unnested.as_slice() else { return Ok(points) };
    points = points.filter(column(value).is_not_null().and(column(name).is_not_null()))?;
    points.order.push(OrderKey::ascending(place));
    let kept = dimensions.iter().filter(|field| !matches!(field.as_str(), NAME | VALUE));
    let mut outputs: Vec<(String, Expr)> = kept.map(|field| (field.clone(), column(field))).collect();
    outputs.push((NAME.to_owned(), column(name)));
    outputs.push((VALUE.to_owned(), column(value)));
    points.select(outputs)
}

/// Whether a metric fits a pattern, as conditions compare: in any case.
pub(crate) fn fits(pattern: &str, metric: &str) -> bool {
    wildcard::captures(&pattern.to_lowercase(), &metric.to_lowercase()).is_some()
}

/// The value of a point if it is one of this metric.
pub(crate) fn value_of(metric: &str) -> Result<Expr> {
    Ok(when(column(NAME).eq(lit(metric)), column(VALUE)).end()?)
}
