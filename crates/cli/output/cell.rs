//! What a cell is, for all formats: nothing, a number, a time, a text, or several texts.
//!
//! Columns are read once a batch into these; `_time` counts as a time whatever its column's type, all other times are epoch
//! seconds, as SPL sees them.

use std::borrow::Cow;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;
use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray},
    compute::cast,
    datatypes::{DataType, Field, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType},
};
use speleo_functions::value::format_number;

use crate::plot::sparkline;

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    /// No value.
    Null,
    /// A whole number.
    Int(i64),
    /// A double.
    Float(f64),
    /// `_time`, in microseconds since the epoch.
    Time(i64),
    /// A truth value; SPL has none, but a bug may let one through.
    Bool(bool),
    /// A text.
    Text(&'a str),
    /// Two texts or more; a null among them is left out.
    List(Vec<&'a str>),
}

/// The cells of one column of a batch.
pub(crate) enum Column {
    /// Nothing at all.
    Null,
    /// Whole numbers.
    Int(Int64Array),
    /// Doubles.
    Float(Float64Array),
    /// Microseconds since the epoch; `shown` where the column is `_time`.
    Time {
        /// The instants.
        array: Int64Array,
        /// Whether they are times to a reader, not numbers.
        shown: bool,
    },
    /// Epoch seconds of a `_time` that was computed.
    Seconds(Float64Array),
    /// Truth values.
    Bool(BooleanArray),
    /// Texts.
    Text(StringArray),
    /// Lists of texts.
    List(ListArray),
}

/// The columns of a batch.
pub(crate) fn columns(batch: &RecordBatch) -> Result<Vec<Column>> {
    let schema = batch.schema();
    schema.fields().iter().zip(batch.columns()).map(|(field, array)| Column::new(field.name(), array)).collect()
}

impl Column {
    fn new(name: &str, array: &ArrayRef) -> Result<Self> {
        let is_time = name == "_time";
        Ok(match array.data_type() {
            DataType::Null => Self::Null,
            DataType::Timestamp(..) => {
                let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
                let micros = micros.as_primitive::<TimestampMicrosecondType>().reinterpret_cast::<Int64Type>();
                Self::Time { array: micros, shown: is_time }
            }
            kind if kind.is_numeric() && is_time => {
                Self::Seconds(cast(array, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            kind if kind.is_integer() => Self::Int(cast(array, &DataType::Int64)?.as_primitive::<Int64Type>().clone()),
            kind if kind.is_numeric() => {
                Self::Float(cast(array, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            DataType::Boolean => Self::Bool(array.as_boolean().clone()),
            kind if kind.is_list() => {
                let texts = DataType::List(Field::new("item", DataType::Utf8, true).into());
                Self::List(cast(array, &texts)?.as_list::<i32>().clone())
            }
            _ => Self::Text(cast(array, &DataType::Utf8)?.as_string::<i32>().clone()),
        })
    }

    /// Whether its cells are numbers, to be written to the right.
    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int(_) | Self::Float(_) | Self::Time { shown: false, .. })
    }

    /// The cell of a row.
    pub(crate) fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Int(array) if array.is_valid(row) => Cell::Int(array.value(row)),
            Self::Float(array) if array.is_valid(row) => Cell::Float(array.value(row)),
            Self::Time { array, shown } if array.is_valid(row) => match array.value(row) {
                micros if *shown => Cell::Time(micros),
                micros if micros % 1_000_000 == 0 => Cell::Int(micros / 1_000_000),
                micros => Cell::Float(micros as f64 / 1e6),
            },
            Self::Seconds(array) if array.is_valid(row) => match array.value(row) {
                // As far as chrono's calendar goes; beyond it is a number like any other.
                seconds if seconds.abs() < 8e12 => Cell::Time((seconds * 1e6).round() as i64),
                seconds => Cell::Float(seconds),
            },
            Self::Bool(array) if array.is_valid(row) => Cell::Bool(array.value(row)),
            Self::Text(array) if array.is_valid(row) => Cell::Text(array.value(row)),
            Self::List(array) if array.is_valid(row) => list(array, row),
            _ => Cell::Null,
        }
    }
}

fn list(array: &ListArray, row: usize) -> Cell<'_> {
    let offsets = array.value_offsets();
    let (Some(&start), Some(&end)) = (offsets.get(row), offsets.get(row + 1)) else { return Cell::Null };
    let values = array.values().as_string::<i32>();
    let texts = (start as usize..end as usize).filter(|place| values.is_valid(*place)).map(|place| values.value(place));
    let texts: Vec<_> = texts.collect();
    match texts.as_slice() {
        [] => Cell::Null,
        // A list of one value is that value.
        [text] => Cell::Text(text),
        _ => Cell::List(texts),
    }
}

impl<'a> Cell<'a> {
    /// The text in tables for people; several values stand one a line, and a sparkline is drawn.
    pub(crate) fn shown(&self, timezone: Tz) -> Cow<'a, str> {
        let drawn = match self {
            Cell::Time(micros) => Some(readable(*micros, timezone)),
            Cell::Text(text) => sparkline::of_cell(&[text]),
            Cell::List(texts) => sparkline::of_cell(texts),
            _ => None,
        };
        drawn.map_or_else(|| self.plain(timezone), Cow::Owned)
    }

    /// The text in files: times in ISO 8601, several values joined by newlines, no value as nothing.
    pub(crate) fn plain(&self, timezone: Tz) -> Cow<'a, str> {
        match self {
            Cell::Null => Cow::Borrowed(""),
            Cell::Int(number) => Cow::Owned(number.to_string()),
            Cell::Float(number) => Cow::Owned(format_number(*number)),
            Cell::Time(micros) => Cow::Owned(iso(*micros, timezone)),
            Cell::Bool(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
            Cell::Text(text) => Cow::Borrowed(*text),
            Cell::List(texts) => Cow::Owned(texts.join("\n")),
        }
    }
}

/// Microseconds as epoch seconds, with as many decimals as there are.
pub(crate) fn epoch(micros: i64) -> String {
    let (seconds, fraction) = (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
    let sign = if micros < 0 { "-" } else { "" };
    match fraction {
        0 => format!("{sign}{seconds}"),
        _ => format!("{sign}{seconds}.{fraction:06}").trim_end_matches('0').to_owned(),
    }
}

/// `2024-06-14 15:30:00`, with milliseconds or microseconds where there are some.
fn readable(micros: i64, timezone: Tz) -> String {
    let Some(time) = DateTime::from_timestamp_micros(micros) else { return epoch(micros) };
    let form = match micros % 1_000_000 {
        0 => "%Y-%m-%d %H:%M:%S",
        fraction if fraction % 1000 == 0 => "%Y-%m-%d %H:%M:%S%.3f",
        _ => "%Y-%m-%d %H:%M:%S%.6f",
    };
    time.with_timezone(&timezone).format(form).to_string()
}

/// `2024-06-14T15:30:00.000+00:00`.
fn iso(micros: i64, timezone: Tz) -> String {
    let Some(time) = DateTime::from_timestamp_micros(micros) else { return epoch(micros) };
    let precision = if micros % 1000 == 0 { SecondsFormat::Millis } else { SecondsFormat::Micros };
    time.with_timezone(&timezone).to_rfc3339_opts(precision, false)
}

/// The text with control characters made visible: data must not move a reader's cursor or recolour the screen.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    let is_bad = |c: char| c.is_control() && c != '\n';
    if !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    let replace = |c: char| match c {
        '\n' => '\n',
        '\t' => ' ',
        // The pictures of the C0 control characters.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    Cow::Owned(text.chars().map(replace).collect())
}
