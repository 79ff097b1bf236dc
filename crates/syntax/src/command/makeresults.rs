//! `makeresults`: makes rows from nothing. `| makeresults count=3`

use crate::{Span, Spanned};

/// Make rows with only `_time`, or rows from inline data.
#[derive(Debug, Clone, PartialEq)]
pub struct MakeResults {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many.
    pub count: u64,
    /// Whether the metadata fields are added.
    pub annotate: bool,
    /// `format=` and `data=`.
    pub data: Option<(DataFormat, Spanned<String>)>,
}

/// How inline data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFormat {
    /// A header line and rows.
    Csv,
    /// An array of objects.
    Json,
}
