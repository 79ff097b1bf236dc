//! Keys that a projection below makes of whole numbers, made by the aggregation: `chart count OVER host BY status`
//!
//! The projection would make a text for each row. The aggregation gets the numbers instead, and makes a text for each group.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::Result,
    physical_expr::{PhysicalExpr, expressions::Column, utils::collect_columns},
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, PhysicalGroupBy},
        projection::{ProjectionExec, ProjectionExpr},
    },
};

use crate::operator::groups::derivation;

/// The aggregation with such keys; none where it has none.
pub(super) fn sunk(aggregate: &AggregateExec) -> Result<Option<AggregateExec>> {
    let Some(projection) = aggregate.input().downcast_ref::<ProjectionExec>() else { return Ok(None) };
    let arguments = aggregate.aggr_expr().iter().flat_map(|function| function.expressions());
    let conditions = aggregate.filter_expr().iter().flatten().map(Arc::clone);
    let read: HashSet<usize> =
        arguments.chain(conditions).flat_map(|expr| collect_columns(&expr)).map(|column| column.index()).collect();
    let below = projection.input().schema();
    let mut outputs = projection.expr().to_vec();
    let mut keys = aggregate.group_expr().expr().to_vec();
    let mut is_sunk = false;
    for (key, _) in &mut keys {
        let Some(place) = key.downcast_ref::<Column>().map(Column::index) else { continue };
        let Some(output) = outputs.get_mut(place).filter(|_| !read.contains(&place)) else { continue };
        let Some(derivation) = derivation(&output.expr, &below) else { continue };
        let number: Arc<dyn PhysicalExpr> = Arc::new(Column::new(&output.alias, place));
        *key = derivation.reading(&number)?;
        *output = ProjectionExpr { expr: derivation.column, alias: output.alias.clone() };
        is_sunk = true;
    }
    if !is_sunk {
        return Ok(None);
    }
    let input: Arc<dyn ExecutionPlan> = Arc::new(ProjectionExec::try_new(outputs, Arc::clone(projection.input()))?);
    let schema = input.schema();
    let other = AggregateExec::try_new(
        *aggregate.mode(),
        PhysicalGroupBy::new_single(keys),
        aggregate.aggr_expr().to_vec(),
        aggregate.filter_expr().to_vec(),
        input,
        schema,
    )?;
    Ok((other.schema() == aggregate.schema()).then_some(other))
}
