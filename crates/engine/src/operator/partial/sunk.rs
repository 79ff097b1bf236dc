//! Keys that a projection below makes of whole numbers, made by the aggregation: `chart count OVER host BY status`
//!
//! The projection would make a text for each row. The aggregation gets the numbers instead, and makes a text for each group. This
//! is done before projections become part of scans.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::Result,
    physical_expr::{PhysicalExpr, expressions::Column, utils::collect_columns},
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy},
        projection::{ProjectionExec, ProjectionExpr},
    },
};

use crate::{operator::groups::derivation, substitution::substituted};

/// A first aggregation with such keys; none where it has none, or is none.
pub(in crate::operator) fn sunk(aggregate: &AggregateExec) -> Result<Option<AggregateExec>> {
    if *aggregate.mode() != AggregateMode::Partial || !aggregate.group_expr().is_single() {
        return Ok(None);
    }
    let Some(projection) = aggregate.input().downcast_ref::<ProjectionExec>() else { return Ok(None) };
    let arguments = aggregate.aggr_expr().iter().flat_map(|function| function.expressions());
    let conditions = aggregate.filter_expr().iter().flatten().map(Arc::clone);
    let read: HashSet<usize> =
        arguments.chain(conditions).flat_map(|expr| collect_columns(&expr)).map(|column| column.index()).collect();
    let (mut outputs, input) = outputs(projection)?;
    let below = input.schema();
    let mut sunk = HashSet::new();
    let mut keys = aggregate.group_expr().expr().to_vec();
    for (key, _) in &mut keys {
        let Some(place) = key.downcast_ref::<Column>().map(Column::index) else { continue };
        let Some(output) = outputs.get_mut(place).filter(|_| !read.contains(&place)) else { continue };
        let Some(derivation) = derivation(&output.expr, &below) else { continue };
        let number: Arc<dyn PhysicalExpr> = Arc::new(Column::new(&output.alias, place));
        *key = derivation.reading(&number)?;
        *output = ProjectionExpr { expr: derivation.column, alias: output.alias.clone() };
        sunk.insert(place);
    }
    if sunk.is_empty() || takes_parts(projection, |place| !sunk.contains(&place)) {
        return Ok(None);
    }
    let input: Arc<dyn ExecutionPlan> = Arc::new(ProjectionExec::try_new(outputs, input)?);
    let schema = input.schema();
    let other = AggregateExec::try_new(
        *aggregate.mode(),
        PhysicalGroupBy::new_single(keys),
        aggregate.aggr_expr().to_vec(),
        aggregate.filter_expr().to_vec(),
        input,
        schema,
    )?
    .with_limit_options(aggregate.limit_options());
    Ok((other.schema() == aggregate.schema()).then_some(other))
}

/// The outputs of a projection and what they are computed from, which is below another projection where parts that come several
/// times are taken out.
fn outputs(projection: &ProjectionExec) -> Result<(Vec<ProjectionExpr>, Arc<dyn ExecutionPlan>)> {
    let Some(parts) = projection.input().downcast_ref::<ProjectionExec>() else {
        return Ok((projection.expr().to_vec(), Arc::clone(projection.input())));
    };
    let part = |column: &Column| parts.expr().get(column.index()).map(|part| Arc::clone(&part.expr));
    let output = |output: &ProjectionExpr| {
        let expr = substituted(&output.expr, part)?;
        Ok(ProjectionExpr { expr, alias: output.alias.clone() })
    };
    Ok((projection.expr().iter().map(output).collect::<Result<_>>()?, Arc::clone(parts.input())))
}

/// Whether outputs at some places are made of parts that the projection below computes: they are computed there once.
fn takes_parts(projection: &ProjectionExec, is_asked: impl Fn(usize) -> bool) -> bool {
    let Some(parts) = projection.input().downcast_ref::<ProjectionExec>() else { return false };
    let is_computed = |column: Column| parts.expr().get(column.index()).is_some_and(|part| !part.expr.is::<Column>());
    let mut outputs = projection.expr().iter().enumerate().filter(|(place, _)| is_asked(*place));
    outputs.any(|(_, output)| collect_columns(&output.expr).into_iter().any(is_computed))
}
