//! `abstract`: events shortened to their most telling lines. `error | abstract maxlines=5`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, print};

/// Shorten `_raw` to a few lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Abstract {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// How many terms of an event count, 1 to 1,000: words, and each other character for itself. What follows is cut off.
    pub max_terms: u64,
    /// How many lines an event keeps, 1 to 500.
    pub max_lines: u64,
}

/// Splunk's number of terms, which is also the most.
const TERMS: u64 = 1_000;
/// Splunk's number of lines.
const LINES: u64 = 10;

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["abstract", "excerpt"],
    kind: Kind::Streaming,
    summary: "shortens events to their most telling lines",
    usage: "abstract [maxterms=<1 to 1000>] [maxlines=<1 to 500>]",
    options: &["maxlines", "maxterms"],
    differs: &[
        "a line counts by the search's terms in it and, half as much, in the lines beside it; of equal lines by how rare its \
         words are among the event's lines, then the first; Splunk does not say how it scores them",
        "the search's terms are the words and phrases of `search` before it, not the values of comparisons",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut max_terms, mut max_lines) = (TERMS, LINES);
    let is_read = cursor.only_options(|cursor, option| match option.name.node.as_str() {
        "maxlines" => max_lines = cursor.between(option, 1, 500),
        "maxterms" => max_terms = cursor.between(option, 1, TERMS),
        _ => cursor.unknown_option(option),
    });
    is_read.then(|| Command::Abstract(Abstract { span: cursor.command_span(), max_terms, max_lines }))
}

impl Display for Abstract {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("abstract")?;
        print::option(out, "maxterms", (self.max_terms != TERMS).then_some(self.max_terms))?;
        print::option(out, "maxlines", (self.max_lines != LINES).then_some(self.max_lines))
    }
}
