//! `xmlunescape`: undoes the escapes of XML in the raw text. `index=app | xmlunescape`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Write `&`, `<` and `>` in place of their escapes.
#[derive(Debug, Clone, PartialEq)]
pub struct XmlUnescape {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["xmlunescape"],
    kind: Kind::Streaming,
    summary: "undoes the escapes of XML",
    usage: "xmlunescape [maxinputs=<int>]",
    options: &["maxinputs"],
    differs: &["the escapes of `&`, `<` and `>` in `_raw` are undone in every event: `maxinputs` has no effect"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let span = cursor.command_span();
    let understood = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "maxinputs" => drop(cursor.number(option)),
        _ => cursor.unknown_option(option),
    });
    understood.then_some(Command::XmlUnescape(XmlUnescape { span }))
}

impl Display for XmlUnescape {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("xmlunescape")
    }
}
