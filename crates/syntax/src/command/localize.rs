//! `localize`: lists time ranges in which events occur. `localize maxpause=5m timebefore=1m timeafter=1m`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, clause::BinSpan, cursor::Cursor, print};

/// List the ranges of time between pauses.
#[derive(Debug, Clone, PartialEq)]
pub struct Localize {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The longest pause within a range; a minute where none is written.
    pub max_pause: Option<BinSpan>,
    /// What is added before the first event; 30 seconds where none is written.
    pub before: Option<BinSpan>,
    /// What is added after the last event; 30 seconds where none is written.
    pub after: Option<BinSpan>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["localize"],
    kind: Kind::Transforming,
    summary: "lists time ranges in which events occur",
    usage: "localize [maxpause=<span>] [timebefore=<span>] [timeafter=<span>]",
    options: &["maxpause", "timeafter", "timebefore"],
    differs: &["ranges may overlap where the times before and after are longer than the pause"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut localize = Localize { span: cursor.command_span(), max_pause: None, before: None, after: None };
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "maxpause" => localize.max_pause = cursor.bin_span(option),
        "timeafter" => localize.after = cursor.bin_span(option),
        "timebefore" => localize.before = cursor.bin_span(option),
        _ => cursor.unknown_option(option),
    });
    is_read.then_some(Command::Localize(localize))
}

impl Display for Localize {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("localize")?;
        print::option(out, "maxpause", self.max_pause.as_ref())?;
        print::option(out, "timebefore", self.before.as_ref())?;
        print::option(out, "timeafter", self.after.as_ref())
    }
}
