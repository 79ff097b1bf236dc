//! `xmlkv`: extracts fields from XML tags. `xmlkv Message`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// Extract a field for each tag that holds a text.
#[derive(Debug, Clone, PartialEq)]
pub struct XmlKv {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field that holds the XML; without one `_raw` does.
    pub field: Option<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["xmlkv"],
    kind: Kind::Streaming,
    summary: "extracts fields from XML tags",
    usage: "xmlkv [<field>] [maxinputs=<count>]",
    options: &["maxinputs"],
    differs: &["`maxinputs` is read and has no effect"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut field = None;
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "maxinputs" => drop(cursor.unsigned(&option)),
                _ => cursor.unknown_option(&option),
            }
            continue;
        }
        let found = if field.is_none() { cursor.field() } else { None };
        if found.is_none() {
            break;
        }
        field = found;
    }
    Some(Command::XmlKv(XmlKv { span: cursor.command_span(), field }))
}

impl Display for XmlKv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("xmlkv")?;
        self.field.as_ref().map_or(Ok(()), |field| write!(out, " {field}"))
    }
}
