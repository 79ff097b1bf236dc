//! `stats`: aggregates rows. `stats dc(user) AS users BY host`

use crate::{Field, Span, clause::Aggregate};

/// Aggregate rows; the output has the grouping fields and the aggregates.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// Whether a field with other than numbers gives no numeric result.
    pub all_num: bool,
    /// What joins `list` and `values` when flattened.
    pub delim: Option<String>,
    /// Whether equal values of one field in BY count once.
    pub dedup_split_values: bool,
}
