//! `append`: adds the rows of another search. `append [search index=b]`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Search, Span, cursor::Cursor, print};

/// Add the rows of another search after those that come in.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The other search.
    pub search: Search,
    /// `maxout=`; Splunk cuts there.
    pub max_out: Option<u64>,
    /// `extendtimerange=`.
    pub extend_time_range: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["append"],
    kind: Kind::Dataset,
    summary: "adds the rows of another search",
    usage: "append [<search>]",
    options: &["extendtimerange", "maxout", "maxtime", "timeout"],
    differs: &[
        "all rows are added; `maxout` counts only where it is written",
        "`maxtime` and `timeout` are read and have no effect",
    ],
    takes_searches: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut max_out, mut extend_time_range) = (None, false);
    let search = cursor.one_search(|cursor, option| match option.name.node.as_str() {
        "extendtimerange" => extend_time_range = cursor.boolean(option),
        "maxout" => max_out = Some(cursor.unsigned(option)),
        "maxtime" | "timeout" => drop(cursor.unsigned(option)),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::Append(Append { span: cursor.command_span(), search, max_out, extend_time_range }))
}

impl Display for Append {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("append")?;
        print::flag(out, "extendtimerange", self.extend_time_range)?;
        print::option(out, "maxout", self.max_out)?;
        write!(out, " [{}]", self.search)
    }
}
