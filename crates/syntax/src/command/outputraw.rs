//! `outputraw`: the values of rows as plain text, a line each. `outputraw report.txt`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// Write the values of rows as text, or show that text.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputRaw {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The file, whose name ends in `.txt`; without one the text is the rows' `_raw`.
    pub file: Option<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["outputraw"],
    kind: Kind::Centralized,
    summary: "writes the values of rows as plain text",
    usage: "outputraw [<file>]",
    differs: &[
        "with the name of a file the text goes to that file in the folder of lookup tables and the rows go on; without one the rows have the text as `_raw`",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let file = if cursor.at_end() { None } else { cursor.field() };
    if !cursor.at_end() {
        cursor.expected("the name of a file");
        return None;
    }
    Some(Command::OutputRaw(OutputRaw { span: cursor.command_span(), file }))
}

impl Display for OutputRaw {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("outputraw")?;
        self.file.as_ref().map_or(Ok(()), |file| write!(out, " {file}"))
    }
}
