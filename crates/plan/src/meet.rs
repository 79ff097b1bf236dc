//! Columns of different types in one place: `append`, `fillnull`, `if(a, 1, "x")`.
//!
//! Two numbers meet as Float64, a number and a text as text, a list and anything as a list. `_time` alone is a timestamp;
//! under any other name it is epoch seconds. Nothing here reads values: the types of columns decide.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field, TimeUnit},
    functions::math::expr_fn::round,
    functions_nested::string::array_to_string,
    logical_expr::{Expr, cast, lit, try_cast},
    scalar::ScalarValue,
};
use speleo_functions::value::{format_number, parse_number};

use crate::{Result, kernel};

/// The field that is a timestamp.
pub(crate) const TIME: &str = "_time";

const MICROS: f64 = 1_000_000.0;

/// The type of `_time`.
pub(crate) fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC")))
}

/// The type of several values.
pub(crate) fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)))
}

/// Whether the type is a number: `_time` is none.
pub(crate) fn is_number(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Int64 | DataType::Float64)
}

/// Whether the type is one text.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Whether the type is several texts.
pub(crate) fn is_list(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_))
}

/// Whether the type is a timestamp.
pub(crate) fn is_time(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..))
}

/// The type in which values of two types meet.
pub(crate) fn meet(left: &DataType, right: &DataType) -> DataType {
    match (left, right) {
        (a, b) if a == b => a.clone(),
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        (a, b) if is_list(a) || is_list(b) => list_type(),
        (a, b) if is_text(a) || is_text(b) => DataType::Utf8,
        _ => DataType::Float64,
    }
}

/// Turns an expression of one type into another that it meets with.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn convert(expr: Expr, from: &DataType, to: &DataType) -> Result<Expr> {
    Ok(match (from, to) {
        (a, b) if a == b => expr,
        (DataType::Null, to) => null_of(to)?,
        (from, to) if is_time(from) => convert(epoch(expr), &DataType::Float64, to)?,
        (_, DataType::Timestamp(..)) => timestamp(kernel::call("spl_num", vec![expr])?),
        (_, to) if is_list(to) => kernel::call("spl_as_list", vec![expr])?,
        (from, to) if is_text(to) && !is_text(from) => kernel::call("spl_text", vec![expr])?,
        (from, DataType::Float64) if !is_number(from) => kernel::call("spl_num", vec![expr])?,
        (_, to) => cast(expr, to.clone()),
    })
}

/// The absent value of a type.
pub(crate) fn null_of(data_type: &DataType) -> Result<Expr> {
    Ok(lit(ScalarValue::try_from(data_type)?))
}

/// A timestamp as epoch seconds, microseconds in the fraction.
pub(crate) fn epoch(expr: Expr) -> Expr {
    cast(cast(expr, DataType::Int64), DataType::Float64) / lit(MICROS)
}

/// Epoch seconds (Float64) as a timestamp.
///
/// Not a plain cast: a number outside the range of times, such as the end of all time, is no time, and not an error.
pub(crate) fn timestamp(expr: Expr) -> Expr {
    cast(try_cast(round(vec![expr * lit(MICROS)]), DataType::Int64), time_type())
}

/// A value as the field `name` keeps it: numbers under `_time` become times, times under other names epoch seconds.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn stored(name: &str, expr: Expr, data_type: &DataType) -> Result<Expr> {
    Ok(match data_type {
        DataType::Null => null_of(&DataType::Utf8)?,
        DataType::Timestamp(..) if name != TIME => epoch(expr),
        DataType::Float64 if name == TIME => timestamp(expr),
        DataType::Int64 if name == TIME => timestamp(cast(expr, DataType::Float64)),
        _ => expr,
    })
}

/// A text of any string type as Utf8, the type that keys of both sides of a join have.
pub(crate) fn utf8(expr: Expr, data_type: &DataType) -> Expr {
    match data_type {
        DataType::LargeUtf8 | DataType::Utf8View => cast(expr, DataType::Utf8),
        _ => expr,
    }
}

/// A value as one thing to compare: several values joined.
pub(crate) fn whole(expr: Expr, data_type: &DataType) -> Expr {
    if is_list(data_type) { array_to_string(expr, lit("\u{0}")) } else { expr }
}

/// A text of the search as a literal: a number where it is written as one prints, so that `0` stays numeric and `007` does not.
pub(crate) fn literal(text: &str) -> (Expr, DataType) {
    match parse_number(text) {
        Some(number) if format_number(number) == text => match text.parse::<i64>() {
            Ok(whole) => (lit(whole), DataType::Int64),
            Err(_) => (lit(number), DataType::Float64),
        },
        _ => (lit(text), DataType::Utf8),
    }
}
