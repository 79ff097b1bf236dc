//! `head`: keeps the first rows. `head 5`

use crate::{Expr, Search, Span};

/// Keep the first rows, by number or while a condition holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many; 10 where neither number nor condition is written.
    pub limit: Option<u64>,
    /// Rows are kept until it is false.
    pub condition: Option<Expr>,
    /// Whether a null condition goes on.
    pub null: bool,
    /// Whether the row that stops is kept too.
    pub keep_last: bool,
    /// A bracket that gives the number.
    pub limit_subsearch: Option<Box<Search>>,
}
