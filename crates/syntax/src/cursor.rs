//! The place in the text that is being read, and the diagnostics found so far.

use crate::Diagnostic;

/// The input of every parser.
pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a str,
    pub(crate) diagnostics: Vec<Diagnostic>,
}
