//! `set`: unites, intersects or subtracts two searches. `| set diff [search index=a | fields u] [search index=b | fields u]`

use std::fmt::{self, Display, Formatter};

use super::multisearch::brackets;
use crate::{Command, CommandSpec, Kind, Search, Span, cursor::Cursor};

/// The rows of two searches as sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// What becomes of them.
    pub operation: SetOperation,
    /// The first search.
    pub left: Search,
    /// The second search.
    pub right: Search,
}

/// The operations of `set`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOperation {
    /// Rows of either.
    Union,
    /// Rows of exactly one.
    Diff,
    /// Rows of both.
    Intersect,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["set"],
    kind: Kind::Generating,
    summary: "unites, intersects or subtracts two searches",
    usage: "| set union|diff|intersect [<search>] [<search>]",
    differs: &["all rows take part"],
    takes_searches: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let operations =
        [("union", SetOperation::Union), ("diff", SetOperation::Diff), ("intersect", SetOperation::Intersect)];
    let found = operations.into_iter().find(|(name, _)| cursor.keyword(name).is_some());
    let Some((_, operation)) = found else {
        cursor.expected("`union`, `diff` or `intersect`");
        return None;
    };
    let searches: Result<[Search; 2], _> = brackets(cursor)?.try_into();
    let Ok([left, right]) = searches else {
        cursor.missing("two searches in brackets");
        return None;
    };
    Some(Command::Set(Set { span: cursor.command_span(), operation, left, right }))
}

impl Display for Set {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        let operation = match self.operation {
            SetOperation::Union => "union",
            SetOperation::Diff => "diff",
            SetOperation::Intersect => "intersect",
        };
        write!(out, "set {operation} [{}] [{}]", self.left, self.right)
    }
}
