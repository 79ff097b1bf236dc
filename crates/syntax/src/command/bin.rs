//! `bin`: puts numbers or times into bins. `bin _time span=5m AS slot`

use crate::{Field, Span, clause::BinSpan};

/// Replace the values of a field by the bins that they fall into.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field.
    pub field: Field,
    /// The field that gets the bin.
    pub alias: Option<Field>,
    /// `span=`.
    pub width: Option<BinSpan>,
    /// `minspan=`.
    pub min_span: Option<BinSpan>,
    /// `bins=`: how many at most.
    pub bins: Option<u64>,
    /// `start=`.
    pub start: Option<f64>,
    /// `end=`.
    pub end: Option<f64>,
    /// `aligntime=`.
    pub align_time: Option<String>,
}
