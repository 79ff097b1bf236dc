//! What operators that sum up groups of rows share.

use std::sync::Arc;

use datafusion::{
    arrow::array::{AsArray, BooleanArray, RecordBatch},
    common::Result,
    physical_expr::PhysicalExpr,
    physical_plan::{ExecutionPlan, InputOrderMode, aggregates::AggregateExec},
};

use super::{partial::PartialExec, radix::RadixExec};

/// The operator of ours in the place of an aggregation; none where DataFusion's is left alone.
pub(super) fn ours(aggregate: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(radix) = RadixExec::in_place_of(aggregate)? {
        return Ok(Some(Arc::new(radix)));
    }
    Ok(PartialExec::in_place_of(aggregate)?.map(|partial| Arc::new(partial) as _))
}

/// Whether an aggregation is by keys, takes rows in any order and all of them, and its functions work on many groups at once.
pub(super) fn is_plain(aggregate: &AggregateExec) -> bool {
    aggregate.group_expr().is_single()
        && !aggregate.group_expr().is_empty()
        && aggregate.limit_options().is_none()
        && *aggregate.input_order_mode() == InputOrderMode::Linear
        && aggregate
            .aggr_expr()
            .iter()
            .all(|function| function.groups_accumulator_supported() && function.order_bys().is_empty())
}

/// The rows that a function is to see; none where it sees all.
pub(super) fn kept(filter: Option<&Arc<dyn PhysicalExpr>>, batch: &RecordBatch) -> Result<Option<BooleanArray>> {
    let Some(filter) = filter else { return Ok(None) };
    let rows = filter.evaluate(batch)?.into_array(batch.num_rows())?;
    Ok(Some(rows.as_boolean().clone()))
}
