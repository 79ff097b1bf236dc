//! `reltime`: how long ago an event was, in words. `reltime`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Write the age of `_time` into `reltime`.
#[derive(Debug, Clone, PartialEq)]
pub struct RelTime {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["reltime"],
    kind: Kind::Streaming,
    summary: "tells how long ago an event was",
    usage: "reltime",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::RelTime(RelTime { span: cursor.command_span() }))
}

impl Display for RelTime {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("reltime")
    }
}
