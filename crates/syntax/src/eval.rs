//! The expression language of `eval` and `where`: the tree and its parser.

mod balance;
pub(crate) mod grammar;
mod print;

use crate::{Field, Search, Span};

/// An expression with its place in the text.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// Positions do not count: printing and parsing again gives an equal tree.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A number as written (`1`, `.18`, `1e3`), without a sign.
    Number(String),
    /// A string literal, quotes removed and the two escapes `\"` and `\\` undone.
    String(String),
    /// A field, bare or in single quotes.
    Field(Field),
    /// `-x`, `NOT x`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b`.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `x IN (a, b)` and `x NOT IN (a, b)`.
    In {
        /// The tested value.
        value: Box<Expr>,
        /// The candidates.
        items: Vec<Expr>,
        /// Whether `NOT` stands before `IN`.
        negated: bool,
    },
    /// `name(args)`.
    Call {
        /// The function in lower case.
        name: String,
        /// Where the name stands.
        name_span: Span,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `[search …]`: replaced by the text that it returns.
    Subsearch(Box<Search>),
    /// A part that could not be read; a diagnostic says why.
    Error,
}

/// Operators with one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`
    Minus,
    /// `+x`
    Plus,
    /// `NOT x`, `!x`
    Not,
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `a XOR b`
    Xor,
    /// `a OR b`
    Or,
    /// `a AND b`
    And,
    /// `a = b`, `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a < b`
    Less,
    /// `a <= b`
    LessOrEqual,
    /// `a > b`
    Greater,
    /// `a >= b`
    GreaterOrEqual,
    /// `a LIKE b`
    Like,
    /// `a + b`
    Add,
    /// `a - b`
    Subtract,
    /// `a * b`
    Multiply,
    /// `a / b`
    Divide,
    /// `a % b`
    Modulo,
    /// `a . b`
    Concat,
}
