//! `rex`: extracts named groups into fields, or edits a field with sed. `rex field=sender ".*@(?<domain>.*)"`

use crate::{Field, Span, Spanned};

/// Extract named groups into fields, or edit a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Rex {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field read; `_raw` where none is written.
    pub field: Option<Field>,
    /// What to do with it.
    pub mode: RexMode,
}

/// The two modes of `rex`.
#[derive(Debug, Clone, PartialEq)]
pub enum RexMode {
    /// Named groups become fields.
    Extract {
        /// The pattern.
        pattern: Spanned<String>,
        /// The largest number of matches; 0 is all. With 1 a field gets one value, else all.
        max_match: u64,
        /// The field that gets the places of the groups.
        offset_field: Option<Field>,
    },
    /// `mode=sed`.
    Sed {
        /// `s/pattern/replacement/flags` or `y/abc/xyz/`.
        script: Spanned<String>,
    },
}
