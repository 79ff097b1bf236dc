//! `fields`: keeps or drops columns. `fields - first_seen`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Keep or drop columns; keeping leaves internal fields in place.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether `-` is written.
    pub drop: bool,
    /// The columns, wildcards allowed.
    pub fields: Vec<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["fields"],
    kind: Kind::Streaming,
    summary: "keeps or, with `-`, drops columns",
    usage: "fields [+|-] <field>…",
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let drop = cursor.symbol("-").is_some();
    if !drop {
        cursor.symbol("+");
    }
    let fields = cursor.fields(&[]);
    if fields.is_empty() {
        cursor.missing("a field");
        return None;
    }
    Some(Command::Fields(Fields { span: cursor.command_span(), drop, fields }))
}

impl Display for Fields {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(if self.drop { "fields - " } else { "fields " })?;
        print::join(out, &self.fields, ", ")
    }
}
