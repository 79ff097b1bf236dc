//! `history`: the searches that were run. `| history | search search="*tstats*"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, print};

/// List earlier searches.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether the rows are events, with the search as their text.
    pub events: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["history"],
    kind: Kind::Generating,
    summary: "lists earlier searches",
    usage: "| history [events=<bool>]",
    options: &["events"],
    differs: &[
        "the searches are those of the shell, `speleo` alone on a terminal, of whoever runs it; all else runs without a trace",
        "`event_count` is the number of rows for searches that end with events, `result_count` for the others",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut events = false;
    while !cursor.at_end() {
        match cursor.option() {
            Some(option) if option.name.node == "events" => events = cursor.boolean(&option),
            Some(option) => cursor.unknown_option(&option),
            None => {
                cursor.expected("the end of the command");
                return None;
            }
        }
    }
    Some(Command::History(History { span: cursor.command_span(), events }))
}

impl Display for History {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("history")?;
        print::flag(out, "events", self.events)
    }
}
