//! `correlate`: tells which fields occur together. `correlate`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Compare the rows that have each two fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlate {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["correlate"],
    kind: Kind::Transforming,
    summary: "tells which fields occur together",
    usage: "correlate [type=cocur]",
    options: &["type"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "type" if option.value.node.eq_ignore_ascii_case("cocur") => {}
        "type" => super::outlier::bad(cursor, option, "`cocur`"),
        _ => cursor.unknown_option(option),
    });
    is_read.then(|| Command::Correlate(Correlate { span: cursor.command_span() }))
}

impl Display for Correlate {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("correlate")
    }
}
