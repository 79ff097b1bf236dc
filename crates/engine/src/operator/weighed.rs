//! Counts of different rows, each with how often it comes, in the place of counts of all rows. `stats count BY host`
//!
//! The scan tells combinations of values with how often they come ([`tallied`]). Conditions and computed columns between are those of
//! their values and stay; a count becomes a sum, and a function that does not mind how often a value comes stays as it is. What is
//! deliberately absent: sums and means of numbers, which would add up in another order.

use std::sync::Arc;

use datafusion::{
    common::{Result, ScalarValue},
    functions_aggregate::{count::Count, sum::sum_udaf},
    logical_expr::Operator,
    physical_expr::{
        Partitioning, PhysicalExpr,
        aggregate::{AggregateExprBuilder, AggregateFunctionExpr},
        expressions::{BinaryExpr, Column, IsNotNullExpr, Literal, case, lit},
    },
    physical_expr_common::physical_expr::is_volatile,
    physical_plan::{
        ExecutionPlan, InputOrderMode,
        aggregates::{AggregateExec, AggregateMode},
        filter::{FilterExec, FilterExecBuilder},
        projection::{ProjectionExec, ProjectionExpr},
        repartition::RepartitionExec,
        union::UnionExec,
    },
};

use super::{broadcast::BroadcastExec, eventstats::EventStatsExec, over};
use crate::parquet_scan::{ROWS, tallied};

/// Functions whose result hangs on which values there are, and not on how often each comes.
const OF_VALUES: &[&str] = &["max", "min", "spl_dc", "spl_estdc", "spl_max", "spl_min", "spl_values"];

/// A first aggregation over different rows; none where it is something else, or needs each row.
pub(super) fn weighed(aggregate: &AggregateExec) -> Result<Option<AggregateExec>> {
    let fits = *aggregate.mode() == AggregateMode::Partial
        && aggregate.group_expr().is_single()
        && aggregate.limit_options().is_none()
        && *aggregate.input_order_mode() == InputOrderMode::Linear
        && aggregate.filter_expr().iter().all(Option::is_none)
        && aggregate.aggr_expr().iter().all(|function| takes_rows(function))
        && aggregate.group_expr().expr().iter().all(|(key, _)| !is_volatile(key));
    if !fits {
        return Ok(None);
    }
    let Some(input) = with_rows(aggregate.input())? else { return Ok(None) };
    let schema = input.schema();
    let function = |function: &Arc<AggregateFunctionExpr>| {
        let sum = over_rows(function, &function.expressions(), &input)?;
        Ok(sum.unwrap_or_else(|| Arc::clone(function)))
    };
    let functions = aggregate.aggr_expr().iter().map(function).collect::<Result<Vec<_>>>()?;
    let weighed = AggregateExec::try_new(
        *aggregate.mode(),
        aggregate.group_expr().clone(),
        functions,
        aggregate.filter_expr().to_vec(),
        Arc::clone(&input),
        Arc::clone(&schema),
    )?;
    // What the last aggregation puts together has the types that it expects.
    let (own, other) = (aggregate.schema(), weighed.schema());
    let mut types = own.fields().iter().zip(other.fields()).map(|(own, other)| own.data_type() == other.data_type());
    Ok((own.fields().len() == other.fields().len() && types.all(|same| same)).then_some(weighed))
}

/// Whether a function has a form over different rows.
pub(super) fn takes_rows(function: &AggregateFunctionExpr) -> bool {
    is_count(function) || is_of_values(function)
}

/// What stands in the place of a function of these values over different rows: of a count the sum of how often they come. None where
/// it stays as it is.
pub(super) fn over_rows(
    function: &AggregateFunctionExpr,
    values: &[Arc<dyn PhysicalExpr>],
    input: &Arc<dyn ExecutionPlan>,
) -> Result<Option<Arc<AggregateFunctionExpr>>> {
    if !is_count(function) {
        return Ok(None);
    }
    let rows = rows_with(values, input)?;
    let sum = AggregateExprBuilder::new(sum_udaf(), vec![rows]).schema(input.schema());
    Ok(Some(Arc::new(sum.alias(function.name()).build()?)))
}

fn is_count(function: &AggregateFunctionExpr) -> bool {
    function.fun().inner().is::<Count>() && is_plain(function)
}

