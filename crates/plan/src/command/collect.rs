//! The meaning of `collect`: writes rows as events to an index and passes them on. `collect index=summary marker="a=1"`
//!
//! Each event keeps the row's fields under their names. Where the rows are events themselves, their origin goes to
//! `orig_host`, `orig_index`, `orig_source` and `orig_sourcetype`, and the new events have what the command says. The rows come
//! from a step, writing is another.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
    scalar::ScalarValue,
};
use speleo_syntax::{Code, Diagnostic, command::collect::Collect};

use crate::{
    Error, Result, Write,
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
const ORIGIN: [&str; 4] = ["host", "index", "source", "sourcetype"];

impl Lower for Collect {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "collect", self.span)?;
        if self.test_mode || cx.world.is_blind() {
            return Ok(input);
        }
        let index = self.index.as_ref().map_or(SUMMARY, |index| index.node.as_str()).to_lowercase();
        let shape = input.shape;
        let found = cx.world.rows("rows to collect", input.finish()?).await?;
        let mut relation = table::of_rows("collect", &found)?;
        relation.shape = shape;
        let events = self.events(&relation, cx)?;
        let plan = LogicalPlanBuilder::from(relation.clone().sorted(None)?.plan).project(events)?.build()?;
        cx.world
            .write(&format!("collect into {index}"), Write::Index(index), plan)
            .await
            .map_err(|error| self.placed(error))?;
        Ok(relation)
    }
}

/// The parts of `collect` that make events.
trait Events {
    /// The columns of the events.
    fn events(&self, rows: &Relation, cx: &Context<'_>) -> Result<Vec<Expr>>;

    /// A failure without a place is the index's.
    fn placed(&self, error: Error) -> Error;
}

impl Events for Collect {
    fn events(&self, rows: &Relation, cx: &Context<'_>) -> Result<Vec<Expr>> {
        let mut events: Vec<(String, Expr)> = Vec::new();
        let mut put = |name: &str, value: Expr| match events.iter_mut().find(|(known, _)| known == name) {
            Some(event) => event.1 = value,
            None => events.push((name.to_owned(), value)),
        };
        let time = match rows.data_type(TIME) {
            Some(DataType::Null) | None => None,
            Some(own) if meet::is_time(own) => Some(meet::epoch(column(TIME))),
            Some(own) => Some(meet::convert(column(TIME), own, &DataType::Float64)?),
        };
        let seconds = |micros: i64| lit(micros as f64 / 1e6);
        let start = seconds(cx.range.earliest.unwrap_or(cx.world.now()));
        match (time, self.add_time) {
            (Some(time), true) => put(TIME, datafusion::functions::core::expr_fn::coalesce(vec![time, start])),
            (Some(time), false) => put(TIME, time),
            (None, true) => put(TIME, start),
            (None, false) => {}
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
        Ok(events.into_iter().map(|(name, value)| named(value, &name)).collect())
    }

    fn placed(&self, error: Error) -> Error {
        let span = self.index.as_ref().map_or(self.span, |index| index.span);
        let place = |problem: Diagnostic| match problem.span() {
            Some(_) => problem,
            None => {
                let placed = Diagnostic::new(problem.code, span, problem.message.clone());
                match problem.code {
                    Code::UnknownIndex => placed.help(
                        "`--index NAME=FOLDER` or `speleo.toml` names a folder or a JSON lines file to collect into",
                    ),
                    _ => placed,
                }
            }
        };
        match error {
            Error::Diagnostics(problems) => Error::Diagnostics(problems.into_iter().map(place).collect()),
            other => other,
        }
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
