//! Kernels of eval's operators: `eval total=a+b` where both are fields of text type becomes `spl_add(a, b)`.
//!
//! What Arrow's operators do as well (arithmetic on two doubles, comparison of two numbers) is left to them.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, ListArray},
        buffer::OffsetBuffer,
        datatypes::{DataType, Field},
    },
    common::Result,
    logical_expr::ScalarUDF,
};

use super::kernel::{
    Arguments, append_texts, boolean, booleans, is_list, kernel, list, map, map_two_defined, number, text,
};
use crate::value::{ListBuilder, list_type, parse_number, push_number};

mod compare;
mod concat;
mod like;

/// The kernels of operators and of changes between the kinds of values.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_num", number, num),
        kernel("spl_text", text, display),
        kernel("spl_as_list", list, as_list),
        kernel("spl_add", text, add),
        kernel("spl_divide", number, divide),
        kernel("spl_modulo", number, modulo),
        kernel("spl_concat", text, concat),
        kernel("spl_like", boolean, like),
        kernel("spl_eq", boolean, compare::equal),
        kernel("spl_ne", boolean, compare::not_equal),
        kernel("spl_lt", boolean, compare::less),
        kernel("spl_le", boolean, compare::less_or_equal),
        kernel("spl_gt", boolean, compare::greater),
        kernel("spl_ge", boolean, compare::greater_or_equal),
    ]
}

/// `spl_num(x)`: the number that a value reads as, null where it is none. A time gives its epoch seconds.
fn num(args: &Arguments) -> Result<ArrayRef> {
    let array = args.array(0)?;
    if array.data_type() == &DataType::Float64 {
        return Ok(Arc::clone(array));
    }
    map(args, |x| x)
}

/// `spl_text(x)`: the text that SPL shows for a value; null where there are several.
fn display(args: &Arguments) -> Result<ArrayRef> {
    let array = args.array(0)?;
    if array.data_type() == &DataType::Utf8 {
        return Ok(Arc::clone(array));
    }
    let values = args.texts(0)?;
    append_texts(args.rows(), |row, out| values.push(row, out))
}

/// `spl_as_list(x)`: one value as a list of one.
fn as_list(args: &Arguments) -> Result<ArrayRef> {
    let array = args.array(0)?;
    if array.data_type() == &list_type() {
        return Ok(Arc::clone(array));
    }
    if is_list(array.data_type()) {
        let values = args.lists(0)?;
        let mut builder = ListBuilder::new(args.rows());
        for row in 0..args.rows() {
            values.get(row).into_iter().flatten().for_each(|value| builder.value(value));
            builder.end_row();
        }
        return Ok(builder.finish());
    }
    let values = display(args)?;
    let nulls = values.logical_nulls();
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    let offsets = OffsetBuffer::from_repeated_length(1, values.len());
    Ok(Arc::new(ListArray::try_new(item, offsets, values, nulls)?))
}

/// `spl_add(a, b)`: the sum where both read as numbers, else the texts joined; null if either is missing.
fn add(args: &Arguments) -> Result<ArrayRef> {
    let (left, right) = (args.texts(0)?, args.texts(1)?);
    append_texts(args.rows(), |row, buffer| {
        let (Some(left), Some(right)) = (left.get(row), right.get(row)) else { return false };
        match (parse_number(&left), parse_number(&right)) {
            (Some(left), Some(right)) => push_number(left + right, buffer),
            _ => buffer.extend([left, right]),
        }
        true
    })
}

/// `spl_divide(a, b)`: null where b is 0.
fn divide(args: &Arguments) -> Result<ArrayRef> {
    map_two_defined(args, |left, right| left / right, |_, right, _| right == 0.0)
}

/// `spl_modulo(a, b)`: the rest has the sign of a; null where b is 0.
fn modulo(args: &Arguments) -> Result<ArrayRef> {
    map_two_defined(args, |left, right| left % right, |_, right, _| right == 0.0)
}

/// `spl_concat(a, b, …)`: null if one is missing or has several values.
fn concat(args: &Arguments) -> Result<ArrayRef> {
    if let Some(column) = concat::columns(args)? {
        return Ok(column);
    }
    let parts = args.texts_from(0)?;
    append_texts(args.rows(), |row, buffer| parts.iter().all(|part| part.push(row, buffer)))
}

/// `spl_like(text, pattern)`: `%` is any run, `_` one character, all else literal and case-sensitive. True if one of
/// several values fits.
fn like(args: &Arguments) -> Result<ArrayRef> {
    let (values, patterns) = (args.field(0)?, args.texts(1)?);
    if args.is_constant(1)
        && let Some(pattern) = patterns.get(0)
    {
        return match like::Pattern::new(&pattern) {
            like::Pattern::Whole(whole) => values.test(args.rows(), |value| value == whole),
            like::Pattern::Start(start) => values.test(args.rows(), |value| value.starts_with(&start)),
            like::Pattern::End(end) => values.test(args.rows(), |value| value.ends_with(&end)),
            like::Pattern::Within(finder) => values.test(args.rows(), |value| finder.find(value.as_bytes()).is_some()),
            mixed => values.test(args.rows(), |value| mixed.matches(value)),
        };
    }
    booleans(args.rows(), |row| {
        let pattern = like::Pattern::new(&patterns.get(row)?);
        values.any(row, |value| pattern.matches(value))
    })
}

#[cfg(test)]
mod tests;
