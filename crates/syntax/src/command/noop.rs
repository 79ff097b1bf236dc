//! `noop` and its kind: hints to Splunk's scheduler and marks for its display, which change no rows. `localop`, `highlight error`

use std::fmt::{self, Display, Formatter};

use super::unsupported::verbatim;
use crate::{Command, CommandSpec, Span, Spanned, cursor::Cursor};

/// Pass rows on.
#[derive(Debug, Clone, PartialEq)]
pub struct NoOp {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command's name.
    pub name: Spanned<String>,
    /// The text after it, one blank for several.
    pub args: String,
}

/// The rows of the table of commands.
pub(crate) const SPEC: CommandSpec = row(&["noop"], "noop [<option>=<value>]…", "does nothing");
/// The row of `highlight`.
pub(crate) const HIGHLIGHT: CommandSpec = row(&["highlight"], "highlight <text>…", "marks words for display");
/// The row of `iconify`.
pub(crate) const ICONIFY: CommandSpec = row(&["iconify"], "iconify <field>…", "shows icons for values");
/// The row of `localop`.
pub(crate) const LOCALOP: CommandSpec = row(&["localop"], "localop", "runs what follows on the search head");
/// The row of `prjob`.
pub(crate) const PRJOB: CommandSpec = row(&["prjob"], "prjob", "distributes what follows over processes");
/// The row of `redistribute`.
pub(crate) const REDISTRIBUTE: CommandSpec =
    row(&["redistribute"], "redistribute [num_of_reducers=<n>] [BY <field>…]", "distributes rows over processes");

/// All of them.
pub(crate) const ALL: [CommandSpec; 6] = [SPEC, HIGHLIGHT, ICONIFY, LOCALOP, PRJOB, REDISTRIBUTE];

/// Any arguments are read: what they ask for has no meaning here.
const fn row(names: &'static [&'static str], usage: &'static str, summary: &'static str) -> CommandSpec {
    let differs = &["is read and changes nothing"];
    CommandSpec { names, summary, usage, differs, leads: true, parse, ..CommandSpec::NEW }
}

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let (name, args) = verbatim(cursor);
    cursor.go(cursor.end());
    Some(Command::NoOp(NoOp { span: cursor.command_span(), name, args }))
}

impl Display for NoOp {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(&self.name.node)?;
        if self.args.is_empty() { Ok(()) } else { write!(out, " {}", self.args) }
    }
}
