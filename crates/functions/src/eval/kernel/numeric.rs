//! Functions of doubles over whole columns: loops without a branch, so that the compiler vectorises them.
//!
//! `eval root=sqrt(bytes)`. Nulls of the arguments are taken over as they are; rows where a function has no result are
//! looked for behind the loop, and only if there are any the nulls are computed.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Float64Array, new_null_array},
        buffer::{BooleanBuffer, NullBuffer},
        compute,
        datatypes::DataType,
    },
    common::Result,
};

use super::Arguments;
use crate::value::{Numbers, epoch};

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
            Numbers::Text(_) => (0..array.len()).map(|row| numbers.get(row)).collect(),
        }))
    }
}

/// A function of one number that has a result for each.
pub(crate) fn map(args: &Arguments, function: impl Fn(f64) -> f64) -> Result<ArrayRef> {
    map_defined(args, function, |_, _| false)
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
            let pairs = || column.values().iter().zip(result.values());
            Ok(without(&result, || pairs().map(|(x, result)| undefined(*x, *result))))
        }
        Doubles::Constant(value) => {
            let result = value.map(|x| (x, function(x))).filter(|(x, result)| !undefined(*x, *result));
            Ok(constant(result.map(|(_, result)| result), args.rows()))
        }
    }
}

/// A function of two numbers that has a result for each pair.
pub(crate) fn map_two(args: &Arguments, function: impl Fn(f64, f64) -> f64) -> Result<ArrayRef> {
    map_two_defined(args, function, |_, _, _| false)
}

/// A function of two numbers. `undefined` is told both and the result, and says where there is none.
pub(crate) fn map_two_defined(
    args: &Arguments,
    function: impl Fn(f64, f64) -> f64,
    undefined: impl Fn(f64, f64, f64) -> bool,
) -> Result<ArrayRef> {
    match (args.doubles(0)?, args.doubles(1)?) {
        (Doubles::Column(left), Doubles::Column(right)) => {
            let result: Float64Array = compute::binary(&left, &right, function)?;
            let rows = || left.values().iter().zip(right.values()).zip(result.values());
            Ok(without(&result, || rows().map(|((x, y), result)| undefined(*x, *y, *result))))
        }
        (Doubles::Column(left), Doubles::Constant(Some(y))) => {
            let result: Float64Array = left.unary(|x| function(x, y));
            let rows = || left.values().iter().zip(result.values());
            Ok(without(&result, || rows().map(|(x, result)| undefined(*x, y, *result))))
        }
        (Doubles::Constant(Some(x)), Doubles::Column(right)) => {
            let result: Float64Array = right.unary(|y| function(x, y));
            let rows = || right.values().iter().zip(result.values());
            Ok(without(&result, || rows().map(|(y, result)| undefined(x, *y, *result))))
        }
        (Doubles::Constant(Some(x)), Doubles::Constant(Some(y))) => {
            let result = Some(function(x, y)).filter(|result| !undefined(x, y, *result));
            Ok(constant(result, args.rows()))
        }
        _ => Ok(new_null_array(&DataType::Float64, args.rows())),
    }
}

/// Null as well on the rows of which `undefined` says so.
fn without<I: Iterator<Item = bool>>(result: &Float64Array, undefined: impl Fn() -> I) -> ArrayRef {
    if !undefined().fold(false, |any, next| any | next) {
        return Arc::new(result.clone());
    }
    let defined: BooleanBuffer = undefined().map(|undefined| !undefined).collect();
    let nulls = NullBuffer::union(result.nulls(), Some(&NullBuffer::new(defined)));
    Arc::new(Float64Array::new(result.values().clone(), nulls))
}

fn constant(value: Option<f64>, rows: usize) -> ArrayRef {
    match value {
        Some(value) => Arc::new(Float64Array::from_value(value, rows)),
        None => new_null_array(&DataType::Float64, rows),
    }
}
