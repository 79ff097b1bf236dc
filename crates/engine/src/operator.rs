//! Physical operators of our own, each with the standard logical form that means the same.
//!
//! Their logical form is window functions, and that is what any executor can run. DataFusion's window operator reserves no
//! memory and never spills, and it sorts its input by the keys; these take its place in local runs.

mod best;
mod broadcast;
mod eventstats;
mod first_rows;
mod functions;
mod groups;
mod natural_sort;
mod partial;
mod rule;
mod running;
mod spool;
#[cfg(test)]
mod tests;
mod whole;

pub(crate) use broadcast::BroadcastExec;
pub(crate) use eventstats::EventStatsExec;
pub(crate) use first_rows::FirstRowsExec;
pub(crate) use natural_sort::NaturalSortExec;
pub(crate) use partial::PartialExec;
pub(crate) use rule::{NaturalSorts, OwnOperators};
