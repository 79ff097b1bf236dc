//! Between columns and JSON values.

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray, Int64Array},
        datatypes::{DataType, Int64Type},
    },
    common::Result,
};
use serde_json::{Number, Value};

use crate::{
    eval::kernel::{Arguments, Column, is_list},
    value::{Lists, Numbers, Texts, format_number},
};

/// An argument as JSON values. Numbers and booleans stay what they are, several values become an array; a text that is a
/// JSON object or array goes in as such, any other text is a string, even if it reads as a number.
pub(super) enum Jsons {
    Integers(Int64Array, bool),
    Booleans(BooleanArray, bool),
    Numbers(Column<Numbers>),
    Lists(Column<Lists>),
    Texts(Column<Texts>),
}

impl Jsons {
    pub(super) fn new(args: &Arguments, index: usize) -> Result<Self> {
        let array = args.array(index)?;
        Ok(match array.data_type() {
            DataType::Int64 => Self::Integers(array.as_primitive::<Int64Type>().clone(), args.is_constant(index)),
            DataType::Boolean => Self::Booleans(array.as_boolean().clone(), args.is_constant(index)),
            DataType::Timestamp(..) => Self::Numbers(args.numbers(index)?),
            other if other.is_numeric() => Self::Numbers(args.numbers(index)?),
            other if is_list(other) => Self::Lists(args.lists(index)?),
            _ => Self::Texts(args.texts(index)?),
        })
    }

    /// The value of a row; JSON's null where there is none.
    pub(super) fn get(&self, row: usize) -> Value {
        let place = |constant: bool| if constant { 0 } else { row };
        let value = match self {
            Self::Integers(array, constant) => {
                let place = place(*constant);
                array.is_valid(place).then(|| Value::from(array.value(place)))
            }
            Self::Booleans(array, constant) => {
                let place = place(*constant);
                array.is_valid(place).then(|| Value::from(array.value(place)))
            }
            Self::Numbers(column) => column.get(row).map(number),
            Self::Texts(column) => column.get(row).map(|text| from_text(&text)),
            Self::Lists(column) => column.get(row).map(|values| {
                let mut values: Vec<Value> = values.map(from_text).collect();
                if values.len() == 1 { values.swap_remove(0) } else { Value::Array(values) }
            }),
        };
        value.unwrap_or(Value::Null)
    }
}

/// A double; whole ones without a point. What JSON cannot write becomes null.
fn number(value: f64) -> Value {
    // Beyond 2^53 a double is no exact count anyway.
    if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn from_text(text: &str) -> Value {
    let nested = text.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(text).ok()).flatten();
    nested.unwrap_or_else(|| Value::from(text))
}

/// A JSON value as SPL's: strings without their quotes, numbers as SPL prints them, objects and arrays as JSON text; null
/// is no value.
pub(crate) fn native(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().map_or_else(|| number.to_string(), format_number),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    })
}
