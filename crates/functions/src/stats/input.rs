//! The values that a row contributes: none for null, one for a single value, each value of a list.
//!
//! `stats count(m)` over a row `m=[a, b]` counts 2. A true condition counts as 1 and a false one not at all, so that
//! `sum(eval(status=200))` is the number of rows where it holds.

use std::fmt::Write;

use datafusion::{
    arrow::{
        array::{Array, ArrayAccessor, ArrayRef, AsArray, Int64Array, StringArray},
        datatypes::{DataType, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType},
    },
    common::Result,
};

use super::{
    groups::Rows,
    key::{ordered, unordered},
};
use crate::value::{Lists, Numbers, Texts, epoch, format_number, parse_number};

/// Gives every value as text, as (row, group, text), in row order.
pub(crate) fn each_text(
    column: &ArrayRef,
    rows: &Rows<'_>,
    mut take: impl FnMut(usize, usize, &str) -> Result<()>,
) -> Result<()> {
    match column.data_type() {
        DataType::Utf8 => each_of(column.as_string::<i32>(), rows, take),
        DataType::LargeUtf8 => each_of(column.as_string::<i64>(), rows, take),
        DataType::Utf8View => each_of(column.as_string_view(), rows, take),
        DataType::List(_) | DataType::LargeList(_) => {
            let lists = Lists::new(column)?;
            rows.each(None, |row, group| {
                lists.get(row).into_iter().flatten().try_for_each(|text| take(row, group, text))
            })
        }
        DataType::Dictionary(..) if column.as_dictionary_opt::<Int32Type>().is_some() => {
            let column = column.as_dictionary::<Int32Type>();
            match column.downcast_dict::<StringArray>() {
                Some(texts) => rows.each(column.keys().nulls(), |row, group| {
                    // A text of the dictionary can be missing as well.
                    let place = usize::try_from(column.keys().value(row)).unwrap_or(usize::MAX);
                    if texts.values().is_valid(place) { take(row, group, texts.value(row)) } else { Ok(()) }
                }),
                None => Ok(()),
            }
        }
        DataType::Boolean => {
            let flags = column.as_boolean();
            rows.each(flags.nulls(), |row, group| if flags.value(row) { take(row, group, "1") } else { Ok(()) })
        }
        DataType::Int64 => {
            let numbers = column.as_primitive::<Int64Type>();
            let mut digits = String::new();
            rows.each(numbers.nulls(), |row, group| {
                digits.clear();
                // Writing to a String cannot fail.
                let _ = write!(digits, "{}", numbers.value(row));
                take(row, group, &digits)
            })
        }
        _ => {
            let texts = Texts::new(column)?;
            rows.each(None, |row, group| match texts.get(row) {
                Some(text) => take(row, group, &text),
                None => Ok(()),
            })
        }
    }
}

fn each_of<'a>(
    texts: impl ArrayAccessor<Item = &'a str>,
    rows: &Rows<'_>,
    mut take: impl FnMut(usize, usize, &str) -> Result<()>,
) -> Result<()> {
    rows.each(texts.nulls(), |row, group| take(row, group, texts.value(row)))
}

/// Gives every value that is a number, as (row, group, number), in row order; others are left out.
pub(crate) fn each_number(column: &ArrayRef, rows: &Rows<'_>, mut take: impl FnMut(usize, usize, f64)) -> Result<()> {
    match column.data_type() {
        DataType::Float64 => {
            let numbers = column.as_primitive::<Float64Type>();
            rows.each(numbers.nulls(), |row, group| {
                take(row, group, numbers.value(row));
                Ok(())
            })
        }
        DataType::Int64 => {
            let numbers = column.as_primitive::<Int64Type>();
            rows.each(numbers.nulls(), |row, group| {
                take(row, group, numbers.value(row) as f64);
                Ok(())
            })
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::List(_) | DataType::LargeList(_) => {
            each_text(column, rows, |row, group, text| {
                if let Some(number) = parse_number(text) {
                    take(row, group, number);
                }
                Ok(())
            })
        }
        DataType::Boolean => {
            let flags = column.as_boolean();
            rows.each(flags.nulls(), |row, group| {
                if flags.value(row) {
                    take(row, group, 1.0);
                }
                Ok(())
            })
        }
        _ => {
            let numbers = Numbers::new(column)?;
            rows.each(None, |row, group| {
                if let Some(number) = numbers.get(row) {
                    take(row, group, number);
                }
                Ok(())
            })
        }
    }
}

/// Columns of numbers whose distinct texts are distinct whole numbers: the numbers are cheaper to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    Int,
    /// Doubles through [`ordered`].
    Float,
    /// Times in microseconds.
    Time,
}

impl Whole {
    /// The kind of a column; none for columns that are texts.
    pub(crate) fn of(column: &DataType) -> Option<Self> {
        match column {
            DataType::Int64 => Some(Self::Int),
            DataType::Float64 => Some(Self::Float),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Some(Self::Time),
            _ => None,
        }
    }

    /// A column of this kind as whole numbers.
    pub(crate) fn column(self, column: &ArrayRef) -> Int64Array {
        match self {
            Self::Int => column.as_primitive::<Int64Type>().clone(),
            Self::Float => column.as_primitive::<Float64Type>().unary(ordered),
            Self::Time => column.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(),
        }
    }

    /// The text of a number, as the column would show it.
    pub(crate) fn text(self, number: i64) -> String {
        match self {
            Self::Int => number.to_string(),
            Self::Float => format_number(unordered(number)),
            Self::Time => format_number(epoch(number)),
        }
    }
}
