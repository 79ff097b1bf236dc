//! Rounding to decimal places: `round(2.555, 2)` is 2.56, although the double is a little less than 2.555.

/// From here on neighbouring doubles are at least 1 apart.
const NO_FRACTION: f64 = (1u64 << 52) as f64;

/// The number with so many digits after the point, halves away from zero, judged by the digits that SPL would show.
pub(in crate::eval) fn round(x: f64, digits: usize) -> f64 {
    Rounding::new(digits).round(x)
}

/// Rounding to so many digits, prepared for many numbers.
pub(super) struct Rounding {
    digits: usize,
    /// The power of ten that brings them before the point; none where that is no exact double.
    scale: Option<f64>,
}

impl Rounding {
    /// Rounds to so many digits after the point.
    pub(super) fn new(digits: usize) -> Self {
        Self { digits, scale: (digits <= 15).then(|| 10f64.powi(digits as i32)) }
    }

    /// The number rounded.
    pub(super) fn round(&self, x: f64) -> f64 {
        let magnitude = x.abs();
        if !magnitude.is_finite() || magnitude >= NO_FRACTION {
            return x;
        }
        let rounded = self.quick(magnitude).unwrap_or_else(|| by_text(magnitude, self.digits));
        rounded.copysign(x)
    }

    /// Scaling answers all cases but those near a tie, which the error of the product could decide.
    fn quick(&self, magnitude: f64) -> Option<f64> {
        let scale = self.scale?;
        let scaled = magnitude * scale;
        if scaled >= NO_FRACTION {
            return None;
        }
        let distance_from_tie = (scaled.fract() - 0.5).abs();
        (distance_from_tie > 1e-9 + scaled * f64::EPSILON * 4.0).then(|| scaled.round() / scale)
    }
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