fn is_of_values(function: &AggregateFunctionExpr) -> bool {
    OF_VALUES.contains(&function.fun().name()) && is_plain(function)
}

fn is_plain(function: &AggregateFunctionExpr) -> bool {
    !function.is_distinct() && function.order_bys().is_empty() && !function.expressions().iter().any(is_volatile)
}

/// How many rows a row stands for where all of these are values: `__rows`, and 0 where one is null.
fn rows_with(values: &[Arc<dyn PhysicalExpr>], input: &Arc<dyn ExecutionPlan>) -> Result<Arc<dyn PhysicalExpr>> {
    let schema = input.schema();
    let rows: Arc<dyn PhysicalExpr> = Arc::new(Column::new_with_schema(ROWS, &schema)?);
    let is_null = |value: &&Arc<dyn PhysicalExpr>| match value.downcast_ref::<Literal>() {
        Some(literal) => literal.value().is_null(),
        None => value.nullable(&schema).unwrap_or(true),
    };
    let asked = values.iter().filter(is_null).map(|value| Arc::new(IsNotNullExpr::new(Arc::clone(value))) as _);
    let all = asked.reduce(|one: Arc<dyn PhysicalExpr>, other| Arc::new(BinaryExpr::new(one, Operator::And, other)));
    match all {
        Some(all) => case(None, vec![(all, rows)], Some(lit(ScalarValue::Int64(Some(0))))),
        None => Ok(rows),
    }
}

/// The plan over different rows, with how often each comes as the last column; none where something needs each row.
fn with_rows(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        if filter.fetch().is_some() || is_volatile(filter.predicate()) {
            return Ok(None);
        }
        let Some(input) = with_rows(filter.input())? else { return Ok(None) };
        let last = input.schema().fields().len() - 1;
        let outputs = filter.projection().as_ref().map(|outputs| outputs.iter().copied().chain([last]).collect());
        let filter =
            FilterExecBuilder::new(Arc::clone(filter.predicate()), input).apply_projection(outputs)?.build()?;
        return Ok(Some(Arc::new(filter)));
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        if projection.expr().iter().any(|output| is_volatile(&output.expr)) {
            return Ok(None);
        }
        let Some(input) = with_rows(projection.input())? else { return Ok(None) };
        let rows = Arc::new(Column::new_with_schema(ROWS, &input.schema())?);
        let rows = ProjectionExpr { expr: rows, alias: ROWS.to_owned() };
        let outputs = projection.expr().iter().cloned().chain([rows]);
        return Ok(Some(Arc::new(ProjectionExec::try_new(outputs.collect::<Vec<_>>(), input)?)));
    }
    if plan.is::<BroadcastExec>() {
        let [many, few] = plan.children()[..] else { return Ok(None) };
        let Some(many) = with_rows(many)? else { return Ok(None) };
        let rows = many.schema().fields().len() - 1;
        return with_last(over(plan, vec![many, Arc::clone(few)])?, rows).map(Some);
    }
    if let Some(beside) = plan.downcast_ref::<EventStatsExec>() {
        if !beside.takes_rows() {
            return Ok(None);
        }
        let [input] = plan.children()[..] else { return Ok(None) };
        let Some(input) = with_rows(input)? else { return Ok(None) };
        let (beside, rows) = beside.over_rows(input)?;
        return with_last(Arc::new(beside), rows).map(Some);
    }
    let deals = plan.downcast_ref::<RepartitionExec>();
    if plan.is::<UnionExec>()
        || deals.is_some_and(|deals| matches!(deals.partitioning(), Partitioning::RoundRobinBatch(_)))
    {
        let inputs = plan.children().into_iter().map(with_rows).collect::<Result<Option<Vec<_>>>>()?;
        return inputs.map(|inputs| over(plan, inputs)).transpose();
    }
    tallied(plan)
}

/// The plan with a column as the last.
fn with_last(plan: Arc<dyn ExecutionPlan>, last: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = plan.schema();
    let output = |place: usize| {
        let name = schema.field(place).name();
        ProjectionExpr { expr: Arc::new(Column::new(name, place)), alias: name.clone() }
    };
    let outputs = (0..schema.fields().len()).filter(|place| *place != last).chain([last]).map(output);
    Ok(Arc::new(ProjectionExec::try_new(outputs.collect::<Vec<_>>(), plan)?))
}
