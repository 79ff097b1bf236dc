//! The meaning of `localize`: ranges of time in which events occur. `localize maxpause=5m`
//!
//! Events in the order of time belong to one range as long as none comes more than `maxpause` after the one before. The newest
//! range comes first.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    functions_aggregate::{
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
        sum::sum_udaf,
    },
    logical_expr::{Expr, cast, lit, when},
};
use speleo_syntax::{clause::BinSpan, command::localize::Localize};

use crate::{
    Result,
    aggregate::Call,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{self, OrderKey, Relation, column, named},
    sheet, span,
    window::{self, Window},
};

impl Lower for Localize {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "localize", self.span)?;
        let seconds = |span: &Option<BinSpan>, usual: f64| span.as_ref().map_or(usual, span::seconds);
        let time = sheet::number(&input, meet::TIME)?;
        let mut times = input.select(vec![("time".to_owned(), time)])?.filter(column("time").is_not_null())?;
        times.order = vec![OrderKey::ascending("time")];
        let before = Window::so_far(&times).lag(column("time"), 1)?;
        let (times, before) = window::add_one(times, "before", before)?;
        let pause = (column("time") - before).gt(lit(seconds(&self.max_pause, 60.0)));
        let begins = when(coalesce().call(vec![pause, lit(false)]), lit(1_i64)).otherwise(lit(0_i64))?;
        let (times, begins) = times.hidden("begins", begins)?;
        let begins = Window::so_far(&times).apply(sum_udaf(), vec![column(&begins)])?;
        let (times, range) = window::add_one(times, "range", begins)?;
        let call = |function, expr: Expr| Call { function, args: vec![expr] }.aggregate();
        let calls = vec![
            named(call(min_udaf(), column("time")), "first"),
            named(call(max_udaf(), column("time")), "last"),
            named(call(count_udaf(), lit(1_i64)), "count"),
        ];
        let plan = relation::aggregate(times.plan, vec![range], calls)?;
        let ranges = Relation::results(plan, vec![OrderKey::descending("first")]);
        let start = column("first") - lit(seconds(&self.before, 30.0));
        let end = column("last") + lit(seconds(&self.after, 30.0));
        let duration = end.clone() - start.clone();
        let density =
            when(duration.clone().gt(lit(0.0)), cast(column("count"), DataType::Float64) / duration.clone()).end()?;
        ranges.select(vec![
            ("starttime".to_owned(), start),
            ("endtime".to_owned(), end),
            ("count".to_owned(), column("count")),
            ("duration".to_owned(), duration),
            ("density".to_owned(), density),
        ])
    }
}
