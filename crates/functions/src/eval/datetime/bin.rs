//! The kernels of `bin`: `bin _time span=1d`, `bin bytes span=1000`, `bin bytes span=2log10`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, TimestampMicrosecondArray, TimestampMicrosecondBuilder},
        datatypes::{DataType, TimeUnit, TimestampMicrosecondType},
    },
    common::{Result, exec_datafusion_err, exec_err},
    logical_expr::ReturnFieldArgs,
};

use super::{constant, timezone};
use crate::{
    eval::kernel::{Arguments, text_or_list, write_texts},
    time::{Boundary, Span, Unit, micros},
    value::{ListBuilder, format_number, parse_number},
};

/// The kernel gives instants.
pub(super) fn timestamp(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))
}

/// The kernel maps each value to a text.
pub(super) fn text_as_first(args: &ReturnFieldArgs) -> Result<DataType> {
    text_or_list(args)
}

/// The start of the bucket of a time: time, count, unit, snap or null, time zone, alignment in microseconds or null.
/// Null where there is no time.
pub(super) fn bin_time(args: &Arguments) -> Result<ArrayRef> {
    let tz = timezone(args, 4)?;
    let unit = args.literal(2)?;
    let unit = Unit::parse(&unit).ok_or_else(|| exec_datafusion_err!("`{unit}` is no unit of time"))?;
    let count = args.literal(1)?.parse().map_err(|_| exec_datafusion_err!("the size of the span is no number"))?;
    if count < 1 {
        return exec_err!("a span has at least one unit");
    }
    let snap = match constant(args, 3)? {
        Some(text) => {
            Some(Boundary::parse(&text).ok_or_else(|| exec_datafusion_err!("`{text}` is no boundary of time"))?)
        }
        None => None,
    };
    let align = constant(args, 5)?.and_then(|micros| micros.parse().ok());
    let span = Span { count, unit, snap };
    if let Some(starts) = even_buckets(args, span, align)? {
        return Ok(starts);
    }
    // Neighbours are mostly in one bucket, and to look up a calendar is dear.
    let mut bucket = (0, 0);
    let mut start = |time: i64| {
        if !(bucket.0..bucket.1).contains(&time) {
            let start = span.start(time, tz, align)?;
            bucket = (start, span.next(start, tz, align).unwrap_or(start));
        }
        Some(bucket.0)
    };
    let mut builder = TimestampMicrosecondBuilder::with_capacity(args.rows()).with_timezone("UTC");
    let column = args.array(0)?;
    if let DataType::Timestamp(TimeUnit::Microsecond, _) = column.data_type()
        && !args.is_constant(0)
    {
        let times = column.as_primitive::<TimestampMicrosecondType>();
        times.iter().for_each(|time| builder.append_option(time.and_then(&mut start)));
    } else {
        let times = args.numbers(0)?;
        (0..args.rows()).for_each(|row| builder.append_option(times.get(row).and_then(micros).and_then(&mut start)));
    }
    Ok(Arc::new(builder.finish()))
}

/// The starts of buckets of one size for a column of times; none where the calendar has a say or a time is out of its range.
fn even_buckets(args: &Arguments, span: Span, align: Option<i64>) -> Result<Option<ArrayRef>> {
    let times = args.array(0)?.as_primitive_opt::<TimestampMicrosecondType>();
    let (Some(times), Unit::Elapsed(size), None, false) = (times, span.unit, span.snap, args.is_constant(0)) else {
        return Ok(None);
    };
    let Some(width) = size.checked_mul(span.count) else { return Ok(None) };
    let origin = align.unwrap_or(0);
    let mut bucket = (0, 0);
    let starts = times.values().iter().map(|time| {
        if !(bucket.0..bucket.1).contains(time) {
            let start = time.checked_sub(time.checked_sub(origin)?.checked_rem_euclid(width)?)?;
            bucket = (start, start.checked_add(width)?);
        }
        Some(bucket.0)
    });
    let Some(starts) = starts.collect::<Option<Vec<_>>>() else { return Ok(None) };
    let column = TimestampMicrosecondArray::new(starts.into(), times.nulls().cloned());
    Ok(Some(Arc::new(column.with_timezone("UTC"))))
}

/// `low-high` of the bucket of a number; other values stay as they are.
pub(super) fn bin_number(args: &Arguments) -> Result<ArrayRef> {
    let width = positive(args, 1, "the width of a bucket")?;
    let decimals = format_number(width).split_once('.').map_or(0, |(_, decimals)| decimals.len());
    map(args, |value, out| {
        let low = (value / width).floor() * width;
        // The product of a fraction has noise behind the digits that the width has.
        let text = |edge: f64| if decimals > 0 { format_number(round(edge, decimals)) } else { format_number(edge) };
        out.push_str(&text(low));
        out.push('-');
        out.push_str(&text(low + width));
        low.is_finite()
    })
}

/// `low-high` of the bucket whose edges are the coefficient times powers of the base; numbers up to 0 stay as they are.
pub(super) fn bin_log(args: &Arguments) -> Result<ArrayRef> {
    let (coefficient, base) =
        (positive(args, 1, "the coefficient of a span")?, positive(args, 2, "the base of a span")?);
    if base <= 1.0 {
        return exec_err!("the base of a span is more than 1");
    }
    map(args, |value, out| {
        if value <= 0.0 {
            return false;
        }
        let mut power = (value / coefficient).log(base).floor();
        // Logarithms of exact powers can come out a trifle too small or too large.
        if coefficient * base.powf(power + 1.0) <= value {
            power += 1.0;
        } else if coefficient * base.powf(power) > value {
            power -= 1.0;
        }
        let (low, high) = (coefficient * base.powf(power), coefficient * base.powf(power + 1.0));
        out.push_str(&format_number(significant(low)));
        out.push('-');
        out.push_str(&format_number(significant(high)));
        low.is_finite() && high.is_finite()
    })
}

fn positive(args: &Arguments, index: usize, what: &str) -> Result<f64> {
    let text = args.literal(index)?;
    match parse_number(&text) {
        Some(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => exec_err!("{what} is a positive number, not `{text}`"),
    }
}

/// Writes the bucket of each value; where `write` says no, the value itself.
fn map(args: &Arguments, write: impl Fn(f64, &mut String) -> bool) -> Result<ArrayRef> {
    let bucket = |value: &str, out: &mut String| {
        let start = out.len();
        if !parse_number(value).filter(|number| number.is_finite()).is_some_and(|number| write(number, out)) {
            out.truncate(start);
            out.push_str(value);
        }
    };
    let values = args.field(0)?;
    if !values.is_list() {
        return write_texts(args.rows(), |row, out| {
            values
                .any(row, |value| {
                    bucket(value, out);
                    true
                })
                .unwrap_or(false)
        });
    }
    let mut builder = ListBuilder::new(args.rows());
    let mut text = String::new();
    for row in 0..args.rows() {
        values.each(row, |value| {
            text.clear();
            bucket(value, &mut text);
            builder.value(&text);
        });
        builder.end_row();
    }
    Ok(builder.finish())
}

/// A number with so many decimals.
fn round(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().unwrap_or(value)
}

/// A number without the noise of the last digits.
fn significant(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}
