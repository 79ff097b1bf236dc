//! `fillnull`: puts a value where a field has none. `fillnull value="" attachment`

use crate::{Field, Span};

/// Put a value where a field is null; empty text stays.
#[derive(Debug, Clone, PartialEq)]
pub struct FillNull {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The value; `0` where none is written.
    pub value: Option<String>,
    /// The fields; empty means all fields of the result.
    pub fields: Vec<Field>,
}
