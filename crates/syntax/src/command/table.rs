//! `table`: keeps exactly the listed columns, in order. `table _time, subject`

use crate::{Field, Span};

/// Keep exactly the listed columns in that order.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The columns, wildcards allowed.
    pub fields: Vec<Field>,
}
