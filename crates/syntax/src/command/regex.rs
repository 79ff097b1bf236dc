//! `regex`: keeps rows by a regular expression. `regex email_dns_name!="^\d+$"`

use crate::{Field, Span, Spanned};

/// Keep rows whose field matches, or with `!=` does not match. A missing field is kept by `!=`.
#[derive(Debug, Clone, PartialEq)]
pub struct Regex {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field; `_raw` where none is written.
    pub field: Option<Field>,
    /// Whether `!=` is written.
    pub negated: bool,
    /// The pattern, quotes and the two escapes undone.
    pub pattern: Spanned<String>,
}
