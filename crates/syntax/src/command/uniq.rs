//! `uniq`: drops rows equal to the one before. `sort host | uniq`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Drop a row that equals the one before it in every field.
#[derive(Debug, Clone, PartialEq)]
pub struct Uniq {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["uniq"],
    kind: Kind::Centralized,
    summary: "drops rows equal to the one before",
    usage: "uniq",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::Uniq(Uniq { span: cursor.command_span() }))
}

impl Display for Uniq {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("uniq")
    }
}
