//! `where`: keeps rows for which an expression is true. `where bytes > 3 * mean`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Expr, Kind, Span, cursor::Cursor, eval::grammar};

/// Keep rows for which the expression is true; null drops the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Where {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The condition.
    pub expr: Expr,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["where"],
    kind: Kind::Streaming,
    summary: "keeps the rows for which an expression is true",
    usage: "where <expression>",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    if cursor.at_end() {
        cursor.missing("an expression");
        return None;
    }
    let expr = grammar::expr(cursor);
    Some(Command::Where(Where { span: cursor.command_span(), expr }))
}

impl Display for Where {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "where {}", self.expr)
    }
}
