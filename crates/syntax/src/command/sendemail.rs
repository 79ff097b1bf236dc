//! `sendemail`: names the mail that Splunk would send. `sendemail to="soc@example.com"`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, layout};

/// Pass the rows on; Splunk would mail them.
#[derive(Debug, Clone, PartialEq)]
pub struct SendEmail {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Its arguments as written, one blank for several.
    pub args: String,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["sendemail"],
    kind: Kind::Centralized,
    summary: "passes rows on; Splunk sends them by mail",
    usage: "sendemail to=<addresses> [<option>=<value>]…",
    differs: &["nothing is sent: the rows pass, and a warning says so"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let args = layout::squeeze(cursor.rest().trim());
    cursor.go(cursor.end());
    if args.is_empty() {
        cursor.missing("`to=…`");
        return None;
    }
    Some(Command::SendEmail(SendEmail { span: cursor.command_span(), args }))
}

impl Display for SendEmail {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "sendemail {}", self.args)
    }
}
