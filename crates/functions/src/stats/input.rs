//! The values that a row contributes: none for null, one for a single value, each value of a list.
//!
//! `stats count(m)` over a row `m=[a, b]` counts 2. A true condition counts as 1 and a false one not at all, so that
//! `sum(eval(status=200))` is the number of rows where it holds.

use std::fmt::Write;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::DataType,
    },
    common::Result,
};

use super::groups::Rows;
use crate::value::{Lists, Numbers, Texts, parse_number};

/// Gives every value as text, as (row, group, text), in row order.
pub(crate) fn each_text(
    column: &ArrayRef,
    rows: &Rows<'_>,
    mut take: impl FnMut(usize, usize, &str) -> Result<()>,
) -> Result<()> {
    match column.data_type() {
        DataType::List(_) | DataType::LargeList(_) => {
            let lists = Lists::new(column)?;
            for (row, group) in rows.iter() {
                for text in lists.get(row).into_iter().flatten() {
                    take(row, group, text)?;
                }
            }
        }
        DataType::Boolean => {
            let flags = column.as_boolean();
            for (row, group) in rows.iter().filter(|(row, _)| flags.is_valid(*row) && flags.value(*row)) {
                take(row, group, "1")?;
            }
        }
        DataType::Int64 => {
            let numbers = column.as_primitive::<datafusion::arrow::datatypes::Int64Type>();
            let mut digits = String::new();
            for (row, group) in rows.iter().filter(|(row, _)| numbers.is_valid(*row)) {
                digits.clear();
                // Writing to a String cannot fail.
                let _ = write!(digits, "{}", numbers.value(row));
                take(row, group, &digits)?;
            }
        }
        _ => {
            let texts = Texts::new(column)?;
            for (row, group) in rows.iter() {
                if let Some(text) = texts.get(row) {
                    take(row, group, &text)?;
                }
            }
        }
    }
    Ok(())
}

/// Gives every value that is a number, as (row, group, number), in row order; others are left out.
pub(crate) fn each_number(column: &ArrayRef, rows: &Rows<'_>, mut take: impl FnMut(usize, usize, f64)) -> Result<()> {
    match column.data_type() {
        DataType::List(_) | DataType::LargeList(_) => {
            let lists = Lists::new(column)?;
            for (row, group) in rows.iter() {
                for number in lists.get(row).into_iter().flatten().filter_map(parse_number) {
                    take(row, group, number);
                }
            }
        }
        DataType::Boolean => {
            let flags = column.as_boolean();
            rows.iter()
                .filter(|(row, _)| flags.is_valid(*row) && flags.value(*row))
                .for_each(|(row, group)| take(row, group, 1.0));
        }
        _ => {
            let numbers = Numbers::new(column)?;
            for (row, group) in rows.iter() {
                if let Some(number) = numbers.get(row) {
                    take(row, group, number);
                }
            }
        }
    }
    Ok(())
}
