//! `mstats`: aggregates over metrics, and `mcatalog`, which lists them.
//! `| mstats avg(cpu.util) AS cpu WHERE index=m BY host span=5m`

use std::fmt::{self, Display, Formatter};

use crate::{
    Command, CommandSpec, Field, Kind, SearchExpr, SearchExprKind, Span,
    clause::{Aggregate, BinSpan, series::Series},
    cursor::Cursor,
    option::Choice,
    print, search,
};

/// Aggregate the values of metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct MStats {
    /// Where the command stands, without the pipe.
    pub span: Span,
    /// Whether it is `mcatalog`.
    pub catalog: bool,
    /// The aggregations; their fields are metrics, or `_value`.
    pub aggregates: Vec<Aggregate>,
    /// The `where` part.
    pub condition: SearchExpr,
    /// The dimensions to group by, without `_time`.
    pub by: Vec<Field>,
    /// Whether `_time` is one of the grouping fields.
    pub timed: bool,
    /// `span=`; none is automatic.
    pub width: Option<BinSpan>,
    /// `prestats=`.
    pub prestats: bool,
    /// `append=`.
    pub append: bool,
    /// `chart=`.
    pub chart: bool,
    /// The options `chart.…`, by the names behind the point.
    pub chart_options: Vec<(String, String)>,
    /// What these say of the columns.
    pub series: Series,
    /// What stands for a missing dimension.
    pub fillnull_value: Option<String>,
}

/// The row of `mstats` in the table of commands.
pub(crate) const SPEC: CommandSpec = CommandSpec {
    names: &["mstats"],
    kind: Kind::Generating,
    summary: "aggregates metrics",
    usage: "mstats [prestats=<bool>] [append=<bool>] [chart=<bool>] [chart.<option>=<value>]… [fillnull_value=<text>] <function>(<metric>) [AS <name>]… WHERE <condition> [BY <dimension>…] [span=<span>]",
    options: &[
        "append",
        "backfill",
        "chart",
        "chart.agg",
        "chart.dedup_splitvals",
        "chart.format",
        "chart.limit",
        "chart.nullstr",
        "chart.otherstr",
        "chart.sep",
        "chart.usenull",
        "chart.useother",
        "chunk_size",
        "fillnull_value",
        "prestats",
        "span",
        "update_period",
    ],
    differs: &[
        "any index can hold metrics: events with fields `metric_name:<metric>`, or with `metric_name` and `_value`",
        "`prestats` hands the points on, not partial aggregates: what follows aggregates them to the same values",
        "options of real-time searches have no effect",
    ],
    parse: parse_stats,
    ..CommandSpec::NEW
};

/// The row of `mcatalog` in the table of commands.
pub(crate) const CATALOG: CommandSpec = CommandSpec {
    names: &["mcatalog"],
    kind: Kind::Generating,
    summary: "lists metrics and their dimensions",
    usage: "mcatalog [prestats=<bool>] [append=<bool>] values(metric_name | _dims | <dimension>) [AS <name>]… [WHERE <condition>] [BY <dimension>…]",
    options: &["append", "prestats"],
    differs: &["other functions than `values` are allowed"],
    parse: parse_catalog,
    ..CommandSpec::NEW
};

const CLAUSES: &[&str] = &["where", "by", "groupby"];

fn parse_stats(cursor: &mut Cursor) -> Option<Command> {
    parse(cursor, false)
}

fn parse_catalog(cursor: &mut Cursor) -> Option<Command> {
    parse(cursor, true)
}

