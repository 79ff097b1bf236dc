//! `sistats` and its kin: what a summary index needs for `stats`, `chart`, `timechart`, `top` or `rare` to finish later.
//! `sistats avg(bytes) BY host | collect index=summary`

use std::fmt::{self, Display, Formatter};

use super::{chart, stats, timechart, top};
use crate::{Command, CommandSpec, Kind, Span, cursor::Cursor};

/// Prepare rows for a command that aggregates them later.
#[derive(Debug, Clone, PartialEq)]
pub struct SiStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The command that finishes.
    pub command: Box<Command>,
}

const DIFFERS: &[&str] =
    &["hands on the fields that the finishing command needs, not partial aggregates: the result is the same"];

const fn row(parent: &CommandSpec, names: &'static [&'static str], usage: &'static str) -> CommandSpec {
    CommandSpec {
        names,
        kind: Kind::Transforming,
        summary: "prepares rows for a summary index",
        usage,
        options: parent.options,
        differs: DIFFERS,
        parse,
        ..CommandSpec::NEW
    }
}

/// The row of `sistats` in the table of commands.
pub(crate) const SPEC: CommandSpec =
    row(&stats::SPEC, &["sistats"], "sistats <function>(<field>) [AS <name>]… [BY <field>…], as `stats`");
/// The row of `sichart` in the table of commands.
pub(crate) const CHART: CommandSpec =
    row(&chart::SPEC, &["sichart"], "sichart <function>(<field>) [AS <name>]… [BY <row> [<column>]], as `chart`");
/// The row of `sitimechart` in the table of commands.
pub(crate) const TIMECHART: CommandSpec = row(
    &timechart::SPEC,
    &["sitimechart"],
    "sitimechart [span=<span>] <function>(<field>) [AS <name>]… [BY <field>], as `timechart`",
);
/// The row of `sitop` in the table of commands.
pub(crate) const TOP: CommandSpec = row(&top::SPEC, &["sitop"], "sitop [<count>] <field>… [BY <field>…], as `top`");
/// The row of `sirare` in the table of commands.
pub(crate) const RARE: CommandSpec = row(&top::RARE, &["sirare"], "sirare [<count>] <field>… [BY <field>…], as `rare`");

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let parent = match cursor.command_name() {
        "sichart" => chart::SPEC,
        "sitimechart" => timechart::SPEC,
        "sitop" => top::SPEC,
        "sirare" => top::RARE,
        _ => stats::SPEC,
    };
    let command = Box::new((parent.parse)(cursor)?);
    Some(Command::SiStats(SiStats { span: cursor.command_span(), command }))
}

impl Display for SiStats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "si{}", self.command)
    }
}
