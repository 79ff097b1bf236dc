//! `concurrency`: counts the events that run when each one starts. `concurrency duration=seconds output=running`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, cursor::Cursor, print};

/// Count events that run at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Concurrency {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field with the seconds that an event takes.
    pub duration: Field,
    /// The field with the time at which it starts; `_time` where none is written.
    pub start: Option<Field>,
    /// The field that gets the number; `concurrency` where none is written.
    pub output: Option<Field>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["concurrency"],
    kind: Kind::Centralized,
    summary: "counts events that run at the same time",
    usage: "concurrency duration=<field> [start=<field>] [output=<field>]",
    options: &["duration", "output", "start"],
    differs: &["the order of the rows does not matter"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut duration, mut start, mut output) = (None, None, None);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else {
            cursor.expected("an option such as `duration=seconds`");
            return None;
        };
        match option.name.node.as_str() {
            "duration" => duration = Some(option.field()),
            "start" => start = Some(option.field()),
            "output" => output = Some(option.field()),
            _ => cursor.unknown_option(&option),
        }
    }
    let Some(duration) = duration else {
        cursor.missing("`duration=` and a field");
        return None;
    };
    Some(Command::Concurrency(Concurrency { span: cursor.command_span(), duration, start, output }))
}

impl Display for Concurrency {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "concurrency duration={}", print::Quoted(&self.duration.name))?;
        print::option(out, "start", self.start.as_ref().map(|field| print::Quoted(&field.name)))?;
        print::option(out, "output", self.output.as_ref().map(|field| print::Quoted(&field.name)))
    }
}
