//! `search`: keeps the events that satisfy a condition; first in a pipeline it retrieves them.
//! `index=web status=404 OR status=500`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, SearchExpr, SearchExprKind, Span, cursor::Cursor, search::grammar};

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

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["search"],
    kind: Kind::Streaming,
    summary: "keeps the events that satisfy a condition; first in a search it retrieves them",
    usage: "search <condition>…",
    differs: &["a comma between conditions is a blank"],
    leads: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let expr = grammar::expr(cursor, &[]);
    Some(Command::Search(SearchCommand { span: cursor.command_span(), implied: false, expr }))
}

impl Display for SearchCommand {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        match (self.implied, &self.expr.kind) {
            (true, SearchExprKind::All) => out.write_str("()"),
            (true, _) => write!(out, "{}", self.expr),
            (false, SearchExprKind::All) => out.write_str("search"),
            (false, _) => write!(out, "search {}", self.expr),
        }
    }
}
