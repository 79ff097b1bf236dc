//! `fromjson`: the keys of a JSON object as fields. `fromjson _raw prefix="json_"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Make fields of the keys of a JSON object.
#[derive(Debug, Clone, PartialEq)]
pub struct FromJson {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the object.
    pub field: Field,
    /// What stands before each key.
    pub prefix: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["fromjson"],
    kind: Kind::Streaming,
    summary: "turns the keys of a JSON object into fields",
    usage: "fromjson <field> [prefix=<text>]",
    options: &["prefix"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut prefix = None;
    let field = cursor.one_field("a field", |cursor, option| match option.name.node.as_str() {
        "prefix" => prefix = Some(option.value.node.clone()),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::FromJson(FromJson { span: cursor.command_span(), field, prefix }))
}

impl Display for FromJson {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "fromjson {}", self.field)?;
        print::option(out, "prefix", self.prefix.as_deref().map(print::Quoted))
    }
}
