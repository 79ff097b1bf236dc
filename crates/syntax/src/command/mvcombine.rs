//! `mvcombine`: merges rows that differ in one field. `mvcombine delim="," host`

use crate::{Field, Span};

/// Merge rows that are equal in all other fields.
#[derive(Debug, Clone, PartialEq)]
pub struct MvCombine {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What joins the values when they are flattened.
    pub delim: Option<String>,
    /// The field whose values are collected.
    pub field: Field,
}
