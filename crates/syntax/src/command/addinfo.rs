//! `addinfo`: adds the time range and identity of the search to each row. `addinfo`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Add `info_min_time`, `info_max_time`, `info_sid` and `info_search_time`.
#[derive(Debug, Clone, PartialEq)]
pub struct AddInfo {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["addinfo"],
    kind: Kind::Streaming,
    summary: "adds the time range and identity of the search to each row",
    usage: "addinfo",
    differs: &["`info_sid` is the search's start, for there is no job"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::AddInfo(AddInfo { span: cursor.command_span() }))
}

impl Display for AddInfo {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("addinfo")
    }
}
