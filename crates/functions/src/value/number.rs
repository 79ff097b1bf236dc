//! A column as numbers, and numbers as text.

use std::fmt::Write;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, TimestampMicrosecondArray},
        compute::cast,
        datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType},
    },
    common::Result,
};

use super::{Texts, digits};

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
    if !begins_number(first) {
        return None;
    }
    if let Some(number) = parse_short(bytes) {
        return Some(number);
    }
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

/// The number of a text of at most fifteen digits and perhaps a sign and a point. Digits and the power of ten are then exact
/// doubles, so their quotient is the double nearest to the number.
fn parse_short(bytes: &[u8]) -> Option<f64> {
    const MOST_DIGITS: usize = 15;
    const POWERS: [f64; MOST_DIGITS + 1] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    let (is_negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        _ => (false, bytes),
    };
    // A point more than the digits.
    if digits.len() > MOST_DIGITS + 1 {
        return None;
    }
    let mut whole = 0_u64;
    let mut point = None;
    for (place, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            whole = whole * 10 + u64::from(digit);
        } else if *byte == b'.' && point.is_none() {
            point = Some(place);
        } else {
            return None;
        }
    }
    let (count, decimals) = match point {
        Some(point) => (digits.len() - 1, digits.len() - 1 - point),
        None => (digits.len(), 0),
    };
    if !(1..=MOST_DIGITS).contains(&count) {
        return None;
    }
    let number = whole as f64 / POWERS.get(decimals)?;
    Some(if is_negative { -number } else { number })
}

/// Whether a text that begins with this byte can read as a number.
pub(crate) fn begins_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'N' | b'I')
}

/// A number as SPL prints it: the shortest text that reads back, whole numbers without a point.
pub fn format_number(value: f64) -> String {
    let mut text = String::new();
    push_number(value, &mut text);
    text
}

/// Appends a number as SPL prints it.
pub(crate) fn push_number(value: f64, out: &mut String) {
    if value.fract() == 0.0 && value.abs() <= 2_f64.powi(53) {
        push_integer(value as i64, out);
    } else if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else if (1e-5..1e16).contains(&value.abs()) {
        push_fraction(value, out);
    } else {
        // Writing to a text cannot fail.
        let _ = if (1e-5..1e21).contains(&value.abs()) { write!(out, "{value}") } else { write!(out, "{value:e}") };
    }
}

/// Appends a whole number.
pub(crate) fn push_integer(value: i64, out: &mut String) {
    let mut digits = [0_u8; 20];
    let Some(digits) = digits.get_mut(..digits::length(value)) else { return };
    digits::write(value, digits);
    out.push_str(std::str::from_utf8(digits).unwrap_or_default());
}

/// The shortest digits come from the writer of JSON, several times as fast as Rust's own; in this range it writes no exponent.
fn push_fraction(value: f64, out: &mut String) {
    let mut buffer = [0_u8; 40];
    let mut rest = buffer.as_mut_slice();
    let is_written = serde_json::to_writer(&mut rest, &value).is_ok();
    let left = rest.len();
    match buffer.get(..buffer.len() - left).filter(|_| is_written).map(std::str::from_utf8) {
        Some(Ok(text)) => out.push_str(text),
        _ => out.push_str(&value.to_string()),
    }
}
