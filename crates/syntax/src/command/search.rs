//! `search`: keeps the events that satisfy a condition; first in a pipeline it retrieves them. `index=web status=404 OR status=500`

use crate::{SearchExpr, Span};

/// Keep the events that satisfy the expression.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchCommand {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the word `search` was left out at the start of the text.
    pub implied: bool,
    /// The condition.
    pub expr: SearchExpr,
}
