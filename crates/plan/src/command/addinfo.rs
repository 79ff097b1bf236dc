//! The meaning of `addinfo`: the time range of the search and its start on each row. `addinfo`
//!
//! An open range begins at 0 and ends at infinity.

use datafusion::logical_expr::lit;
use speleo_functions::value::format_number;
use speleo_syntax::command::addinfo::AddInfo;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
};

const MICROS: f64 = 1e6;

impl Lower for AddInfo {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "addinfo", self.span)?;
        let seconds = |micros: i64| micros as f64 / MICROS;
        let now = seconds(cx.world.now());
        let first = cx.range.earliest.map_or(0.0, seconds);
        let last = cx.range.latest.map_or(f64::INFINITY, seconds);
        let columns = [
            ("info_min_time", lit(first)),
            ("info_max_time", lit(last)),
            ("info_sid", lit(format_number(now))),
            ("info_search_time", lit(now)),
        ];
        input.set(columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
