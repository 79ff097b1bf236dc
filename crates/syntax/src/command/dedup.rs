//! `dedup`: keeps the first events of each combination of values. `dedup 2 host user sortby -_time`

use crate::{Field, Span, clause::SortKey};

/// Keep the first `count` events of each combination of field values.
#[derive(Debug, Clone, PartialEq)]
pub struct Dedup {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many events of each to keep.
    pub count: u64,
    /// The fields.
    pub fields: Vec<Field>,
    /// Whether no row is removed but only the values.
    pub keep_events: bool,
    /// Whether rows without one of the fields stay.
    pub keep_empty: bool,
    /// Whether only neighbours count.
    pub consecutive: bool,
    /// The order to bring rows into first.
    pub sort_by: Vec<SortKey>,
}
