//! Rounding to decimal places: `round(2.555, 2)` is 2.56, although the double is a little less than 2.555.

use datafusion::arrow::array::{Array, Float64Array};

/// From here on neighbouring doubles are at least 1 apart.
const NO_FRACTION: f64 = (1u64 << 52) as f64;

/// The number with so many digits after the point, halves away from zero, judged by the digits that SPL would show.
pub(in crate::eval) fn round(x: f64, digits: usize) -> f64 {
    Rounding::new(digits).round(x)
}

/// Rounding to so many digits, prepared for many numbers.
pub(super) struct Rounding {
    digits: usize,
    /// The power of ten that brings them before the point. Where that is no exact double it is infinite, and leaves every
    /// number in doubt.
    scale: f64,
}

impl Rounding {
    /// Rounds to so many digits after the point.
    pub(super) fn new(digits: usize) -> Self {
        Self { digits, scale: if digits <= 15 { 10f64.powi(digits as i32) } else { f64::INFINITY } }
    }

    /// A column rounded. The first loop has no branch; the second one does over what the first left in doubt.
    pub(super) fn round_all(&self, column: &Float64Array) -> Float64Array {
        let numbers = column.values();
        let mut rounded: Vec<f64> = numbers.iter().map(|x| self.scaled(*x)).collect();
        if numbers.iter().fold(false, |any, x| any | self.is_doubtful(*x)) {
            for (rounded, x) in rounded.iter_mut().zip(numbers) {
                if self.is_doubtful(*x) {
                    *rounded = self.round_doubtful(*x);
                }
            }
        }
        Float64Array::new(rounded.into(), column.nulls().cloned())
    }

    /// The number rounded.
    pub(super) fn round(&self, x: f64) -> f64 {
        if self.is_doubtful(x) { self.round_doubtful(x) } else { self.scaled(x) }
    }

    fn scaled(&self, x: f64) -> f64 {
        (nearest_whole(x.abs() * self.scale) / self.scale).copysign(x)
    }

    /// Scaling answers all cases but those near a tie, which the error of the product could decide, and what has too many
    /// digits or is no number.
    fn is_doubtful(&self, x: f64) -> bool {
        let scaled = x.abs() * self.scale;
        let distance_from_tie = 0.5 - (scaled - nearest_whole(scaled)).abs();
        let is_clear = distance_from_tie > 1e-9 + scaled * (f64::EPSILON * 4.0);
        !is_clear
    }

    fn round_doubtful(&self, x: f64) -> f64 {
        let magnitude = x.abs();
        if !magnitude.is_finite() || magnitude >= NO_FRACTION {
            return x;
        }
        by_text(magnitude, self.digits).copysign(x)
    }
}

/// The nearest whole number, for numbers from 0 below [`NO_FRACTION`]: the addition leaves no place for a fraction. Unlike
/// `f64::round`, these are instructions of every processor.
fn nearest_whole(magnitude: f64) -> f64 {
    (magnitude + NO_FRACTION) - NO_FRACTION
}

fn by_text(magnitude: f64, digits: usize) -> f64 {
    // Display gives the shortest digits that read back, never an exponent.
    let shown = magnitude.to_string();
    let Some((whole, fraction)) = shown.split_once('.') else { return magnitude };
    let (Some(kept), Some(next)) = (fraction.get(..digits), fraction.as_bytes().get(digits)) else {
        return magnitude;
    };
    // At most 17 digits are not zeros at the front, so they fit.
    let Ok(kept) = format!("{whole}{kept}").parse::<u128>() else { return magnitude };
    let rounded = kept + u128::from(*next >= b'5');
    format!("{rounded}e-{digits}").parse().unwrap_or(magnitude)
}
