//! `rename`: renames columns. `rename All_Traffic.* AS *`

use crate::{Field, Span};

/// Rename columns, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub struct Rename {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Old and new names, with the same number of wildcards.
    pub pairs: Vec<(Field, Field)>,
}
