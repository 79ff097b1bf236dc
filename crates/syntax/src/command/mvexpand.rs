//! `mvexpand`: a row for each value. `mvexpand recipients limit=10`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Make a row of each value of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct MvExpand {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field.
    pub field: Field,
    /// How many values of a row at most; 0 is all.
    pub limit: u64,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["mvexpand"],
    kind: Kind::Streaming,
    summary: "makes a row of each value",
    usage: "mvexpand <field> [limit=<n>]",
    options: &["limit"],
    differs: &["no limit of memory cuts the values"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut limit = 0;
    let field = cursor.one_field("a field", |cursor, option| match option.name.node.as_str() {
        "limit" => limit = cursor.unsigned(option),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::MvExpand(MvExpand { span: cursor.command_span(), field, limit }))
}

impl Display for MvExpand {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "mvexpand {}", self.field)?;
        print::option(out, "limit", (self.limit > 0).then_some(self.limit))
    }
}
