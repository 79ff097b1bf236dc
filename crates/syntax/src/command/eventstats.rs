//! `eventstats`: adds aggregates of the group to each row. `eventstats avg(bytes) AS mean BY src`

use crate::{Field, Span, clause::Aggregate};

/// Add the aggregates of its group to each row.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// Whether a field with other than numbers gives no numeric result.
    pub all_num: bool,
}
