//! `timechart`: aggregates over time. `timechart span=1h count BY host limit=5`

use std::fmt::{self, Display, Formatter};

use super::chart::axis;
use crate::{
    Command, CommandSpec, Kind, Span,
    clause::{
        Aggregate, BinSpan,
        bins::{Axis, Bins},
        series::Series,
    },
    cursor::Cursor,
    option::Choice,
    print,
};

/// Aggregate rows by bins of time, and into columns by a field.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeChart {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The bins of time.
    pub bins: Bins,
    /// The field whose values name the columns.
    pub column: Option<Axis>,
    /// How its values become columns.
    pub series: Series,
    /// Whether bins appear that the time range covers in part only.
    pub partial: bool,
    /// Whether bins without data appear.
    pub continuous: bool,
    /// Whether the bins cover the whole time range.
    pub fixed_range: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["timechart"],
    kind: Kind::Transforming,
    summary: "aggregates over time",
    usage: "timechart [span=<span>] [bins=<count>] [limit=<count>] [<option>]… <function>(<field>) [AS <name>]… [BY <field> [<option>]…] [where <function> in top<count>]",
    options: &[
        "agg",
        "aligntime",
        "bins",
        "cont",
        "dedup_splitvals",
        "end",
        "fixedrange",
        "format",
        "limit",
        "minspan",
        "nullstr",
        "otherstr",
        "partial",
        "sep",
        "span",
        "start",
        "usenull",
        "useother",
    ],
    differs: &[
        "a span with a unit of time is that of `_time` wherever it stands, also behind BY",
        "`OTHER` is computed from its rows, for every function",
        "the hidden fields `_span` and `_spandays` are not set",
        "`per_hour` and its kin take months and years at their usual lengths",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut chart = TimeChart {
        span: cursor.command_span(),
        aggregates: Vec::new(),
        bins: Bins::default(),
        column: None,
        series: Series::default(),
        partial: true,
        continuous: true,
        fixed_range: true,
    };
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            chart.set(cursor, &option);
        } else if chart.column.is_none() && cursor.keyword("by").is_some() {
            chart.column = Some(axis(cursor)?);
        } else if !chart.aggregates.is_empty() && cursor.keyword("where").is_some() {
            chart.series.read_filter(cursor);
        } else if chart.column.is_some() {
            cursor.expected("an option or the end: `timechart` takes one field");
        } else {
            chart.aggregates.extend(cursor.aggregates(&["by", "where"]));
        }
    }
    if chart.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    Some(Command::TimeChart(chart))
}

impl TimeChart {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        let of_time = option.name.node == "aligntime"
            || matches!(option.name.node.as_str(), "span" | "minspan")
                && matches!(BinSpan::read(&option.value.node), Some(BinSpan::Time { .. }));
        let bins = match &mut self.column {
            Some(column) if !of_time => &mut column.bins,
            _ => &mut self.bins,
        };
        match option.name.node.as_str() {
            "cont" => self.continuous = cursor.boolean(option),
            "fixedrange" => self.fixed_range = cursor.boolean(option),
            "partial" => self.partial = cursor.boolean(option),
            _ if bins.set(cursor, option) || self.series.set(cursor, option) => {}
            _ => cursor.unknown_option(option),
        }
    }
}

impl Display for TimeChart {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "timechart{}{}", self.bins, self.series)?;
        for (name, value) in [("partial", self.partial), ("cont", self.continuous), ("fixedrange", self.fixed_range)] {
            if !value {
                write!(out, " {name}=false")?;
            }
        }
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        if let Some(column) = &self.column {
            write!(out, " BY {column}")?;
        }
        self.series.filter.as_ref().map_or(Ok(()), |filter| write!(out, "{filter}"))
    }
}
