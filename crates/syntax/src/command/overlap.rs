//! `overlap`: gaps and overlaps in what a summary index covers. `index=summary | overlap`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Find ranges of time that several runs of a search cover, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Where the command stands, without the pipe.
    pub span: Span,
}

/// The fields that an event of a summary index needs: the search, its run, and the range of time that the run covers.
pub const FIELDS: [&str; 4] = ["info_search_name", "info_search_id", "info_min_time", "info_max_time"];

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["overlap"],
    kind: Kind::Transforming,
    summary: "finds gaps and overlaps of a summary index",
    usage: "overlap",
    differs: &[
        "a row is a range of time of one search: its `type` is `gap` or `overlap`, `info_search_id` has the runs that overlap; \
         Splunk does not document its columns",
        "`addinfo` calls the run `info_sid` and does not tell the search: an `eval` or `rename` before `collect`, or after it, \
         gives `info_search_id` and `info_search_name`",
        "events without one of these fields, or with times that are no numbers, are left out",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    Some(Command::Overlap(Overlap { span: cursor.command_span() }))
}

impl Display for Overlap {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("overlap")
    }
}
