//! A column as numbers, and numbers as text.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, TimestampMicrosecondArray},
        compute::cast,
        datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType},
    },
    common::Result,
};

use super::Texts;

/// A column whose values are read as numbers. A text counts where it reads as one, a time as epoch seconds.
pub enum Numbers {
    /// Whole numbers.
    Int(Int64Array),
    /// Doubles.
    Float(Float64Array),
    /// Times.
    Time(TimestampMicrosecondArray),
    /// Texts, and whatever else may read as a number.
    Text(Texts),
}

impl Numbers {
    /// The view of a column.
    pub fn new(array: &ArrayRef) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>().clone()),
            DataType::Float64 => Self::Float(array.as_primitive::<Float64Type>().clone()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Time(array.as_primitive::<TimestampMicrosecondType>().clone())
            }
            DataType::Timestamp(..) => Self::new(&cast(array, &DataType::Timestamp(TimeUnit::Microsecond, None))?)?,
            _ => Self::Text(Texts::new(array)?),
        })
    }

    /// The number of a row; none where it is null or no number.
    pub fn get(&self, row: usize) -> Option<f64> {
        match self {
            Self::Int(array) => array.is_valid(row).then(|| array.value(row) as f64),
            Self::Float(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Time(array) => array.is_valid(row).then(|| epoch(array.value(row))),
            Self::Text(Texts::Bool(_)) => None,
            Self::Text(texts) => parse_number(&texts.get(row)?),
        }
    }
}

/// Microseconds since the epoch as seconds.
pub(crate) fn epoch(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// The number that a text reads as: an optional sign, digits with an optional point, an optional exponent, nothing else;
/// or `NaN`, `Infinity`, `-Infinity`.
pub fn parse_number(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let first = *bytes.first()?;
    if first.is_ascii_alphabetic()
        || (bytes.len() > 1 && bytes[1].is_ascii_alphabetic() && !first.is_ascii_digit() && first != b'.')
    {
        return match text {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        };
    }
    // What is left that Rust reads is exactly SPL's form.
    text.parse().ok()
}

/// A number as SPL prints it: the shortest text that reads back, whole numbers without a point.
pub fn format_number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs();
    if !(1e-5..1e21).contains(&magnitude) { format!("{value:e}") } else { format!("{value}") }
}
