//! The meaning of `timewrap`: periods of a timechart side by side. `timechart span=1d count | timewrap 1week`
//!
//! Periods are counted back from the end of the time range, in calendar units of the search's time zone. A row moves into the
//! latest period by as many units; each period has columns of its own there, the latest first. The rows are a named step, because
//! their times say how many periods there are.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;
use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray, UInt64Array},
        compute::{concat_batches, take},
        datatypes::{Field, Schema, TimestampMicrosecondType},
    },
    error::DataFusionError,
};
use speleo_functions::time;
use speleo_syntax::{
    Code, Diagnostic,
    clause::TimeUnit,
    command::timewrap::{Series, TimeWrap},
};

use crate::{
    Result, Rows,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column, is_internal},
    table,
};

/// How many periods are compared at most: each is a column of every plan behind.
const MOST: usize = 10_000;

/// The format of names made of times, where none is written.
const FORMAT: &str = "%Y-%m-%d %H:%M";

impl Lower for TimeWrap {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "timewrap", self.span)?;
        if !input.data_type(meet::TIME).is_some_and(meet::is_time) {
            if cx.world.is_blind() {
                return Ok(input);
            }
            let error = Diagnostic::new(Code::Position, self.span, "`timewrap` needs rows with `_time`");
            return Err(error.help("put `timechart` before it").into());
        }
        let names: Vec<String> = input.fields().into_iter().filter(|name| !is_internal(name)).collect();
        let outputs = std::iter::once(meet::TIME).chain(names.iter().map(String::as_str));
        let plan = input.select(outputs.map(|name| (name.to_owned(), column(name))).collect())?.finish()?;
        let found = cx.world.rows("rows to wrap", plan).await?;
        let all = concat_batches(&found.schema, &found.batches).map_err(DataFusionError::from)?;
        let end = if self.align_now { Some(cx.world.now()) } else { cx.range.latest };
        let wrapped = self.wrapped(&all, end, cx.world.timezone())?;
        let mut table = table::of_rows("wrapped", &wrapped)?;
        table.order.insert(0, OrderKey::ascending(meet::TIME));
        Ok(table)
    }
}

/// The parts of `timewrap`.
trait Wrap {
    /// The table with columns for each period.
    fn wrapped(&self, all: &RecordBatch, end: Option<i64>, tz: Tz) -> Result<Rows>;
    /// An instant, so many periods later.
    fn moved(&self, instant: i64, periods: i64, tz: Tz) -> Option<i64>;
    /// What a period adds to the name of a series; `start` is its first instant.
    fn label(&self, period: i64, start: i64, tz: Tz) -> String;
}

impl Wrap for TimeWrap {
    fn wrapped(&self, all: &RecordBatch, end: Option<i64>, tz: Tz) -> Result<Rows> {
        let times = all.columns().first().and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
        let mut rows: Vec<(i64, usize)> = Vec::new();
        for (row, time) in times.into_iter().flat_map(|times| times.iter().enumerate()) {
            rows.extend(time.map(|time| (time, row)));
        }
        rows.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        let last = rows.first().map_or(0, |(time, _)| *time);
        let mut start = end.filter(|end| *end > last).unwrap_or_else(|| last.saturating_add(1));
        let anchor = start;
        // By period, the row of each time in the latest period.
        let mut periods: Vec<(i64, i64, BTreeMap<i64, u64>)> = Vec::new();
        let mut period = -1;
        for (time, row) in rows {
            while time < start {
                period += 1;
                let back = self.moved(anchor, -(period + 1), tz).filter(|back| *back < start);
                start = back.ok_or_else(|| too_many(self))?;
            }
            if periods.last().is_none_or(|(last, ..)| *last != period) {
                if periods.len() >= MOST {
                    return Err(too_many(self).into());
                }
                periods.push((period, start, BTreeMap::new()));
            }
            let shown = self.moved(time, period, tz).unwrap_or(time);
            if let Some((_, _, rows)) = periods.last_mut() {
                rows.insert(shown, row as u64);
            }
        }
        let mut shown: Vec<i64> = periods.iter().flat_map(|(_, _, rows)| rows.keys().copied()).collect();
        shown.sort_unstable();
        shown.dedup();
        let times = TimestampMicrosecondArray::from(shown.clone()).with_timezone("UTC");
        let mut fields = vec![Field::new(meet::TIME, meet::time_type(), true)];
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(times)];
        let schema = all.schema();
        for (field, values) in schema.fields().iter().zip(all.columns()).skip(1) {
            for (period, start, rows) in &periods {
                let places: UInt64Array = shown.iter().map(|time| rows.get(time).copied()).collect();
                let name = format!("{}_{}", field.name(), self.label(*period, *start, tz));
                if fields.iter().any(|field| *field.name() == name) {
                    continue;
                }
                fields.push(Field::new(name, field.data_type().clone(), true));
                arrays.push(take(values, &places, None).map_err(DataFusionError::from)?);
            }
        }
        let schema = Arc::new(Schema::new(fields));
        let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(DataFusionError::from)?;
        Ok(Rows { schema, batches: vec![batch] })
    }

    fn moved(&self, instant: i64, periods: i64, tz: Tz) -> Option<i64> {
        let count = periods.checked_mul(i64::from(self.count))?;
        time::relative(instant, &format!("{count:+}{}", self.unit.name()), tz).ok()
    }

    fn label(&self, period: i64, start: i64, tz: Tz) -> String {
        let unit = unit_name(self.unit);
        match self.series {
            Series::Short => format!("s{period}"),
            Series::Exact => time::strftime(start, self.time_format.as_deref().unwrap_or(FORMAT), tz),
            Series::Relative => match period.saturating_mul(i64::from(self.count)) {
                0 => format!("latest_{unit}"),
                1 => format!("1{unit}_before"),
                count => format!("{count}{unit}s_before"),
            },
        }
    }
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Minute => "minute",
        TimeUnit::Hour => "hour",
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Quarter => "quarter",
        TimeUnit::Year => "year",
        _ => "second",
    }
}

fn too_many(wrap: &TimeWrap) -> Diagnostic {
    let text = format!("`timewrap` compares {MOST} periods at most");
    Diagnostic::new(Code::Resources, wrap.span, text).help("write a longer period")
}
