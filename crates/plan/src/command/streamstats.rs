//! The meaning of `streamstats`: the aggregates of the rows so far, on each row. `streamstats window=5 sum(bytes) BY host`
//!
//! The aggregates are window functions in the order of arrival. A reset begins a new segment, which is one more key of the
//! partition. A window that counts the rows of all groups is a range of their numbers. Absent: `reset_after` on fields that the
//! command itself makes.

use datafusion::{
    arrow::datatypes::DataType,
    functions::{core::coalesce, math::expr_fn::abs},
    functions_aggregate::sum::sum_udaf,
    logical_expr::{Expr, Operator, WindowFrame, WindowFrameBound, WindowFrameUnits, binary_expr, cast, lit, when},
    scalar::ScalarValue,
};
use speleo_syntax::{Code, Diagnostic, clause::BinSpan, command::streamstats::StreamStats};

use crate::{
    Result,
    aggregate::{self, Output, Partition},
    command::rows,
    expr, field,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    span,
    window::{self, Window},
};

/// Times and numbers of rows as one whole number: the time counts this much more than the number.
const PLACES: i128 = 1_000_000_000_000;
/// A type that holds it.
const KEY_TYPE: DataType = DataType::Decimal128(38, 0);

impl Lower for StreamStats {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "streamstats", self.span)?;
        let options = aggregate::Options { by: &self.by, all_num: self.all_num };
        let outputs = aggregate::resolve(&self.aggregates, &input, options, cx).await?;
        check(self, &outputs)?;
        let by: Vec<&str> = self.by.iter().map(|field| field.name.as_str()).collect();
        let Partition { mut keys, mut complete } = aggregate::partition(&input, &by)?;
        let (relation, segment) = segments(self, input, &keys, complete.clone(), cx).await?;
        keys.extend(segment);
        if self.time_window.is_some() {
            let timed = if relation.has(meet::TIME) { column(meet::TIME).is_not_null() } else { lit(false) };
            keys.push(timed.clone());
            complete = Some(match complete {
                Some(grouped) => grouped.and(timed),
                None => timed,
            });
        }
        let (relation, window) = match &self.time_window {
            Some(width) => within_time(relation, width, self)?,
            None if self.window > 0 && self.global && !by.is_empty() => {
                among_all(relation, self.window, self.current, complete.clone())?
            }
            None => {
                let skipped = u64::from(!self.current);
                let first = (self.window > 0).then(|| self.window - 1 + skipped);
                let window = Window { frame: window::rows(first, skipped), ..Window::so_far(&relation) };
                (relation, window)
            }
        };
        aggregate::attach_windows(relation, &window.within(keys), complete, &outputs)
    }
}

/// What cannot be planned.
fn check(stats: &StreamStats, outputs: &[Output]) -> Result<()> {
    if stats.window > 0 && stats.time_window.is_some() {
        let text = "`window` and `time_window` together are not supported";
        return Err(Diagnostic::new(Code::UnsupportedForm, stats.span, text).into());
    }
    let mut own = None;
    if let Some(condition) = &stats.reset_after {
        field::of_expr(condition, &mut |field| {
            if outputs.iter().any(|output| output.name == field.name) {
                own = Some(field.clone());
            }
        });
    }
    match own {
        Some(field) => {
            let text = format!("`reset_after` on `{}`, which the command itself makes, is not supported", field.name);
            Err(Diagnostic::new(Code::UnsupportedForm, field.span, text).into())
        }
        None => Ok(()),
    }
}

