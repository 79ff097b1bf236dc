//! `outputtext`: puts the text of events into the field `_xml`. `outputtext usexml=false`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, print};

/// Copy the text of events to `_xml`.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputText {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the characters that mean something in XML are escaped.
    pub use_xml: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["outputtext"],
    kind: Kind::Centralized,
    summary: "copies the text of events to `_xml`",
    usage: "outputtext [usexml=<bool>]",
    options: &["usexml"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut use_xml = true;
    while !cursor.at_end() {
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "usexml" => use_xml = cursor.boolean(&option),
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::OutputText(OutputText { span: cursor.command_span(), use_xml }))
}

impl Display for OutputText {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("outputtext")?;
        print::option(out, "usexml", Some(false).filter(|_| !self.use_xml))
    }
}
