//! `format`: turns rows into the text of a search condition. `format "(" "(" "OR" ")" "OR" ")"`

use crate::Span;

/// Turn the rows into one row with the field `search`.
#[derive(Debug, Clone, PartialEq)]
pub struct Format {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// `mvsep=`.
    pub mv_separator: String,
    /// `maxresults=`; 0 is all.
    pub max_results: u64,
    /// Row prefix, column prefix, column separator, column end, row separator, row end.
    pub parts: [String; 6],
    /// `emptystr=`.
    pub empty_text: String,
}
