//! Text to tree.

use crate::{Diagnostic, Expr, ExprKind, Search, SearchExpr, SearchExprKind, Span};

/// Reads a search.
pub fn parse(text: &str) -> (Search, Vec<Diagnostic>) {
    (Search { span: Span::new(0, text.len()), commands: Vec::new() }, Vec::new())
}

/// Reads an expression of `eval`.
pub fn parse_expr(text: &str) -> (Expr, Vec<Diagnostic>) {
    (Expr { span: Span::new(0, text.len()), kind: ExprKind::Error }, Vec::new())
}

/// Reads an expression of `search`.
pub fn parse_search_expr(text: &str) -> (SearchExpr, Vec<Diagnostic>) {
    (SearchExpr { span: Span::new(0, text.len()), kind: SearchExprKind::All }, Vec::new())
}
