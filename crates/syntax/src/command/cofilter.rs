//! `cofilter`: counts pairs of items that users share. `cofilter user item`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor};

/// Count the users of each pair of items.
#[derive(Debug, Clone, PartialEq)]
pub struct CoFilter {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field of users.
    pub user: Field,
    /// The field of items.
    pub item: Field,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["cofilter"],
    kind: Kind::Transforming,
    summary: "counts pairs of items that users share",
    usage: "cofilter <user field> <item field>",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let fields = cursor.fields(&[]);
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next(), fields.next()) {
        (Some(user), Some(item), None) => Some(Command::CoFilter(CoFilter { span: cursor.command_span(), user, item })),
        _ if cursor.failed() => None,
        _ => {
            cursor.missing("two fields: that of users and that of items");
            None
        }
    }
}

impl Display for CoFilter {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "cofilter {} {}", self.user, self.item)
    }
}
