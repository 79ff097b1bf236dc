//! `stats`: aggregates rows. `stats dc(user) AS users BY host`

use std::fmt::{self, Display, Formatter};

use crate::{Command, CommandSpec, Field, Kind, Span, clause::Aggregate, cursor::Cursor, option::Choice, print};

/// Aggregate rows; the output has the grouping fields and the aggregates.
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The grouping fields.
    pub by: Vec<Field>,
    /// Whether a field with other than numbers gives no numeric result.
    pub all_num: bool,
    /// What joins `list` and `values` when flattened.
    pub delim: Option<String>,
    /// Whether equal values of one field in BY count once.
    pub dedup_split_values: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["stats"],
    kind: Kind::Transforming,
    summary: "aggregates rows, by groups where BY is written",
    usage: "stats [allnum=<bool>] [delim=<text>] <function>(<field>) [AS <name>]… [BY <field>…]",
    options: &["allnum", "dedup_splitvals", "delim", "partitions"],
    differs: &[
        "`partitions` is read and has no effect",
        "`list` keeps all values; the first 100 with `--splunk-limits`",
        "percentiles are exact, where Splunk estimates beyond 1000 different values",
    ],
    leads: true,
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut stats = Stats {
        span: cursor.command_span(),
        aggregates: Vec::new(),
        by: Vec::new(),
        all_num: false,
        delim: None,
        dedup_split_values: false,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            stats.set(cursor, &option);
        } else if stats.by.is_empty() && cursor.keyword("by").is_some() {
            stats.by = by(cursor, |cursor, option| stats.set(cursor, option));
        } else {
            stats.aggregates.extend(cursor.aggregates(&["by"]));
        }
    }
    if stats.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    Some(Command::Stats(stats))
}

/// The fields behind `BY`; options may stand among them.
pub(super) fn by(cursor: &mut Cursor, mut set: impl FnMut(&mut Cursor, &Choice)) -> Vec<Field> {
    let mut fields = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            set(cursor, &option);
            continue;
        }
        match cursor.field() {
            Some(field) => {
                if !cursor.add_field(&mut fields, field) {
                    break;
                }
            }
            None => {
                cursor.expected("a field");
                break;
            }
        }
    }
    if fields.is_empty() && !cursor.failed() {
        cursor.missing("a field after `BY`");
    }
    fields
}

impl Stats {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "allnum" => self.all_num = cursor.boolean(option),
            "delim" => self.delim = Some(option.value.node.clone()),
            "dedup_splitvals" => self.dedup_split_values = cursor.boolean(option),
            "partitions" => drop(cursor.unsigned(option)),
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for Stats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str("stats")?;
        print::flag(out, "allnum", self.all_num)?;
        print::option(out, "delim", self.delim.as_deref().map(print::Quoted))?;
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        print::by(out, &self.by)?;
        print::flag(out, "dedup_splitvals", self.dedup_split_values)
    }
}
