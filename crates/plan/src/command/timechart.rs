//! The meaning of `timechart`: aggregates over bins of time, one column per value of a field.
//! `timechart span=1h count BY host`
//!
//! The bins cover the time range that was asked for; where it is open, they go from the first to the last event, which named
//! steps ask for. A bin without events has 0 for counts and nothing for other functions.

use datafusion::logical_expr::lit;
use speleo_functions::time;
use speleo_syntax::{
    clause::{BinSpan, bins::Bins},
    command::timechart::TimeChart,
};

use super::{
    bin,
    chart::{
        axis::{self, Label},
        measure,
        pivot::{Spine, Table},
    },
};
use crate::{
    Result, TimeRange,
    aggregate::Input,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    span,
};

const MICROS: f64 = 1e6;

impl Lower for TimeChart {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "timechart", self.span)?;
        let range = cx.range;
        let time = Input::field(&input, meet::TIME)?;
        let mut bins = self.bins.clone();
        let width = match &bins.width {
            Some(width) => width.clone(),
            None => automatic(&bins, &time, &input, cx).await?,
        };
        bins.width = Some(width.clone());
        let row = Label::binned(meet::TIME, &bins, time, &input, self.span, cx).await?;
        let column = match &self.column {
            Some(axis) => Some(Label::of_columns(axis, &input, &self.series, self.span, cx).await?),
            None => None,
        };
        let measures = measure::resolve(&self.aggregates, &input, &[], Some(span::seconds(&width)), cx).await?;
        let align = row.align;
        let spine = match (self.continuous, self.fixed_range) {
            (false, _) => Spine::None,
            (true, false) => Spine::Data { align },
            (true, true) => Spine::Range { range, align },
        };
        let (rows, series) = (vec![row], &self.series);
        let table = Table { input, rows, column, measures, series, total: None, spine, name: "timechart" };
        let table = table.lower(cx).await?;
        if self.partial { Ok(table) } else { whole_bins(table, &width, range, align, cx) }
    }
}

/// The width that follows from the time range, or from the first and last time where it is open.
async fn automatic(bins: &Bins, time: &Input, input: &Relation, cx: &mut Context<'_>) -> Result<BinSpan> {
    let range = match (cx.range.earliest, cx.range.latest) {
        (Some(earliest), Some(latest)) => Some((earliest as f64 / MICROS, latest as f64 / MICROS)),
        _ => bin::range(meet::TIME, input, &time.expr, &time.data_type, cx).await?,
    };
    Ok(axis::automatic(bins, range.unwrap_or((0.0, 0.0)), true))
}

/// Only the bins that the time range covers as a whole.
fn whole_bins(
    table: Relation,
    width: &BinSpan,
    range: TimeRange,
    align: Option<i64>,
    cx: &Context<'_>,
) -> Result<Relation> {
    let Ok(span) = time::Span::parse(&width.to_string()) else { return Ok(table) };
    let tz = cx.world.timezone();
    let mut table = table;
    let instant = |micros: i64| meet::timestamp(lit(micros as f64 / MICROS));
    if let Some(earliest) = range.earliest {
        table = table.filter(column(meet::TIME).gt_eq(instant(earliest)))?;
    }
    // The bin that holds the range's end is whole only where the range ends at its start, and then it is not there.
    if let Some(start) = range.latest.and_then(|latest| span.start(latest, tz, align)) {
        table = table.filter(column(meet::TIME).lt(instant(start)))?;
    }
    Ok(table)
}
