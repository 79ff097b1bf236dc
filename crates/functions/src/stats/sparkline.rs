//! `sparkline(function(field), span)`: a row of the table only.
//!
//! `stats sparkline(count, 1h) by host`. A kernel is absent: lowering aggregates by time first and collects with
//! `spl_list`.

use crate::{AggregateSpec, StatsKind};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[AggregateSpec {
    names: &["sparkline"],
    has_number: false,
    kind: StatsKind::Text,
    usage: "sparkline(function(field), span)",
    summary: "The course of a function over time, as a list with one value for each span.",
}];
