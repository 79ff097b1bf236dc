//! Asks a scan for the rows that come first in an order before the others. `dedup user`, `stats latest(bytes) by user`
//!
//! Files say of each row group which times it has. Read from the newest down, what the first rows of nearly every group are is
//! known after a few row groups, and what follows falls out by one comparison. The order of rows within a row group stays as it
//! is written, so that nothing is promised, and nothing has to be.

use std::sync::Arc;

use datafusion::{
    arrow::compute::SortOptions,
    common::{Result, ScalarValue},
    physical_expr::{
        PhysicalSortExpr, ScalarFunctionExpr,
        aggregate::AggregateFunctionExpr,
        expressions::{Column, Literal},
    },
    physical_plan::{
        ExecutionPlan, InputOrderMode, SortOrderPushdownResult,
        aggregates::{AggregateExec, AggregateMode},
        filter::FilterExec,
    },
};

use super::over;

/// The same rows, about in this order where the scan below can tell; none where it cannot.
pub(super) fn soonest(
    plan: &Arc<dyn ExecutionPlan>,
    order: &PhysicalSortExpr,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    // Which rows there are may not depend on their order.
    if plan.fetch().is_some() {
        return Ok(None);
    }
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        if filter.projection().is_some() {
            return Ok(None);
        }
        let input = soonest(filter.input(), order)?;
        return input.map(|input| over(plan, vec![input])).transpose();
    }
    Ok(match plan.try_pushdown_sort(std::slice::from_ref(order))? {
        SortOrderPushdownResult::Exact { inner } | SortOrderPushdownResult::Inexact { inner } => Some(inner),
        SortOrderPushdownResult::Unsupported => None,
    })
}

/// A first aggregation of nothing but the values at one end of an order, with the rows of that end coming soon.
pub(super) fn ends(aggregate: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let fits = *aggregate.mode() == AggregateMode::Partial
        && *aggregate.input_order_mode() == InputOrderMode::Linear
        && aggregate.limit_options().is_none();
    if !fits {
        return Ok(None);
    }
    let mut functions = aggregate.aggr_expr().iter().map(|function| end(function));
    let Some(Some(order)) = functions.next() else { return Ok(None) };
    if !functions.all(|other| other.as_ref() == Some(&order)) {
        return Ok(None);
    }
    soonest(aggregate.input(), &order)
}

/// What comes first in the order of whose end a function takes the value.
fn end(function: &AggregateFunctionExpr) -> Option<PhysicalSortExpr> {
    let is_last = match function.fun().name() {
        "spl_first" => false,
        "spl_last" => true,
        _ => return None,
    };
    let key = function.expressions().get(1).map(Arc::clone)?;
    let key = key.downcast_ref::<ScalarFunctionExpr>().filter(|key| key.name() == "spl_order_key")?;
    let [column, direction, ..] = key.args() else { return None };
    let ScalarValue::Utf8(Some(direction)) = direction.downcast_ref::<Literal>()?.value() else { return None };
    let options = SortOptions {
        descending: direction.starts_with("desc") != is_last,
        nulls_first: direction.ends_with("_first") != is_last,
    };
    column.downcast_ref::<Column>()?;
    Some(PhysicalSortExpr { expr: Arc::clone(column), options })
}
