//! `fields`: keeps or drops columns. `fields - first_seen`

use crate::{Field, Span};

/// Keep or drop columns; keeping leaves internal fields in place.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether `-` is written.
    pub drop: bool,
    /// The columns, wildcards allowed.
    pub fields: Vec<Field>,
}
