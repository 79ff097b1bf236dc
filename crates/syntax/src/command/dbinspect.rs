//! `dbinspect`: the files of indexes. `| dbinspect index=web | stats sum(sizeOnDiskMB) BY index`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, clause::IndexList, cursor::Cursor, print};

/// List the files that indexes are read from, as Splunk lists buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct DbInspect {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The indexes; none named are those that a search reads by default.
    pub indexes: IndexList,
    /// How `modTime` is written.
    pub time_format: Option<String>,
    /// The state that rows must have.
    pub state: Option<String>,
    /// Whether only damaged buckets are wanted.
    pub corrupt_only: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["dbinspect"],
    kind: Kind::Generating,
    summary: "lists the files of an index",
    usage: "| dbinspect [index=<index>]… [timeformat=<format>] [corruptonly=<bool>]",
    options: &["cached", "corruptonly", "index", "span", "splunk_server", "state", "timeformat"],
    differs: &[
        "a row is a file of the index instead of a bucket; its state is `warm`, and none is corrupt",
        "`span` is not supported; `cached` and `splunk_server` are read and have no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut inspect = DbInspect {
        span: cursor.command_span(),
        indexes: IndexList::default(),
        time_format: None,
        state: None,
        corrupt_only: false,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if inspect.indexes.read_or(cursor) {
            continue;
        }
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "index" => inspect.indexes.push(option.value),
            "timeformat" => inspect.time_format = Some(option.value.node),
            "state" => inspect.state = Some(option.value.node),
            "corruptonly" => inspect.corrupt_only = cursor.boolean(&option),
            "cached" => drop(cursor.boolean(&option)),
            "splunk_server" => {}
            "span" => {
                let message = "`dbinspect` lists whole files here, no spans";
                let error = Diagnostic::new(Code::UnsupportedForm, option.name.span, message);
                cursor.fail(error.help("`tstats count WHERE index=… BY _time span=1d` counts by span"));
                return None;
            }
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::DbInspect(inspect))
}

impl Display for DbInspect {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "dbinspect{}", self.indexes)?;
        print::option(out, "timeformat", self.time_format.as_deref().map(print::Quoted))?;
        print::option(out, "state", self.state.as_deref().map(print::Quoted))?;
        print::flag(out, "corruptonly", self.corrupt_only)
    }
}
