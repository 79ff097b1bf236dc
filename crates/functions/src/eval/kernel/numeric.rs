//! Functions of doubles over whole columns: loops without a branch, so that the compiler vectorises them.
//!
//! `eval root=sqrt(bytes)`. Nulls of the arguments are taken over as they are; rows where a function has no result are
//! looked for in a second loop.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Float64Array, new_null_array},
        buffer::{BooleanBuffer, NullBuffer},
        compute,
        datatypes::{DataType, Float64Type},
    },
    common::Result,
};

use super::{Arguments, bits};
use crate::value::{Numbers, Texts, epoch, parse_number};

/// An argument as doubles.
pub(crate) enum Doubles {
    /// One a row.
    Column(Float64Array),
    /// The same on all rows.
    Constant(Option<f64>),
}

impl Arguments {
    /// An argument as doubles; null where it is no number.
    pub(crate) fn doubles(&self, index: usize) -> Result<Doubles> {
        let array = self.array(index)?;
        let numbers = Numbers::new(array)?;
        // Where all arguments are constants the result has one row.
        if self.is_constant(index) && self.rows() != 1 {
            return Ok(Doubles::Constant(numbers.get(0)));
        }
        Ok(Doubles::Column(match &numbers {
            Numbers::Float(array) => array.clone(),
            Numbers::Int(array) => array.unary(|value| value as f64),
            Numbers::Time(array) => array.unary(epoch),
            Numbers::Text(Texts::Utf8(texts)) => texts.iter().map(|text| parse_number(text?)).collect(),
            Numbers::Text(Texts::View(texts)) => texts.iter().map(|text| parse_number(text?)).collect(),
            Numbers::Text(_) => (0..array.len()).map(|row| numbers.get(row)).collect(),
        }))
    }
}

/// A function of one number that has a result for each.
pub(crate) fn map(args: &Arguments, function: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    Ok(match args.doubles(0)? {
        Doubles::Column(column) => Arc::new(column.unary::<_, Float64Type>(function)),
        Doubles::Constant(value) => constant(value.map(function), args.rows()),
    })
}

/// A function of one number. `undefined` is told the number and the result, and says where there is none.
pub(crate) fn map_defined(
    args: &Arguments,
    function: impl Fn(f64) -> f64,
    undefined: impl Fn(f64, f64) -> bool,
) -> Result<ArrayRef> {
    match args.doubles(0)? {
        Doubles::Column(column) => {
            let result: Float64Array = column.unary(function);
            let pairs = column.values().iter().zip(result.values());
            let defined = bits(pairs.map(|(x, result)| !undefined(*x, *result)));
            Ok(only_where(defined, &result))
        }
        Doubles::Constant(value) => {
            let result = value.map(|x| (x, function(x))).filter(|(x, result)| !undefined(*x, *result));
            Ok(constant(result.map(|(_, result)| result), args.rows()))
        }
    }
}

/// A function of two numbers that has a result for each pair.
pub(crate) fn map_two(args: &Arguments, function: impl Fn(f64, f64) -> f64) -> Result<ArrayRef> {
    two(args, function, |_, _, _| None)
}

/// A function of two numbers. `undefined` is told both and the result, and says where there is none.
pub(crate) fn map_two_defined(
    args: &Arguments,
    function: impl Fn(f64, f64) -> f64,
    undefined: impl Fn(f64, f64, f64) -> bool,
) -> Result<ArrayRef> {
    two(args, function, |left, right, result| {
        let result = result.values();
        let is_defined = |x, y, result: &f64| !undefined(x, y, *result);
        Some(match (left, right) {
            (Doubles::Column(left), Doubles::Column(right)) => {
                let rows = left.values().iter().zip(right.values()).zip(result);
                bits(rows.map(|((x, y), result)| is_defined(*x, *y, result)))
            }
            (Doubles::Column(left), Doubles::Constant(Some(y))) => {
                bits(left.values().iter().zip(result).map(|(x, result)| is_defined(*x, *y, result)))
            }
            (Doubles::Constant(Some(x)), Doubles::Column(right)) => {
                bits(right.values().iter().zip(result).map(|(y, result)| is_defined(*x, *y, result)))
            }
            (Doubles::Constant(Some(x)), Doubles::Constant(Some(y))) => {
                bits(result.iter().map(|result| is_defined(*x, *y, result)))
            }
            _ => return None,
        })
    })
}

/// A function of two numbers; `defined` gives the rows that have a result if not all do.
fn two(
    args: &Arguments,
    function: impl Fn(f64, f64) -> f64,
    defined: impl Fn(&Doubles, &Doubles, &Float64Array) -> Option<BooleanBuffer>,
) -> Result<ArrayRef> {
    let (left, right) = (args.doubles(0)?, args.doubles(1)?);
    let result: Float64Array = match (&left, &right) {
        (Doubles::Column(left), Doubles::Column(right)) => compute::binary(left, right, function)?,
        (Doubles::Column(left), Doubles::Constant(Some(y))) => left.unary(|x| function(x, *y)),
        (Doubles::Constant(Some(x)), Doubles::Column(right)) => right.unary(|y| function(*x, y)),
        (Doubles::Constant(Some(x)), Doubles::Constant(Some(y))) => {
            Float64Array::from_value(function(*x, *y), args.rows())
        }
        _ => return Ok(new_null_array(&DataType::Float64, args.rows())),
    };
    Ok(match defined(&left, &right, &result) {
        Some(defined) => only_where(defined, &result),
        None => Arc::new(result),
    })
}

/// Null as well on the rows that are not `defined`.
fn only_where(defined: BooleanBuffer, result: &Float64Array) -> ArrayRef {
    let nulls = NullBuffer::union(result.nulls(), Some(&NullBuffer::new(defined)));
    Arc::new(Float64Array::new(result.values().clone(), nulls.filter(|nulls| nulls.null_count() > 0)))
}

fn constant(value: Option<f64>, rows: usize) -> ArrayRef {
    match value {
        Some(value) => Arc::new(Float64Array::from_value(value, rows)),
        None => new_null_array(&DataType::Float64, rows),
    }
}
