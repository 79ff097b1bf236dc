//! `collect`: writes rows to a summary index. `collect index=summary source=nightly marker="report=\"logins\""`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, cursor::Cursor, option::Choice, print};

/// Write the rows to an index as events and pass them on.
#[derive(Debug, Clone, PartialEq)]
pub struct Collect {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The index; none is `summary`.
    pub index: Option<Spanned<String>>,
    /// Whether fields say which time range the rows are from.
    pub add_info: bool,
    /// Whether rows without a time get one: the start of the time range, else now.
    pub add_time: bool,
    /// Whether nothing is written.
    pub test_mode: bool,
    /// Pairs that each event gets as fields.
    pub marker: Option<Spanned<String>>,
    /// The host of the events.
    pub host: Option<String>,
    /// The source of the events.
    pub source: Option<String>,
    /// The source type of the events; none is `stash`.
    pub sourcetype: Option<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["collect", "stash", "summaryindex", "sumindex"],
    kind: Kind::Centralized,
    summary: "writes rows to a summary index",
    usage: "collect index=<index> [addinfo=<bool>] [addtime=<bool>] [marker=<pairs>] [testmode=<bool>] [host=<text>] [source=<text>] [sourcetype=<text>]",
    options: &[
        "addinfo",
        "addtime",
        "file",
        "host",
        "index",
        "marker",
        "name",
        "output_format",
        "run_in_preview",
        "source",
        "sourcetype",
        "spool",
        "testmode",
        "uselb",
    ],
    differs: &[
        "events are written as JSON lines that keep the fields with their values, whatever `output_format` says",
        "the index must be a JSON lines file or a folder; in a folder the file is `<index>-collected.ndjson`",
        "`file`, `name`, `run_in_preview`, `spool` and `uselb` are read and have no effect",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut collect = Collect {
        span: cursor.command_span(),
        index: None,
        add_info: false,
        add_time: true,
        test_mode: false,
        marker: None,
        host: None,
        source: None,
        sourcetype: None,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        let Some(option) = cursor.option() else { break };
        collect.set(cursor, &option);
    }
    Some(Command::Collect(collect))
}

impl Collect {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let text = || Some(option.value.node.clone());
        match option.name.node.as_str() {
            "addinfo" => self.add_info = cursor.boolean(option),
            "addtime" => self.add_time = cursor.boolean(option),
            "testmode" => self.test_mode = cursor.boolean(option),
            "spool" | "run_in_preview" | "uselb" => drop(cursor.boolean(option)),
            "file" | "name" => {}
            "output_format" => match option.value.node.as_str() {
                "raw" | "hec" => {}
                other => {
                    let message = format!("`output_format` takes `raw` or `hec`, not `{other}`");
                    cursor.report(Diagnostic::new(Code::BadValue, option.value.span, message));
                }
            },
            "index" => self.index = Some(option.value.clone()),
            "marker" => self.marker = Some(option.value.clone()),
            "host" => self.host = text(),
            "source" => self.source = text(),
            "sourcetype" => self.sourcetype = text(),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for Collect {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("collect")?;
        let text = |out: &mut Formatter, name: &str, value: Option<&String>| {
            print::option(out, name, value.map(|value| print::Quoted(value)))
        };
        text(out, "index", self.index.as_ref().map(|index| &index.node))?;
        print::flag(out, "addinfo", self.add_info)?;
        print::option(out, "addtime", Some(false).filter(|_| !self.add_time))?;
        print::flag(out, "testmode", self.test_mode)?;
        text(out, "marker", self.marker.as_ref().map(|marker| &marker.node))?;
        text(out, "host", self.host.as_ref())?;
        text(out, "source", self.source.as_ref())?;
        text(out, "sourcetype", self.sourcetype.as_ref())
    }
}
