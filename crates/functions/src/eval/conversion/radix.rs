//! Numbers in other bases: `tonumber("0A4", 16)` is 164.

use crate::value::parse_number;

/// The number that a text is in a base from 2 to 36. A sign is allowed, and `0x` in base 16, as logs write it.
pub(super) fn parse(text: &str, base: f64) -> Option<f64> {
    if base == 10.0 {
        return parse_number(text).filter(|number| number.is_finite());
    }
    let radix = (base.fract() == 0.0 && (2.0..=36.0).contains(&base)).then_some(base as u32)?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = if radix == 16 {
        digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")).unwrap_or(digits)
    } else {
        digits
    };
    if digits.is_empty() {
        return None;
    }
    let number = digits.chars().try_fold(0.0, |so_far, c| Some(so_far * base + f64::from(c.to_digit(radix)?)))?;
    number.is_finite().then_some(sign * number)
}
