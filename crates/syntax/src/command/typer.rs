//! `typer`: the event types of each event. `index=web | typer | stats count BY eventtype`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, print};

/// Write the names of its event types into each event.
#[derive(Debug, Clone, PartialEq)]
pub struct Typer {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The types to look for, wildcards allowed; empty means all.
    pub types: Vec<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["typer"],
    kind: Kind::Streaming,
    summary: "adds event types",
    usage: "typer [eventtypes=<name>,…] [maxlen=<n>]",
    options: &["eventtypes", "maxlen"],
    differs: &[
        "the types are those of eventtypes.conf, by priority and then by name",
        "an event type whose search asks for another event type sees those that the event had before",
        "`maxlen` is read and has no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut types = Vec::new();
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "eventtypes" => types = option.value.node.split(',').map(|name| name.trim().to_owned()).collect(),
        "maxlen" => drop(cursor.unsigned(option)),
        _ => cursor.unknown_option(option),
    });
    is_read.then(|| Command::Typer(Typer { span: cursor.command_span(), types }))
}

impl Display for Typer {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("typer")?;
        let types = (!self.types.is_empty()).then(|| self.types.join(","));
        print::option(out, "eventtypes", types.as_deref().map(print::Quoted))
    }
}
