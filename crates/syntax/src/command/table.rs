//! `table`: keeps exactly the listed columns, in order. `table _time, subject`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Keep exactly the listed columns in that order.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The columns, wildcards allowed.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["table"],
    kind: Kind::Transforming,
    summary: "keeps exactly the listed columns, in that order",
    usage: "table <field>…",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let fields = cursor.fields(&[]);
    if fields.is_empty() {
        cursor.missing("a field");
        return None;
    }
    Some(Command::Table(Table { span: cursor.command_span(), fields }))
}

impl Display for Table {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("table ")?;
        print::join(out, &self.fields, ", ")
    }
}
