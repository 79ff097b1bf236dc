//! Significant figures: what `sigfig` counts and how it rounds.

use datafusion::{arrow::array::ArrayRef, common::Result};

use crate::eval::kernel::{Arguments, integers, numbers};

/// A double has no more.
const MOST: i64 = 17;

/// `spl_figures`: how many significant figures a text has; null where it is no number.
pub(super) fn figures(args: &Arguments) -> Result<ArrayRef> {
    let column = args.texts(0)?;
    integers(args.rows(), |row| count(&column.get(row)?).map(|(figures, _)| figures))
}

/// `spl_decimals`: how many digits a text has after its point; null where it is no number.
pub(super) fn decimals(args: &Arguments) -> Result<ArrayRef> {
    let column = args.texts(0)?;
    integers(args.rows(), |row| count(&column.get(row)?).map(|(_, decimals)| decimals))
}

/// `spl_whole_digits`: how many digits a number has before its point, fewer than none for 0.01 and below.
pub(super) fn whole_digits(args: &Arguments) -> Result<ArrayRef> {
    let column = args.numbers(0)?;
    integers(args.rows(), |row| column.get(row).map(digits))
}

/// `spl_sigfig`: a number with so many figures, and as it is where their number is null.
pub(super) fn sigfig(args: &Arguments) -> Result<ArrayRef> {
    let (column, figures) = (args.numbers(0)?, args.numbers(1)?);
    numbers(args.rows(), |row| {
        let value = column.get(row)?;
        Some(figures.get(row).map_or(value, |figures| rounded(value, figures as i64)))
    })
}

fn rounded(value: f64, figures: i64) -> f64 {
    if figures < 1 {
        return if figures == 0 { rounded_up(value) } else { 0.0 };
    }
    // Writing it rounds the decimal digits themselves; scaling by a power of ten would add an error of its own.
    format!("{value:.*e}", (figures.min(MOST) - 1) as usize).parse().unwrap_or(value)
}

/// No figure is left: what is half of the first place or more counts as one of it.
fn rounded_up(value: f64) -> f64 {
    let place = 10_f64.powi(digits(value).clamp(-400, 400) as i32);
    if value.abs() * 2.0 >= place { place.copysign(value) } else { 0.0 }
}

fn digits(value: f64) -> i64 {
    if value == 0.0 || !value.is_finite() { 1 } else { value.abs().log10().floor() as i64 + 1 }
}

/// The significant figures of a number's text, and its digits after the point. Zeros in front do not count, zeros behind do.
fn count(text: &str) -> Option<(i64, i64)> {
    crate::value::parse_number(text)?;
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let written = whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit);
    let figures = written.skip_while(|digit| *digit == b'0').count().max(1);
    let exponent: i64 = exponent.parse().ok()?;
    Some((figures as i64, (fraction.len() as i64).saturating_sub(exponent)))
}

#[cfg(test)]
mod tests {
    use super::{count, rounded};

    #[test]
    fn figures_of_a_text() {
        for (text, expected) in [
            ("1.00", Some((3, 2))),
            ("1111", Some((4, 0))),
            ("0.0050", Some((2, 4))),
            ("-12.5", Some((3, 1))),
            ("1.5e3", Some((2, -2))),
            ("0", Some((1, 0))),
            ("x", None),
        ] {
            assert_eq!(count(text), expected, "{text}");
        }
    }

    #[test]
    fn rounding_keeps_figures() {
        for (value, figures, expected) in [
            (1111.0, 3, 1110.0),
            (3.990000000000215, 3, 3.99),
            (0.012345, 2, 0.012),
            (-155.0, 1, -200.0),
            (7.0, 0, 10.0),
            (4.0, 0, 0.0),
            (4.0, -3, 0.0),
            (2.5, 40, 2.5),
        ] {
            assert_eq!(rounded(value, figures), expected, "{value} with {figures}");
        }
    }
}
