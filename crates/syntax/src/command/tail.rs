//! `tail`: the last rows, the very last first. `tail 5`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, token};

/// Keep the last rows and turn them round.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many; 10 where none is written.
    pub limit: Option<u64>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["tail"],
    kind: Kind::Dataset,
    summary: "keeps the last rows, the very last first",
    usage: "tail [<count>]",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut limit = None;
    if !cursor.at_end() {
        let count = cursor.token(token::integer).and_then(|count| count.node.parse().ok());
        if count.is_none() {
            cursor.expected("a count of rows");
            return None;
        }
        limit = count;
    }
    Some(Command::Tail(Tail { span: cursor.command_span(), limit }))
}

impl Display for Tail {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("tail")?;
        self.limit.map_or(Ok(()), |limit| write!(out, " {limit}"))
    }
}
