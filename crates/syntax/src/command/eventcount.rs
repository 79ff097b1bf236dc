//! `eventcount`: how many events the indexes hold. `| eventcount summarize=false index=*`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, clause::IndexList, cursor::Cursor, print};

/// Count the events of indexes, whatever the time range.
#[derive(Debug, Clone, PartialEq)]
pub struct EventCount {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The indexes; none named are those that a search reads by default.
    pub indexes: IndexList,
    /// Whether there is one sum instead of a row for each index.
    pub summarize: bool,
    /// Whether the rows tell the size of the files.
    pub report_size: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["eventcount"],
    kind: Kind::Generating,
    summary: "counts the events of indexes",
    usage: "| eventcount [index=<index>]… [summarize=<bool>] [report_size=<bool>]",
    options: &["index", "list_federated_remote", "list_vix", "report_size", "summarize"],
    differs: &["`list_vix` and `list_federated_remote` are read and have no effect", "`server` is `local`"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut indexes, mut summarize, mut report_size) = (IndexList::default(), true, false);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if indexes.read_or(cursor) {
            continue;
        }
        let Some(option) = cursor.option() else { break };
        match option.name.node.as_str() {
            "index" => indexes.push(option.value),
            "summarize" => summarize = cursor.boolean(&option),
            "report_size" => report_size = cursor.boolean(&option),
            "list_vix" | "list_federated_remote" => drop(cursor.boolean(&option)),
            _ => cursor.unknown_option(&option),
        }
    }
    Some(Command::EventCount(EventCount { span: cursor.command_span(), indexes, summarize, report_size }))
}

impl Display for EventCount {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "eventcount{}", self.indexes)?;
        print::option(out, "summarize", Some(false).filter(|_| !self.summarize))?;
        print::flag(out, "report_size", self.report_size)
    }
}
