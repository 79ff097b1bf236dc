//! `accum`: a running sum. `accum bytes AS total`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// Sum a field up, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Accum {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field to sum.
    pub field: Field,
    /// The field that gets the sum; the summed one itself where none is written.
    pub alias: Option<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["accum"],
    kind: Kind::Centralized,
    summary: "keeps a running sum of a field",
    usage: "accum <field> [AS <name>]",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    cursor.skip_blanks();
    let Some(field) = cursor.field() else {
        cursor.missing("a field");
        return None;
    };
    let alias = cursor.alias();
    Some(Command::Accum(Accum { span: cursor.command_span(), field, alias }))
}

impl Display for Accum {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "accum {}", self.field)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))
    }
}
