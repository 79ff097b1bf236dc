//! `reverse`: reverses the order of rows. `sort host | reverse`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Turn the order of rows round.
#[derive(Debug, Clone, PartialEq)]
pub struct Reverse {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["reverse"],
    kind: Kind::Dataset,
    summary: "reverses the order of rows",
    usage: "reverse",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::Reverse(Reverse { span: cursor.command_span() }))
}

impl Display for Reverse {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("reverse")
    }
}
