//! `delta`: the difference to an earlier row. `delta bytes AS change p=2`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Field, Kind, Span, cursor::Cursor, print};

/// Subtract the value of an earlier row.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field.
    pub field: Field,
    /// The field that gets the difference; `delta(field)` where none is written.
    pub alias: Option<Field>,
    /// How many rows earlier, from 1 up.
    pub distance: u64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["delta"],
    kind: Kind::Centralized,
    summary: "computes the difference to an earlier row",
    usage: "delta <field> [AS <name>] [p=<count>]",
    options: &["p"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut distance = 1;
    let (field, alias) = cursor.one_field_as(|cursor, option| {
        match option.name.node.as_str() {
            "p" => distance = cursor.unsigned(option),
            _ => cursor.unknown_option(option),
        }
        if distance == 0 {
            let text = "`p` counts rows from 1 up";
            cursor.report(Diagnostic::new(Code::BadValue, option.value.span, text));
        }
    })?;
    Some(Command::Delta(Delta { span: cursor.command_span(), field, alias, distance }))
}

impl Display for Delta {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "delta {}", self.field)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " AS {alias}"))?;
        print::option(out, "p", (self.distance != 1).then_some(self.distance))
    }
}