/// Numbers the segments that resets make; nothing where nothing resets. Rows without a group reset nothing.
async fn segments(
    stats: &StreamStats,
    mut relation: Relation,
    keys: &[Expr],
    complete: Option<Expr>,
    cx: &mut Context<'_>,
) -> Result<(Relation, Option<Expr>)> {
    let counts = |condition: Expr| match &complete {
        Some(complete) => complete.clone().and(condition),
        None => condition,
    };
    let mut before = None::<Expr>;
    if let Some(condition) = &stats.reset_before {
        before = Some(expr::condition(condition, &relation, cx).await?.is_true());
    }
    if let (true, Some(complete)) = (stats.reset_on_change, &complete) {
        let neighbours = Window::so_far(&relation).within(vec![complete.clone()]);
        let previous = keys.iter().map(|key| neighbours.lag(key.clone(), 1)).collect::<Result<Vec<_>>>()?;
        let names;
        (relation, names) = window::add(relation, "previous", previous)?;
        let pairs = keys.iter().zip(&names);
        let changed = pairs.map(|(key, name)| binary_expr(key.clone(), Operator::IsDistinctFrom, column(name)));
        before = changed.chain(before).reduce(Expr::or);
    }
    let mut after = None;
    if let Some(condition) = &stats.reset_after {
        after = Some(expr::condition(condition, &relation, cx).await?.is_true());
    }
    let frames = [(before, WindowFrame::new(Some(true))), (after, window::rows(None, 1))];
    let mut segment = None::<Expr>;
    for (condition, frame) in frames {
        let Some(condition) = condition else { continue };
        let step = when(counts(condition), lit(1_i64)).otherwise(lit(0_i64))?;
        let (with_step, name) = relation.hidden("reset", step)?;
        let so_far = Window { frame, ..Window::so_far(&with_step) };
        let sum = so_far.apply(sum_udaf(), vec![column(&name)])?;
        let number;
        (relation, number) = window::add_one(with_step, "segment", sum)?;
        let number = coalesce().call(vec![number, lit(0_i64)]);
        segment = Some(match segment {
            Some(other) => other + number,
            None => number,
        });
    }
    match segment {
        Some(segment) => {
            let (relation, name) = relation.hidden("segment", segment)?;
            Ok((relation, Some(column(&name))))
        }
        None => Ok((relation, None)),
    }
}

/// The last `count` rows of all groups, of which those of the row's group count.
fn among_all(relation: Relation, count: u64, current: bool, complete: Option<Expr>) -> Result<(Relation, Window)> {
    let one = when(complete.unwrap_or_else(|| lit(true)), lit(1_i64)).otherwise(lit(0_i64))?;
    let (relation, one) = relation.hidden("counted", one)?;
    let number = Window::so_far(&relation).apply(sum_udaf(), vec![column(&one)])?;
    let (relation, number) = window::add_one(relation, "number", number)?;
    let skipped = i64::from(!current);
    let first = i64::try_from(count).unwrap_or(i64::MAX).saturating_sub(1).saturating_add(skipped);
    let frame = range(ScalarValue::Int64(Some(first)), (!current).then_some(ScalarValue::Int64(Some(1))));
    Ok((relation, Window { partition: Vec::new(), order: vec![number.sort(true, false)], frame }))
}

/// The rows less than `width` away in time, on the side that arrived before.
///
/// The key is the way in time from the first row, so that it grows whichever end of time comes first. Rows of one time are told
/// apart by their number, so that none sees those that arrive after it.
fn within_time(relation: Relation, width: &BinSpan, stats: &StreamStats) -> Result<(Relation, Window)> {
    let micros = (span::seconds(width) * 1e6).round();
    if micros < 1.0 {
        let text = "`time_window` takes a span of time such as `5m`";
        return Err(Diagnostic::new(Code::BadValue, stats.span, text).into());
    }
    let time = match relation.data_type(meet::TIME) {
        Some(data_type) => meet::convert(column(meet::TIME), data_type, &meet::time_type())?,
        None => meet::null_of(&meet::time_type())?,
    };
    let (relation, time) = relation.hidden("time", cast(time, DataType::Int64))?;
    let time = column(&time);
    let timed = Window::so_far(&relation).within(vec![time.clone().is_not_null()]);
    let (relation, places) = window::add(relation, "before", vec![timed.lag(time.clone(), 1)?, timed.number()?])?;
    let [before, number] = places.as_slice() else { return Ok((relation, timed)) };
    let step = coalesce().call(vec![abs(time - column(before)), lit(0_i64)]);
    let (relation, step) = relation.hidden("step", step)?;
    let way = timed.apply(sum_udaf(), vec![column(&step)])?;
    let (relation, way) = window::add_one(relation, "way", way)?;
    let decimal = |value: i128| ScalarValue::Decimal128(Some(value), 38, 0);
    let key = cast(cast(way, KEY_TYPE) * lit(decimal(PLACES)), KEY_TYPE) + cast(column(number), KEY_TYPE);
    let (relation, key) = relation.hidden("key", cast(key, KEY_TYPE))?;
    let farthest = (micros as i128).saturating_mul(PLACES) - 1;
    let frame = range(decimal(farthest), (!stats.current).then(|| decimal(1)));
    Ok((relation, Window { partition: Vec::new(), order: vec![column(&key).sort(true, false)], frame }))
}

/// A frame of values from `first` below the row's own to `last` below it, or its own.
fn range(first: ScalarValue, last: Option<ScalarValue>) -> WindowFrame {
    let last = last.map_or(WindowFrameBound::CurrentRow, WindowFrameBound::Preceding);
    WindowFrame::new_bounds(WindowFrameUnits::Range, WindowFrameBound::Preceding(first), last)
}