fn parse(cursor: &mut Cursor, catalog: bool) -> Option<Command> {
    let mut stats = MStats {
        span: cursor.command_span(),
        catalog,
        aggregates: Vec::new(),
        condition: SearchExpr { span: Span::default(), kind: SearchExprKind::All },
        by: Vec::new(),
        timed: false,
        width: None,
        prestats: false,
        append: false,
        chart: false,
        chart_options: Vec::new(),
        series: Series::default(),
        fillnull_value: None,
    };
    let mut grouped = false;
    loop {
        cursor.skip_separators();
        if cursor.at_end() {
            break;
        }
        if cursor.keyword("where").is_some() {
            // The span may stand behind the condition, where it would be read as a field.
            stats.condition = search::grammar::expr(cursor, &["by", "groupby"]);
            stats.take_spans();
            grouped = false;
        } else if cursor.keyword("by").is_some() || cursor.keyword("groupby").is_some() {
            grouped = true;
        } else if let Some(option) = cursor.option() {
            stats.set(cursor, &option);
        } else if grouped {
            match cursor.field()? {
                field if field.name == "_time" => stats.timed = true,
                field => stats.by.push(field),
            }
        } else {
            stats.aggregates.extend(cursor.aggregates(CLAUSES));
        }
    }
    if grouped && stats.by.is_empty() && !stats.timed {
        cursor.missing("a field after `BY`");
        return None;
    }
    if stats.aggregates.is_empty() {
        cursor.missing(if catalog { "`values(metric_name)`" } else { "an aggregation such as `avg(cpu.util)`" });
        return None;
    }
    Some(Command::MStats(stats))
}

impl MStats {
    fn set(&mut self, cursor: &mut Cursor, option: &Choice) {
        match option.name.node.as_str() {
            "append" => self.append = cursor.boolean(option),
            "prestats" => self.prestats = cursor.boolean(option),
            _ if self.catalog => cursor.unknown_option(option),
            "backfill" => drop(cursor.boolean(option)),
            "chart" => self.chart = cursor.boolean(option),
            "chunk_size" | "update_period" => drop(cursor.unsigned(option)),
            "fillnull_value" => self.fillnull_value = Some(option.value.node.clone()),
            "span" => self.set_span(&option.value.node, |_| cursor.bin_span(option)),
            name => {
                let inner = name.strip_prefix("chart.").unwrap_or_default().to_owned();
                let mut choice = Choice { name: option.name.clone(), value: option.value.clone() };
                choice.name.node.clone_from(&inner);
                if self.series.set(cursor, &choice) {
                    self.chart_options.push((inner, choice.value.node));
                } else {
                    cursor.unknown_option(option);
                }
            }
        }
    }

    fn set_span(&mut self, text: &str, read: impl FnOnce(&str) -> Option<BinSpan>) {
        self.timed = true;
        self.width = if text.eq_ignore_ascii_case("auto") { None } else { read(text) };
    }

    /// `WHERE index=m span=5m`: a span is no condition.
    fn take_spans(&mut self) {
        let SearchExprKind::And(parts) = &mut self.condition.kind else { return };
        let mut found = None;
        parts.retain(|part| match &part.kind {
            SearchExprKind::Comparison { field, value: crate::SearchValue::Text { text, .. }, .. }
                if field.name == "span" =>
            {
                found = Some(text.clone());
                false
            }
            _ => true,
        });
        if let Some(text) = found {
            self.set_span(&text, BinSpan::read);
        }
    }
}

impl Display for MStats {
    fn fmt(&self, out: &mut Formatter) -> fmt::Result {
        out.write_str(if self.catalog { "mcatalog" } else { "mstats" })?;
        print::flag(out, "prestats", self.prestats)?;
        print::flag(out, "append", self.append)?;
        print::flag(out, "chart", self.chart)?;
        for (name, value) in &self.chart_options {
            write!(out, " chart.{name}={}", print::Quoted(value))?;
        }
        print::option(out, "fillnull_value", self.fillnull_value.as_deref().map(print::Quoted))?;
        if self.timed {
            match &self.width {
                Some(width) => write!(out, " span={width}")?,
                None => out.write_str(" span=auto")?,
            }
        }
        out.write_str(" ")?;
        print::join(out, &self.aggregates, ", ")?;
        if self.condition.kind != SearchExprKind::All {
            write!(out, " WHERE {}", self.condition)?;
        }
        print::by(out, &self.by)
    }
}
