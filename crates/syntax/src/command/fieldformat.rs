//! `fieldformat`: how a field is shown. `fieldformat bytes=tostring(bytes, "commas")`

use std::fmt::{self, Display, Formatter};

use super::eval::{Assignment, assignment};
use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Show a field in another form and keep its value.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldFormat {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field and its form.
    pub format: Assignment,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["fieldformat"],
    kind: Kind::Streaming,
    summary: "formats a field for display only",
    usage: "fieldformat <field>=<expression>",
    differs: &["tables for people show the form; CSV, JSON and other data keep the value"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    if cursor.at_end() {
        cursor.missing("an assignment `field=expression`");
        return None;
    }
    let format = assignment(cursor)?;
    Some(Command::FieldFormat(FieldFormat { span: cursor.command_span(), format }))
}

impl Display for FieldFormat {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "fieldformat {}", self.format)
    }
}
