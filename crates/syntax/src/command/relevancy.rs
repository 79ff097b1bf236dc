//! `relevancy`: how well events match the terms of the search. `disk error | relevancy | sort - relevancy`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Write how well `_raw` matches the search's terms into `relevancy`.
#[derive(Debug, Clone, PartialEq)]
pub struct Relevancy {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["relevancy"],
    kind: Kind::Centralized,
    summary: "tells how well events match the terms",
    usage: "relevancy",
    differs: &[
        "for each of the search's terms: how often it occurs, by the event's number of words, times ln(1 + events / events \
         with the term); the sum of these is the relevancy; Splunk says only that rare terms, frequent ones in an event, and \
         short events count more",
        "events are counted where the command stands, not in the whole index",
        "the search's terms are the words and phrases of `search` before it, 100 at most, not the values of comparisons",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::Relevancy(Relevancy { span: cursor.command_span() }))
}

impl Display for Relevancy {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("relevancy")
    }
}
