//! Aggregations whose first phase saves nothing: all is summed up once, after the rows were dealt out. `stats list(user) BY host`
//!
//! A list is as long as its rows are many. Lists of each core would be put together, dealt out and taken apart again.

use std::sync::Arc;

use datafusion::{
    common::Result,
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateMode},
    },
};

/// The functions that keep every row.
const KEEP_ALL: &[&str] = &["spl_list"];

/// The last of two aggregations as the only one; none where it is something else, or the first makes less of the rows.
///
/// Asked before the distribution of rows is enforced, so that they are dealt out for it.
pub(super) fn in_one(last: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(first) = last.input().downcast_ref::<AggregateExec>() else { return Ok(None) };
    let keeps_all = |aggregate: &AggregateExec| {
        aggregate.aggr_expr().iter().any(|function| KEEP_ALL.contains(&function.fun().name()))
    };
    let fits = *last.mode() == AggregateMode::FinalPartitioned
        && *first.mode() == AggregateMode::Partial
        && first.group_expr().is_single()
        && first.limit_options().is_none()
        && last.limit_options().is_none();
    if !fits || !keeps_all(first) {
        return Ok(None);
    }
    let only = AggregateExec::try_new(
        AggregateMode::SinglePartitioned,
        first.group_expr().clone(),
        first.aggr_expr().to_vec(),
        first.filter_expr().to_vec(),
        Arc::clone(first.input()),
        first.input_schema(),
    )?;
    Ok((only.schema() == last.schema()).then(|| Arc::new(only) as _))
}
