//! `sendalert`: names the alert action that Splunk would run. `sendalert notable param.severity=high`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor, layout};

/// Pass the rows on; Splunk would run an alert action with them.
#[derive(Debug, Clone, PartialEq)]
pub struct SendAlert {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Its arguments as written, one blank for several.
    pub args: String,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["sendalert"],
    kind: Kind::Centralized,
    summary: "passes rows on; Splunk runs an alert action",
    usage: "sendalert <action> [param.<name>=<value>]…",
    differs: &["no action runs: the rows pass, and a warning says so"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let args = layout::squeeze(cursor.rest().trim());
    cursor.go(cursor.end());
    if args.is_empty() {
        cursor.missing("the name of an alert action");
        return None;
    }
    Some(Command::SendAlert(SendAlert { span: cursor.command_span(), args }))
}

impl Display for SendAlert {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "sendalert {}", self.args)
    }
}
