//! `nomv`: several values as one text. `nomv recipients`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// Join the values of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct NoMv {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field.
    pub field: Field,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["nomv"],
    kind: Kind::Streaming,
    summary: "joins several values into one",
    usage: "nomv <field>",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    cursor.skip_blanks();
    let Some(field) = cursor.field() else {
        cursor.missing("a field");
        return None;
    };
    Some(Command::NoMv(NoMv { span: cursor.command_span(), field }))
}

impl Display for NoMv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "nomv {}", self.field)
    }
}
