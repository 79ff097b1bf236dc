//! Columns from a function of the row.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Float64Array, Int64Array, NullBufferBuilder, StringArray, StringBuilder},
        buffer::{Buffer, OffsetBuffer},
    },
    common::{Result, exec_err},
};

use crate::value::ListBuilder;

/// The most bytes that the texts of a column can have: their offsets are 32 bits wide.
pub(super) const MOST_BYTES: usize = i32::MAX as usize;

pub(in crate::eval) const TOO_LARGE: &str = "the texts of one batch have more than 2 GiB";

/// A column of doubles.
pub(crate) fn numbers(rows: usize, value: impl FnMut(usize) -> Option<f64>) -> Result<ArrayRef> {
    Ok(Arc::new((0..rows).map(value).collect::<Float64Array>()))
}

/// A column of whole numbers.
pub(crate) fn integers(rows: usize, value: impl FnMut(usize) -> Option<i64>) -> Result<ArrayRef> {
    Ok(Arc::new((0..rows).map(value).collect::<Int64Array>()))
}

/// A column of truth values.
pub(crate) fn booleans(rows: usize, value: impl FnMut(usize) -> Option<bool>) -> Result<ArrayRef> {
    Ok(Arc::new((0..rows).map(value).collect::<BooleanArray>()))
}

/// A column of texts; for texts that exist already, as part of an argument or as a `String`.
pub(crate) fn texts<T: AsRef<str>>(rows: usize, mut value: impl FnMut(usize) -> Option<T>) -> Result<ArrayRef> {
    let mut builder = StringBuilder::with_capacity(rows, 0);
    for row in 0..rows {
        match value(row) {
            Some(text) => append(&mut builder, text.as_ref())?,
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// A column of texts that are put together in a buffer, empty at the start of each row. False stands for null.
pub(crate) fn write_texts(rows: usize, mut write: impl FnMut(usize, &mut String) -> bool) -> Result<ArrayRef> {
    let mut builder = StringBuilder::with_capacity(rows, 0);
    let mut buffer = String::new();
    for row in 0..rows {
        buffer.clear();
        if write(row, &mut buffer) {
            append(&mut builder, &buffer)?;
        } else {
            builder.append_null();
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// As [`write_texts`] without its copy: a row appends its text to those of the rows before it.
pub(crate) fn append_texts(rows: usize, mut write: impl FnMut(usize, &mut String) -> bool) -> Result<ArrayRef> {
    let mut values = String::new();
    let mut ends: Vec<i32> = Vec::with_capacity(rows + 1);
    let mut nulls = NullBufferBuilder::new(rows);
    ends.push(0);
    for row in 0..rows {
        let start = values.len();
        let is_value = write(row, &mut values);
        if !is_value {
            values.truncate(start);
        }
        nulls.append(is_value);
        match i32::try_from(values.len()) {
            Ok(end) => ends.push(end),
            Err(_) => return exec_err!("{TOO_LARGE}"),
        }
    }
    let offsets = OffsetBuffer::new(ends.into());
    Ok(Arc::new(StringArray::try_new(offsets, Buffer::from(values.into_bytes()), nulls.finish())?))
}

/// A column of lists, whose values are added one by one. A row to which none is added is null.
pub(crate) fn lists(rows: usize, mut add: impl FnMut(usize, &mut ListBuilder)) -> Result<ArrayRef> {
    let mut builder = ListBuilder::new(rows);
    for row in 0..rows {
        add(row, &mut builder);
        builder.end_row();
    }
    finished(builder)
}

/// The column, unless it has more text than one can have.
pub(in crate::eval) fn finished(builder: ListBuilder) -> Result<ArrayRef> {
    if builder.overflow() { exec_err!("{TOO_LARGE}") } else { Ok(builder.finish()) }
}

fn append(builder: &mut StringBuilder, text: &str) -> Result<()> {
    // Arrow panics on the overflow.
    if builder.values_slice().len().saturating_add(text.len()) > MOST_BYTES {
        return exec_err!("{TOO_LARGE}");
    }
    builder.append_value(text);
    Ok(())
}
