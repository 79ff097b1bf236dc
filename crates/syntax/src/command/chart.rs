//! `chart`: aggregates into a table with one column per value. `chart count OVER host BY status limit=5`

use std::fmt::{self, Display, Formatter};

use crate::{
    Code, Command, CommandSpec, Diagnostic, Kind, Span,
    clause::{
        Aggregate, Argument,
        bins::{Axis, Bins},
        series::Series,
    },
    cursor::Cursor,
    option::Choice,
    print,
};

/// Aggregate rows by one field, and into columns by another.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// The aggregations.
    pub aggregates: Vec<Aggregate>,
    /// The field whose values name the rows.
    pub row: Option<Axis>,
    /// The field whose values name the columns.
    pub column: Option<Axis>,
    /// How its values become columns.
    pub series: Series,
    /// Whether bins of the rows without data appear.
    pub continuous: bool,
}

/// The row of the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["chart"],
    kind: Kind::Transforming,
    summary: "aggregates into a table with one column per value",
    usage: "chart [limit=<count>] [<option>]… <function>(<field>) [AS <name>]… [BY <row> [<column>] | OVER <row> [BY <column>]] [where <function> in top<count>]",
    options: &[
        "agg",
        "aligntime",
        "bins",
        "cont",
        "dedup_splitvals",
        "end",
        "format",
        "limit",
        "minspan",
        "nullstr",
        "otherstr",
        "sep",
        "span",
        "start",
        "usenull",
        "useother",
    ],
    differs: &[
        "numbers are put into bins only where an option asks for it",
        "`OTHER` is computed from its rows, for every function",
        "bins of rows without data are added for times only",
    ],
    parse,
    ..CommandSpec::NEW
};

fn parse(cursor: &mut Cursor) -> Option<Command> {
    let mut chart = Chart {
        span: cursor.command_span(),
        aggregates: Vec::new(),
        row: None,
        column: None,
        series: Series::default(),
        continuous: true,
    };
    // Options before any field are those of the rows.
    let mut early = Bins::default();
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if let Some(option) = cursor.option() {
            chart.set(cursor, &option, &mut early);
        } else if chart.row.is_none() && cursor.keyword("over").is_some() {
            chart.row = Some(axis(cursor)?);
        } else if chart.column.is_none() && cursor.keyword("by").is_some() {
            match chart.row {
                None => chart.row = Some(axis(cursor)?),
                Some(_) => chart.column = Some(axis(cursor)?),
            }
        } else if chart.row.is_some() && cursor.keyword("where").is_some() {
            chart.series.read_filter(cursor);
        } else if chart.row.is_some() && chart.column.is_none() {
            chart.column = Some(axis(cursor)?);
        } else if chart.row.is_some() {
            let span = cursor.here();
            let message = "`chart` takes one field for the rows and one for the columns";
            cursor.fail(Diagnostic::new(Code::Syntax, span, message).label("a third field"));
        } else {
            chart.aggregates.extend(cursor.aggregates(&["by", "over", "where"]));
        }
    }
    if chart.aggregates.is_empty() {
        cursor.missing("an aggregation such as `count`");
        return None;
    }
    let twice = chart.row.as_ref().and_then(|row| {
        let same =
            |aggregate: &&Aggregate| matches!(&aggregate.argument, Argument::Field(field) if *field == row.field);
        chart.aggregates.iter().find(same).map(|aggregate| (row.field.clone(), aggregate.span))
    });
    if let Some((field, aggregate)) = twice {
        let message = format!("`{}` cannot be aggregated and be the rows too", field.name);
        cursor.report(Diagnostic::new(Code::BadValue, field.span, message).also(aggregate, "aggregated here"));
    }
    if let Some(row) = chart.row.as_mut().filter(|row| row.bins.is_empty()) {
        row.bins = early;
    }
    Some(Command::Chart(chart))
}

/// A field behind `BY` or `OVER`.
pub(super) fn axis(cursor: &mut Cursor) -> Option<Axis> {
    cursor.skip_separators();
    match cursor.field() {
        Some(field) => Some(Axis { field, bins: Bins::default() }),
        None => {
            cursor.missing("a field after `BY` or `OVER`");
            None
        }
    }
}

impl Chart {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice, early: &mut Bins) {
        let bins = match (&mut self.row, &mut self.column) {
            (_, Some(column)) => &mut column.bins,
            (Some(row), None) => &mut row.bins,
            (None, None) => early,
        };
        if option.name.node == "cont" {
            self.continuous = cursor.boolean(option);
        } else if !bins.set(cursor, option) && !self.series.set(cursor, option) {
            cursor.unknown_option(option);
        }
    }
}

impl Display for Chart {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        write!(out, "chart{}", self.series)?;
        if !self.continuous {
            out.write_str(" cont=false")?;
        }
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        if let Some(row) = &self.row {
            write!(out, " OVER {row}")?;
        }
        if let Some(column) = &self.column {
            write!(out, " BY {column}")?;
        }
        self.series.filter.as_ref().map_or(Ok(()), |filter| write!(out, "{filter}"))
    }
}
