//! The formats of `tostring`: `tostring(93784, "duration")` is `1+02:03:04`.

use std::fmt::Write;

use datafusion::{
    arrow::array::{Array, ArrayRef, Int64Array},
    common::Result,
};

use super::super::{kernel::TextColumn, math::round};
use crate::value::format_number;

/// A way to write a number.
#[derive(Clone, Copy)]
pub(super) enum Format {
    /// `0xF`
    Hex,
    /// `1001`
    Binary,
    /// `12,345.68`
    Commas,
    /// `1+02:03:04`
    Duration,
}

const SECONDS_PER_DAY: u64 = 86_400;

impl Format {
    /// The format of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "hex" => Self::Hex,
            "binary" => Self::Binary,
            "commas" => Self::Commas,
            "duration" => Self::Duration,
            _ => return None,
        })
    }

    /// Writes a number; false if it has no such form.
    pub(super) fn write(self, number: f64, out: &mut String) -> bool {
        match self {
            Self::Hex => number.fract() == 0.0 && number.abs() < 2f64.powi(63) && hex(number as i64, out),
            Self::Binary => binary(number, out),
            Self::Commas => commas(number, out),
            Self::Duration => duration(number, out),
        }
    }
}

/// A negative number is written as its 64 bits.
pub(super) fn hex(number: i64, out: &mut String) -> bool {
    out.push_str("0x");
    push_digits(number as u64, 4, out);
    true
}

/// A column of whole numbers in hexadecimal.
pub(super) fn hex_column(numbers: &Int64Array) -> Result<ArrayRef> {
    const PREFIX: &[u8; 2] = b"0x";
    let mut texts = TextColumn::new(numbers.len(), numbers.len().saturating_mul(PREFIX.len() + 16));
    for number in numbers.values() {
        let number = *number as u64;
        let count = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
        // The digits that count come first.
        let aligned = number << (64 - 4 * count);
        texts.push_block(PREFIX, PREFIX.len());
        texts.push_block(&hex_digits((aligned >> 32) as u32), count.min(8) as usize);
        texts.push_block(&hex_digits(aligned as u32), count.saturating_sub(8) as usize);
        texts.end_row();
    }
    texts.finish(numbers.nulls().cloned())
}

/// The eight digits of a number: each of four bits in its own byte, and all bytes made digits or letters at once.
fn hex_digits(number: u32) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let pairs = u64::from(number);
    let pairs = (pairs | pairs << 16) & 0x0000_FFFF_0000_FFFF;
    let pairs = (pairs | pairs << 8) & 0x00FF_00FF_00FF_00FF;
    let digits = (pairs | pairs << 4) & (ONES * 0x0F);
    // Six more carry what is above nine into the next four bits.
    let is_letter = (digits + ONES * 6) >> 4 & ONES;
    (digits + ONES * u64::from(b'0') + is_letter * u64::from(b'A' - b'0' - 10)).to_be_bytes()
}

fn binary(number: f64, out: &mut String) -> bool {
    let whole = number.fract() == 0.0 && (0.0..2f64.powi(53)).contains(&number);
    if whole {
        push_digits(number as u64, 1, out);
    }
    whole
}

/// Digits of so many bits each, without zeros in front.
fn push_digits(number: u64, bits: u32, out: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let count = (u64::BITS - number.leading_zeros()).div_ceil(bits).max(1);
    let mask = (1_u64 << bits) - 1;
    out.extend((0..count).rev().map(|place| char::from(DIGITS[(number >> (place * bits) & mask) as usize])));
}

/// Two decimals if there are any. Adding 0 takes the sign from a negative 0.
fn commas(number: f64, out: &mut String) -> bool {
    if !number.is_finite() {
        out.push_str(&format_number(number));
        return true;
    }
    let shown = if number.fract() == 0.0 { format!("{number:.0}") } else { format!("{:.2}", round(number, 2) + 0.0) };
    let (sign, digits) = match shown.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", shown.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    out.push_str(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    true
}

/// Days before a plus sign if there are any, microseconds behind a point if there are any.
fn duration(number: f64, out: &mut String) -> bool {
    if !number.is_finite() {
        return false;
    }
    let micros = (number.abs() * 1e6).round() as u64;
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (days, second) = (seconds / SECONDS_PER_DAY, seconds % SECONDS_PER_DAY);
    if number < 0.0 && (seconds, micros) != (0, 0) {
        out.push('-');
    }
    if days > 0 {
        let _ = write!(out, "{days}+");
    }
    let _ = write!(out, "{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    if micros > 0 {
        let _ = write!(out, ".{micros:06}");
    }
    true
}
