//! `loadjob`: the rows of a saved search. `| loadjob savedsearch="admin:search:Logins by country"`

use std::fmt::{self, Display, Formatter};

use crate::{Code, Command, CommandSpec, Diagnostic, Kind, Span, Spanned, cursor::Cursor, print};

/// Run the saved search whose last result Splunk would load.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadJob {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// `owner:app:name`, or the name alone.
    pub saved: Spanned<String>,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["loadjob"],
    kind: Kind::Generating,
    summary: "gives the rows of a saved search",
    usage: "| loadjob savedsearch=\"<owner>:<app>:<name>\"",
    options: &[
        "artifact_offset",
        "delegate",
        "events",
        "ignore_running",
        "job_delegate",
        "result_event",
        "savedsearch",
    ],
    differs: &[
        "results are not kept: the saved search runs anew, and a search id names nothing",
        "owner and app do not count, and neither do the other options",
    ],
    may_write: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut saved = None;
    while !cursor.at_end() {
        if let Some(option) = cursor.option() {
            match option.name.node.as_str() {
                "savedsearch" => saved = Some(option.value),
                "artifact_offset" => drop(cursor.unsigned(&option)),
                "delegate" | "job_delegate" => {}
                "events" | "ignore_running" | "result_event" => drop(cursor.boolean(&option)),
                _ => cursor.unknown_option(&option),
            }
        } else if saved.is_none() {
            let span = cursor.here();
            let error = Diagnostic::new(Code::UnsupportedForm, span, "results of earlier searches are not kept");
            cursor.fail(error.help(
                "`loadjob savedsearch=\"…\"` runs a saved search, `inputlookup` reads what `outputlookup` wrote",
            ));
            return None;
        } else {
            break;
        }
    }
    let Some(saved) = saved else {
        cursor.missing("`savedsearch=\"…\"`");
        return None;
    };
    Some(Command::LoadJob(LoadJob { span: cursor.command_span(), saved }))
}

impl Display for LoadJob {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "loadjob savedsearch={}", print::Quoted(&self.saved.node))
    }
}
