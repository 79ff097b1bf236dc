//! Transactions that are all events of a value, as groups of that value. `transaction session | stats avg(duration)`
//!
//! Nothing but the number of its events ends such a transaction, and mostly no value has so many. Groups need no order of events, and
//! no core has to see all of them. They are tried first; where a value has too many events, the events are numbered after all.

use std::sync::Arc;

use datafusion::{
    common::Result,
    functions_aggregate::count::count_udaf,
    physical_expr::{
        PhysicalExpr,
        aggregate::{AggregateExprBuilder, AggregateFunctionExpr},
        expressions::{Column, IsNotNullExpr, lit},
        utils::collect_columns,
        window::StandardWindowExpr,
    },
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateMode},
        filter::{FilterExec, FilterExecBuilder},
        projection::{ProjectionExec, ProjectionExpr},
        windows::WindowUDFExpr,
    },
};
use speleo_functions::window::{OfValue, of_value};

use super::{trial::TrialExec, whole::WholeExec};
use crate::substitution::substituted;

/// The name of the count by which it shows whether the trial is right.
const EVENTS: &str = "__events";

/// The projection of transactions over groups of their value; none where they are something else, or their numbers are looked at.
pub(super) fn tried(projection: &ProjectionExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(numbered) = projection.input().downcast_ref::<AggregateExec>() else { return Ok(None) };
    let outputs = projection.expr();
    if outputs.iter().any(|output| collect_columns(&output.expr).iter().any(|column| column.index() == 0)) {
        return Ok(None);
    }
    let Some(tried) = grouped(numbered)? else { return Ok(None) };
    // The number was the first column.
    let read = |output: &ProjectionExpr| {
        let place = |column: &Column| Some(Arc::new(Column::new(column.name(), column.index() - 1)) as _);
        Ok(ProjectionExpr { expr: substituted(&output.expr, place)?, alias: output.alias.clone() })
    };
    let outputs = outputs.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Some(Arc::new(ProjectionExec::try_new(outputs, Arc::new(tried))?)))
}

/// Groups of the value, and those of the numbers for when that does not do.
fn grouped(numbered: &AggregateExec) -> Result<Option<TrialExec>> {
    let first = match numbered.mode() {
        AggregateMode::FinalPartitioned => match numbered.input().downcast_ref::<AggregateExec>() {
            Some(first) if *first.mode() == AggregateMode::Partial => first,
            _ => return Ok(None),
        },
        AggregateMode::SinglePartitioned => numbered,
        _ => return Ok(None),
    };
    let is_plain = [numbered, first].iter().all(|one| one.limit_options().is_none() && one.group_expr().is_single());
    let [(key, _)] = first.group_expr().expr() else { return Ok(None) };
    let Some(key) = key.downcast_ref::<Column>().filter(|_| is_plain) else { return Ok(None) };
    let reads_key = |expr: &Arc<dyn PhysicalExpr>| collect_columns(expr).contains(key);
    if first.aggr_expr().iter().any(|function| function.expressions().iter().any(reads_key)) {
        return Ok(None);
    }
    let Some(ByValue { rows, most }) = by_value(first.input(), key.index())? else { return Ok(None) };
    let schema = rows.schema();
    let events = AggregateExprBuilder::new(count_udaf(), vec![lit(1_i64)]).schema(Arc::clone(&schema));
    let events: Arc<AggregateFunctionExpr> = Arc::new(events.alias(EVENTS).build()?);
    let functions: Vec<_> = first.aggr_expr().iter().cloned().chain([events]).collect();
    let filters: Vec<_> = first.filter_expr().iter().cloned().chain([None]).collect();
    let step = |aggregate: &AggregateExec, input| {
        let group = aggregate.group_expr().clone();
        AggregateExec::try_new(*aggregate.mode(), group, functions.clone(), filters.clone(), input, Arc::clone(&schema))
    };
    let mut tried = step(first, rows)?;
    if *first.mode() == AggregateMode::Partial {
        tried = step(numbered, Arc::new(tried))?;
    }
    let fields = numbered.schema();
    let other: Arc<dyn ExecutionPlan> = Arc::new(numbered.clone());
    let is_same = tried.schema().fields().iter().zip(fields.fields()).skip(1).all(|(one, other)| one == other);
    Ok(is_same.then(|| TrialExec::new(Arc::new(tried), other, most)))
}

/// Rows with their value in the place of the number of their transaction.
struct ByValue {
    rows: Arc<dyn ExecutionPlan>,
    /// How many events a transaction has at most.
    most: Option<i64>,
}

/// The rows by value; none where they are other rows, or more than the number of events ends a transaction.
fn by_value(plan: &Arc<dyn ExecutionPlan>, key: usize) -> Result<Option<ByValue>> {
    if let Some(whole) = plan.downcast_ref::<WholeExec>() {
        let [function] = whole.functions() else { return Ok(None) };
        let input = whole.input();
        let Some(OfValue { value, most }) = function.as_any().downcast_ref().and_then(transactions) else {
            return Ok(None);
        };
        let fields = input.schema();
        if key != fields.fields().len() {
            return Ok(None);
        }
        let own = fields.fields().iter().enumerate().map(|(place, field)| {
            let expr: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), place));
            ProjectionExpr { expr, alias: field.name().clone() }
        });
        let value = ProjectionExpr { expr: value, alias: function.name().to_owned() };
        let rows = ProjectionExec::try_new(own.chain([value]).collect::<Vec<_>>(), Arc::clone(input))?;
        return Ok(Some(ByValue { rows: Arc::new(rows), most }));
    }
    // Both are made anew: over other rows they would keep the types of their columns, and the value is no number.
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let number = |output: &ProjectionExpr| output.expr.downcast_ref::<Column>().map(Column::index);
        let Some(source) = projection.expr().get(key).and_then(number) else { return Ok(None) };
        let reads = |output: &ProjectionExpr| collect_columns(&output.expr).iter().any(|read| read.index() == source);
        if projection.expr().iter().enumerate().any(|(place, output)| place != key && reads(output)) {
            return Ok(None);
        }
        let Some(ByValue { rows, most }) = by_value(projection.input(), source)? else { return Ok(None) };
        let rows = ProjectionExec::try_new(projection.expr().to_vec(), rows)?;
        return Ok(Some(ByValue { rows: Arc::new(rows), most }));
    }
    let Some(filter) = plan.downcast_ref::<FilterExec>() else { return Ok(None) };
    let outputs = filter.projection().as_ref();
    let Some(source) = outputs.map_or(Some(key), |outputs| outputs.get(key).copied()) else { return Ok(None) };
    let asked = filter.predicate().downcast_ref::<IsNotNullExpr>().and_then(|asked| asked.arg().downcast_ref());
    if asked.map(Column::index) != Some(source) || filter.fetch().is_some() {
        return Ok(None);
    }
    let Some(ByValue { rows, most }) = by_value(filter.input(), source)? else { return Ok(None) };
    let outputs = outputs.map(|outputs| outputs.to_vec());
    let rows = FilterExecBuilder::new(Arc::clone(filter.predicate()), rows).apply_projection(outputs)?.build()?;
    Ok(Some(ByValue { rows: Arc::new(rows), most }))
}

/// What the transactions of a function are.
fn transactions(function: &StandardWindowExpr) -> Option<OfValue> {
    let function = function.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>()?;
    (function.fun().name() == "spl_transaction").then(|| of_value(function.args()))?
}
