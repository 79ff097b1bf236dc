//! `gentimes`: makes a row for each step of a time range. `| gentimes start=10/01/2024 end=10/05/2024 increment=6h`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, Spanned, cursor::Cursor, print};

/// Rows with the beginnings and ends of steps in time.
#[derive(Debug, Clone, PartialEq)]
pub struct GenTimes {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The first step: `mm/dd/yyyy[:hh:mm:ss]`, or a number of days from today.
    pub start: Spanned<String>,
    /// The end of the last step; midnight of today where none is written.
    pub end: Option<Spanned<String>>,
    /// The length of a step, `1d` where none is written.
    pub increment: Option<Spanned<String>>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["gentimes"],
    kind: Kind::Generating,
    summary: "makes a row for each step of a time range",
    usage: "| gentimes start=<time> [end=<time>] [increment=<count>(s|m|h|d)]",
    options: &["end", "increment", "start"],
    differs: &["an increment is greater than 0"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut start, mut end, mut increment) = (None, None, None);
    while !cursor.at_end() {
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "start" => start = Some(option.value),
            "end" => end = Some(option.value),
            "increment" => increment = Some(option.value),
            _ => cursor.unknown_option(&option),
        }
    }
    let Some(start) = start else {
        cursor.missing("`start=`");
        return None;
    };
    Some(Command::GenTimes(GenTimes { span: cursor.command_span(), start, end, increment }))
}

impl Display for GenTimes {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("gentimes")?;
        let quoted = |text: &Spanned<String>| text.node.clone();
        print::option(out, "start", Some(quoted(&self.start)))?;
        print::option(out, "end", self.end.as_ref().map(quoted))?;
        print::option(out, "increment", self.increment.as_ref().map(quoted))
    }
}
