//! Physical operators of our own, each with a standard form that means the same.
//!
//! That form is what any executor can run: window functions, aggregations, joins, or nothing, where an operator only leaves out rows
//! that one above it would. In local runs these take its place, as they know more: of the order of events, of texts that come again
//! and again, of a side of a join that is small.

mod apart;
mod best;
mod broadcast;
mod different;
mod eventstats;
mod feed;
mod first_rows;
mod functions;
mod grouped;
mod groups;
mod merge;
mod natural_sort;
mod numbered_rows;
mod one_phase;
mod order_places;
mod partial;
mod radix;
mod rule;
mod running;
mod soonest;
mod sorted_join;
mod spool;
#[cfg(test)]
mod tests;
mod together;
mod transactions;
mod trial;
mod weighed;
mod whole;

use std::sync::Arc;

use datafusion::{
    common::Result,
    physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions},
};

pub(crate) use apart::ApartExec;
pub(crate) use broadcast::BroadcastExec;
pub(crate) use eventstats::EventStatsExec;
pub(crate) use first_rows::FirstRowsExec;
pub(crate) use merge::MergeExec;
pub(crate) use natural_sort::NaturalSortExec;
pub(crate) use partial::PartialExec;
pub(crate) use radix::RadixExec;
pub(crate) use rule::{LateOperators, NaturalSorts, OwnOperators};
pub(crate) use sorted_join::SortedJoins;
pub(crate) use trial::TrialExec;

/// The node over other inputs.
///
/// # Errors
/// Where it does not take them.
pub(crate) fn over(
    node: &Arc<dyn ExecutionPlan>,
    inputs: Vec<Arc<dyn ExecutionPlan>>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let is_same = node.children().iter().zip(&inputs).all(|(own, input)| Arc::ptr_eq(own, input));
    if is_same {
        return Ok(Arc::clone(node));
    }
    Arc::clone(node).replace_children(inputs, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
}
