//! `appendcols`: adds the columns of another search, row by row. `appendcols [search index=b | stats sum(x) AS s]`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Search, Span, cursor::Cursor, print};

/// Add the fields of the n-th row of another search to the n-th row.
#[derive(Debug, Clone, PartialEq)]
pub struct AppendCols {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The other search.
    pub search: Search,
    /// Whether its values replace those of fields of one name.
    pub overwrite: bool,
    /// `maxout=`; Splunk cuts there.
    pub max_out: Option<u64>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["appendcols"],
    kind: Kind::Dataset,
    summary: "adds the columns of another search, row by row",
    usage: "appendcols [override=<bool>] [<search>]",
    options: &["maxout", "maxtime", "override", "timeout"],
    differs: &[
        "all rows are added; `maxout` counts only where it is written",
        "`maxtime` and `timeout` are read and have no effect",
    ],
    takes_searches: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut overwrite, mut max_out) = (false, None);
    let search = cursor.one_search(|cursor, option| match option.name.node.as_str() {
        "override" => overwrite = cursor.boolean(option),
        "maxout" => max_out = Some(cursor.unsigned(option)),
        "maxtime" | "timeout" => drop(cursor.unsigned(option)),
        _ => cursor.unknown_option(option),
    })?;
    Some(Command::AppendCols(AppendCols { span: cursor.command_span(), search, overwrite, max_out }))
}

impl Display for AppendCols {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("appendcols")?;
        print::flag(out, "override", self.overwrite)?;
        print::option(out, "maxout", self.max_out)?;
        write!(out, " [{}]", self.search)
    }
}
