//! The meaning of `history`: the searches of the shell, the newest first. `| history | stats count BY search`
//!
//! The columns are Splunk's. A search over all time has no bounds: their cells are empty.

use datafusion::{
    arrow::datatypes::DataType,
    logical_expr::{Expr, lit},
};
use speleo_syntax::{Code, Diagnostic, command::history::History};

use crate::{
    PastSearch, Result,
    lower::{Context, Lower},
    meet,
    relation::{Relation, Shape, column},
    sheet::{self, Values},
};

/// The column of the start as a plain number of seconds.
const SECONDS: &str = "exec_time";

impl Lower for History {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`history` makes rows and must stand first");
            return Err(error.into());
        }
        let mut searches = cx.world.history()?;
        searches.reverse();
        let whole = |value: fn(&PastSearch) -> i64| Values::Whole(searches.iter().map(value).collect());
        let bound = |value: fn(&PastSearch) -> Option<i64>| {
            Values::Double(searches.iter().map(|search| value(search).map(seconds)).collect())
        };
        let count = |search: &PastSearch, events: bool| {
            if search.gives_events == events { i64::try_from(search.rows).unwrap_or(i64::MAX) } else { 0 }
        };
        let texts: Vec<Option<String>> = searches.iter().map(|search| Some(search.text.clone())).collect();
        let ids = searches.iter().map(|search| Some(format!("{:.6}", seconds(search.started)))).collect();
        let columns = vec![
            (meet::TIME, Values::Double(searches.iter().map(|search| Some(seconds(search.started))).collect())),
            ("api_et", bound(|search| search.range.earliest)),
            ("api_lt", bound(|search| search.range.latest)),
            ("event_count", Values::Whole(searches.iter().map(|search| count(search, true)).collect())),
            (SECONDS, whole(|search| search.started.div_euclid(1_000_000))),
            ("is_realtime", whole(|_| 0)),
            ("result_count", Values::Whole(searches.iter().map(|search| count(search, false)).collect())),
            ("scan_count", whole(|search| i64::try_from(search.scanned).unwrap_or(i64::MAX))),
            ("search", Values::Text(texts)),
            ("search_et", bound(|search| search.range.earliest)),
            ("search_lt", bound(|search| search.range.latest)),
            ("sid", Values::Text(ids)),
        ];
        let columns = columns.into_iter().map(|(name, values)| (name.to_owned(), values)).collect();
        let table = sheet::of_columns("history", columns)?;
        let time = meet::stored(meet::TIME, column(meet::TIME), &DataType::Float64)?;
        let mut set: Vec<(String, Expr)> = vec![(meet::TIME.to_owned(), time)];
        if self.events {
            set.push(("_raw".to_owned(), column("search")));
            set.push(("source".to_owned(), lit("history")));
        }
        let mut table = table.set(set)?;
        if self.events {
            table.shape = Shape::Events;
        }
        Ok(table)
    }
}

fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}
