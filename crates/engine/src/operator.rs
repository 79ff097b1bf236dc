//! Physical operators of our own, each with the standard logical form that means the same.
//!
//! `eventstats`: its logical form is aggregates over `PARTITION BY`, and that is what any executor can run. DataFusion's
//! window operator reserves no memory and never spills, and it sorts its input by the keys; `EventStatsExec` takes its
//! place in local runs.

mod eventstats;
mod rule;
#[cfg(test)]
mod tests;

use eventstats::EventStatsExec;
pub(crate) use rule::GatherAggregates;
