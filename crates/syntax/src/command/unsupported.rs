//! `unsupported`: a command that is valid SPL and that speleo cannot run yet. `cluster t=0.9`

use crate::{Search, Span, Spanned};

/// A command that is valid SPL and has no rows here yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command's name.
    pub name: Spanned<String>,
    /// The text after it.
    pub args: String,
    /// Subsearches in its arguments, so that `check` reads them too.
    pub subsearches: Vec<Search>,
}
