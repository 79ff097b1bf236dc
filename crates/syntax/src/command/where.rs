//! `where`: keeps rows for which an expression is true. `where bytes > 3 * mean`

use crate::{Expr, Span};

/// Keep rows for which the expression is true; null drops the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Where {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The condition.
    pub expr: Expr,
}
