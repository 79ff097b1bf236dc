//! SPL as text and as a tree: parser, printer, diagnostics.
//!
//! ```text
//! text ──expand──▶ text without macros + source map ──parse──▶ Search + diagnostics ──print──▶ text
//! ```
//!
//! Invariant: no engine, no I/O, no clock. `parse` never fails and never panics: it returns a tree and
//! diagnostics, and goes on at the next `|`.

pub mod clause;
pub mod command;
mod cursor;
mod diagnostic;
mod eval;
mod foreign;
mod highlight;
mod layout;
mod macros;
mod nearest;
mod option;
mod outline;
mod parser;
mod print;
mod search;
mod span;
mod structure;
mod token;

pub use command::{COMMANDS, Command, CommandSpec, Kind};
pub use diagnostic::{Code, Diagnostic, Edit, Help, Label, Severity};
pub use eval::{BinaryOp, Expr, ExprKind, UnaryOp};
pub use highlight::{Token, TokenKind, tokens};
pub use layout::{Piece, PieceKind, format, pieces};
pub use macros::{Expansion, MacroCall, MacroDefinition, Macros, NoMacros, called, expand};
pub use outline::{Argument, Outline, identity, outline};
pub use parser::{may_write, parse, parse_continuation, parse_expr, parse_saved, parse_search_expr};
pub use print::print;
pub use search::{CompareOp, SearchExpr, SearchExprKind, SearchValue, time_modifier::is_time_modifier};
pub use span::{Field, Span, Spanned};

/// A pipeline: the tree of one search or subsearch.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The whole text of the pipeline.
    pub span: Span,
    /// The commands from left to right. The implied leading `search` is present as a command.
    pub commands: Vec<Command>,
}
