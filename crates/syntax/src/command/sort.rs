//! `sort`: orders rows. `sort 10 -count +str(subject)`

use crate::{Span, clause::SortKey};

/// Order rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Sort {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many rows to keep; 0 is all. Splunk keeps 10,000 where none is written.
    pub limit: Option<u64>,
    /// The keys.
    pub keys: Vec<SortKey>,
    /// Whether `d` or `desc` stands at the end: the whole order is turned round.
    pub reverse: bool,
}
