//! `top`: counts the most or least frequent values (`top`, `rare`). `top limit=5 user BY host`

use crate::{Field, Span};

/// The most frequent, or for `rare` the least frequent, combinations of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether it is `rare`.
    pub rare: bool,
    /// How many; 0 is all.
    pub limit: u64,
    /// The fields.
    pub fields: Vec<Field>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// `countfield=`.
    pub count_field: String,
    /// `percentfield=`.
    pub percent_field: String,
    /// `showcount=`.
    pub show_count: bool,
    /// `showperc=`.
    pub show_percent: bool,
    /// `useother=`.
    pub use_other: bool,
    /// `otherstr=`.
    pub other_text: String,
}
