//! `fillnull`: puts a value where a field has none. `fillnull value="" attachment`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Put a value where a field is null; empty text stays.
#[derive(Debug, Clone, PartialEq)]
pub struct FillNull {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The value; `0` where none is written.
    pub value: Option<String>,
    /// The fields; empty means all fields of the result.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["fillnull"],
    kind: Kind::Streaming,
    summary: "puts a value where a field has none",
    usage: "fillnull [value=<text>] [<field>…]",
    options: &["value"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut value, mut fields) = (None, Vec::new());
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "value" => value = Some(option.value.node),
                _ => cursor.unknown_option(&option),
            }
        } else if let Some(field) = cursor.field() {
            fields.push(field);
        } else {
            cursor.expected("a field");
            return None;
        }
    }
    Some(Command::FillNull(FillNull { span: cursor.command_span(), value, fields }))
}

impl Display for FillNull {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("fillnull")?;
        print::option(out, "value", self.value.as_deref().map(print::Quoted))?;
        out.write_str(if self.fields.is_empty() { "" } else { " " })?;
        print::join(out, &self.fields, ", ")
    }
}
