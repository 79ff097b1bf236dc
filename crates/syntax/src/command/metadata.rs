//! `metadata`: the hosts, sources or source types of indexes. `| metadata type=hosts index=web`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Kind, SearchExpr, Span, clause::IndexList, cursor::Cursor, option::Choice,
    print, search::grammar,
};

/// List hosts, sources or source types with their first and last times and their counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The field: `host`, `source` or `sourcetype`.
    pub field: &'static str,
    /// The indexes.
    pub indexes: IndexList,
    /// What else the events must satisfy.
    pub condition: Option<SearchExpr>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["metadata"],
    kind: Kind::Generating,
    summary: "lists hosts, sources or source types",
    usage: "| metadata type=(hosts|sources|sourcetypes) [index=<index>]… [<condition>]",
    options: &["datatype", "index", "splunk_server", "splunk_server_group", "type"],
    differs: &[
        "events are counted, so that all values are exact; Splunk keeps them by bucket",
        "`recentTime` is `lastTime`: when data that is read in place came in is not known",
        "`datatype`, `splunk_server` and `splunk_server_group` are read and have no effect",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (mut field, mut indexes, mut condition) = (None, IndexList::default(), None);
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if indexes.read_or(cursor) {
            continue;
        }
        let start = cursor.position();
        match cursor.option() {
            Some(option) => match option.name.node.as_str() {
                "type" => field = Some(kind(cursor, &option)?),
                "index" => indexes.push(option.value),
                "datatype" | "splunk_server" | "splunk_server_group" => {}
                // A comparison looks like an option.
                _ => {
                    cursor.go(start);
                    condition = Some(grammar::expr(cursor, &[]));
                    break;
                }
            },
            None => {
                condition = Some(grammar::expr(cursor, &[]));
                break;
            }
        }
    }
    let Some(field) = field else {
        cursor.missing("`type=hosts`, `type=sources` or `type=sourcetypes`");
        return None;
    };
    Some(Command::Metadata(Metadata { span: cursor.command_span(), field, indexes, condition }))
}

fn kind(cursor: &mut Cursor, option: &Choice) -> Option<&'static str> {
    match option.value.node.to_lowercase().as_str() {
        "hosts" => Some("host"),
        "sources" => Some("source"),
        "sourcetypes" => Some("sourcetype"),
        other => {
            let message = format!("`type` takes `hosts`, `sources` or `sourcetypes`, not `{other}`");
            cursor.fail(Diagnostic::new(Code::BadValue, option.value.span, message));
            None
        }
    }
}

impl Display for Metadata {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "metadata type={}s{}", self.field, self.indexes)?;
        // In parentheses, or its first comparison would be read as an option.
        print::group(out, self.condition.as_ref())
    }
}
