//! `require`: stops the search where there are no rows. `| inputlookup owners.csv | require`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Fail where no rows come in, else pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct Require {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["require"],
    kind: Kind::Centralized,
    summary: "fails where there are no rows",
    usage: "require",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::Require(Require { span: cursor.command_span() }))
}

impl Display for Require {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("require")
    }
}
