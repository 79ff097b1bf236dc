//! The meaning of `collect`: writes rows as events to an index and passes them on. `collect index=summary marker="a=1"`
//!
//! Each event keeps the row's fields under their names. Where the rows are events themselves, their origin goes to
//! `orig_host`, `orig_index`, `orig_source` and `orig_sourcetype`, and the new events have what the command says. The rows come
//! from a step, writing is another.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::expr_fn::coalesce,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
    scalar::ScalarValue,
};
use speleo_syntax::{Code, Diagnostic, Span, command::collect::Collect};

use crate::{
    Error, Result, Rows, Write,
    command::rows,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{Relation, column, named},
    table,
};

/// Where Splunk collects to when no index is named.
const SUMMARY: &str = "summary";

/// The source type of collected events.
const STASH: &str = "stash";

/// What tells where an event is from.
pub(super) const ORIGIN: [&str; 4] = ["host", "index", "source", "sourcetype"];

impl Lower for Collect {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "collect", self.span)?;
        if self.test_mode || cx.world.is_blind() {
            return Ok(input);
        }
        let (relation, _) = gathered(input, cx).await?;
        let (index, span) = match &self.index {
            Some(index) => (index.node.as_str(), index.span),
            None => (SUMMARY, self.span),
        };
        write(index, span, self.events(&relation, cx)?, &relation, cx).await?;
        Ok(relation)
    }
}

/// The rows, computed once: what is written is what goes on.
pub(super) async fn gathered(input: Relation, cx: &mut Context<'_>) -> Result<(Relation, Rows)> {
    let shape = input.shape;
    let found = cx.world.rows("rows to collect", input.finish()?).await?;
    Ok((Relation { shape, ..table::of_rows("collect", &found)? }, found))
}

/// Adds an event for each row to the index that is named at `span`.
pub(super) async fn write(
    index: &str,
    span: Span,
    events: Vec<(String, Expr)>,
    rows: &Relation,
    cx: &mut Context<'_>,
) -> Result<()> {
    let index = index.to_lowercase();
    let events = events.into_iter().map(|(name, value)| named(value, &name));
    let plan = LogicalPlanBuilder::from(rows.clone().sorted(None)?.plan).project(events)?.build()?;
    let written = cx.world.write(&format!("collect into {index}"), Write::Index(index), plan).await;
    written.map(drop).map_err(|error| placed(error, span))
}

/// The time of the rows in epoch seconds; where there is none and `filled`, the start of the time range, else now.
pub(super) fn time(rows: &Relation, filled: bool, cx: &Context<'_>) -> Result<Option<Expr>> {
    let time = match rows.data_type(TIME) {
        Some(DataType::Null) | None => None,
        Some(own) if meet::is_time(own) => Some(meet::epoch(column(TIME))),
        Some(own) => Some(meet::convert(column(TIME), own, &DataType::Float64)?),
    };
    let start = seconds(cx.range.earliest.unwrap_or(cx.world.now()));
    Ok(match (time, filled) {
        (Some(time), true) => Some(coalesce(vec![time, start])),
        (None, true) => Some(start),
        (time, false) => time,
    })
}

fn seconds(micros: i64) -> Expr {
    lit(micros as f64 / 1e6)
}

/// The part of `collect` that makes events.
trait Events {
    /// The columns of the events.
    fn events(&self, rows: &Relation, cx: &Context<'_>) -> Result<Vec<(String, Expr)>>;
}

impl Events for Collect {
    fn events(&self, rows: &Relation, cx: &Context<'_>) -> Result<Vec<(String, Expr)>> {
        let mut events: Vec<(String, Expr)> = Vec::new();
        let mut put = |name: &str, value: Expr| match events.iter_mut().find(|(known, _)| known == name) {
            Some(event) => event.1 = value,
            None => events.push((name.to_owned(), value)),
        };
        if let Some(time) = time(rows, self.add_time, cx)? {
            put(TIME, time);
        }
        for name in rows.fields().iter().filter(|name| *name != TIME) {
            match ORIGIN.contains(&name.as_str()) {
                true => put(&format!("orig_{name}"), column(name)),
                false => put(name, column(name)),
            }
        }
        if self.add_info {
            put("info_min_time", seconds(cx.range.earliest.unwrap_or(0)));
            put("info_max_time", cx.range.latest.map_or(lit("+Infinity"), seconds));
            put("info_search_time", seconds(cx.world.now()));
        }
        for (name, value) in self.marker.iter().flat_map(|marker| pairs(&marker.node)) {
            put(&name, lit(value));
        }
        let texts = [("host", self.host.as_deref()), ("source", self.source.as_deref())];
        for (name, value) in texts.into_iter().chain([("sourcetype", self.sourcetype.as_deref().or(Some(STASH)))]) {
            if let Some(value) = value {
                put(name, lit(ScalarValue::from(value)));
            }
        }
        Ok(events)
    }
}

/// A failure without a place is the index's.
fn placed(error: Error, span: Span) -> Error {
    let place = |problem: Diagnostic| match problem.span() {
        Some(_) => problem,
        None => {
            let placed = problem.retold(span, &*problem.message);
            match problem.code {
                Code::UnknownIndex => placed
                    .help("`--index NAME=FOLDER` or `speleo.toml` names a folder or a JSON lines file to collect into"),
                _ => placed,
            }
        }
    };
    match error {
        Error::Diagnostics(problems) => Error::Diagnostics(problems.into_iter().map(place).collect()),
        other => other,
    }
}

/// The pairs of a marker: `report="a b", run=2`.
fn pairs(marker: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = marker;
    while let Some((name, tail)) = rest.split_once('=') {
        let name = name.trim_matches(|next: char| next == ',' || next.is_whitespace());
        let tail = tail.trim_start();
        let (value, after) = match tail.strip_prefix('"').and_then(|tail| tail.split_once('"')) {
            Some(quoted) => quoted,
            None => tail.split_once([',', ' ']).unwrap_or((tail, "")),
        };
        if !name.is_empty() {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        rest = after;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn markers_hold_pairs() {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        assert_eq!(pairs("a=1, b=\"x y\",c=2"), [("a", "1"), ("b", "x y"), ("c", "2")].map(owned));
        assert_eq!(pairs("no pairs"), []);
        assert_eq!(pairs("a=\"open"), [("a", "\"open")].map(owned));
    }
}
