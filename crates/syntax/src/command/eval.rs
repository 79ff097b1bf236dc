//! `eval`: computes fields, from left to right. `eval rate=blocked/total, {kind}=1`

use crate::{Expr, Field, Span};

/// Compute fields; later assignments see earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Eval {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The assignments in order.
    pub assignments: Vec<Assignment>,
}

/// One `target=expression`.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Where it stands.
    pub span: Span,
    /// The field to set; `{other}` inside it stands for the value of that field.
    pub target: Field,
    /// The value.
    pub expr: Expr,
}
