//! `xmlkv`: extracts fields from XML tags. `xmlkv`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Extract a field for each tag of `_raw` that holds a text.
#[derive(Debug, Clone, PartialEq)]
pub struct XmlKv {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["xmlkv"],
    kind: Kind::Streaming,
    summary: "extracts fields from XML tags",
    usage: "xmlkv",
    options: &["maxinputs"],
    differs: &["`maxinputs` is read and has no effect"],
    parse,
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    while let Some(option) = cursor.option() {
        match option.name.node.as_str() {
            "maxinputs" => drop(cursor.unsigned(&option)),
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::XmlKv(XmlKv { span: cursor.command_span() }))
}

impl Display for XmlKv {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("xmlkv")
    }
}
