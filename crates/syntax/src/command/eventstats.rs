//! `eventstats`: adds aggregates of the group to each row. `eventstats avg(bytes) AS mean BY src`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::Aggregate, cursor::Cursor, option::Choice, print};

/// Add the aggregates of its group to each row.
#[derive(Debug, Clone, PartialEq)]
pub struct EventStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// Whether a field with other than numbers gives no numeric result.
    pub all_num: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["eventstats"],
    kind: Kind::Dataset,
    summary: "adds the aggregates of its group to each row",
    usage: "eventstats [allnum=<bool>] <function>(<field>) [AS <name>]… [BY <field>…]",
    options: &["allnum"],
    differs: &["never leaves the fields out for lack of memory"],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut stats = EventStats { span: cursor.command_span(), aggregates: Vec::new(), by: Vec::new(), all_num: false };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            stats.set(cursor, &option);
        } else if stats.by.is_empty() && cursor.keyword("by").is_some() {
            stats.by = super::stats::by(cursor, |cursor, option| stats.set(cursor, option));
        } else {
            stats.aggregates.extend(cursor.aggregates(&["by"]));
        }
    }
    if stats.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    Some(Command::EventStats(stats))
}

impl EventStats {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "allnum" => self.all_num = cursor.boolean(option),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for EventStats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("eventstats")?;
        print::flag(out, "allnum", self.all_num)?;
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        print::by(out, &self.by)
    }
}
