//! `metasearch`: where and when events are, without the events. `| metasearch index=web host=w1`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, SearchExpr, Span, cursor::Cursor, search::grammar};

/// Retrieve time, host, index, source and source type of events.
#[derive(Debug, Clone, PartialEq)]
pub struct MetaSearch {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Which events.
    pub expr: SearchExpr,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["metasearch"],
    kind: Kind::Generating,
    summary: "retrieves only the metadata of events",
    usage: "| metasearch <condition>",
    differs: &["the condition may name any field, not just indexed ones"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let expr = grammar::expr(cursor, &[]);
    Some(Command::MetaSearch(MetaSearch { span: cursor.command_span(), expr }))
}

impl Display for MetaSearch {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "metasearch {}", self.expr)
    }
}
