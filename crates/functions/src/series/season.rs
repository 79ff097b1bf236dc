//! Seasons: how long they are, and a series without them. `x11 mult12(sales)`
//!
//! The core of the X-11 method (Shiskin, Young and Musgrave, *The X-11 Variant of the Census Method II*, 1967): a centred
//! average over a period is the first trend; what is left, smoothed over the same place of successive periods, is the season;
//! the trend of the series without it (Henderson's 13 weights) gives a better season, which is then removed. Absent: extreme
//! values are not replaced, and averages at the ends are over what is there.

/// Henderson's symmetric weights for 13 terms, from the middle outward.
const HENDERSON: [f64; 7] = [0.240_06, 0.214_34, 0.147_36, 0.065_49, 0.0, -0.027_86, -0.019_35];

/// The length of the season that repeats most clearly: the largest peak of the autocorrelation of the differences from a line;
/// none where no place of the series repeats.
pub fn period(numbers: &[Option<f64>]) -> Option<usize> {
    const CLEAR: f64 = 0.3;
    const LONGEST: usize = 2_000;
    let residues = off_line(numbers);
    let largest = |values: &[Option<f64>]| values.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    // On a line, what is left is the rounding of doubles.
    if largest(&residues) <= largest(numbers) * 1e-9 {
        return None;
    }
    let most = (residues.len() / 2).min(LONGEST);
    let correlation = |lag: usize| {
        let pairs = residues.iter().zip(residues.iter().skip(lag)).filter_map(|(a, b)| Some(((*a)?, (*b)?)));
        let sums = pairs.fold((0.0, 0.0, 0.0), |sum, (a, b)| (sum.0 + a * b, sum.1 + a * a, sum.2 + b * b));
        let found = sums.0 / (sums.1 * sums.2).sqrt();
        if found.is_finite() { found } else { 0.0 }
    };
    let all: Vec<f64> = (0..=most.saturating_add(1)).map(correlation).collect();
    let mut best: Option<(f64, usize)> = None;
    for (place, window) in all.windows(3).enumerate() {
        let [before, here, after] = window else { continue };
        let lag = place + 1;
        let is_peak = lag >= 2 && lag <= most && here >= before && here >= after && *here > CLEAR;
        // A multiple of a period correlates as much as the period itself.
        if is_peak && best.is_none_or(|(most, _)| *here > most + 1e-2) {
            best = Some((*here, lag));
        }
    }
    best.map(|(_, lag)| lag)
}

/// The differences from the line of least squares.
fn off_line(numbers: &[Option<f64>]) -> Vec<Option<f64>> {
    let known: Vec<(f64, f64)> =
        numbers.iter().enumerate().filter_map(|(place, number)| Some((place as f64, (*number)?))).collect();
    let count = known.len().max(1) as f64;
    let mean = known.iter().fold((0.0, 0.0), |sum, (x, y)| (sum.0 + x / count, sum.1 + y / count));
    let sums = known
        .iter()
        .fold((0.0, 0.0), |sum, (x, y)| (sum.0 + (x - mean.0) * (y - mean.1), sum.1 + (x - mean.0).powi(2)));
    let slope = if sums.1 > 0.0 { sums.0 / sums.1 } else { 0.0 };
    let line = |place: usize| mean.1 + slope * (place as f64 - mean.0);
    numbers.iter().enumerate().map(|(place, number)| number.map(|number| number - line(place))).collect()
}

/// The series without its season; `None` for all where it is shorter than two periods. With `multiply` the season is a factor,
/// which needs numbers above 0, else what is added.
pub fn adjusted(numbers: &[Option<f64>], period: usize, multiply: bool) -> Vec<Option<f64>> {
    if period < 2 || numbers.len() < period.saturating_mul(2) {
        return vec![None; numbers.len()];
    }
    let apart = |number: f64, part: f64| match multiply {
        true => Some(number / part).filter(|quotient| quotient.is_finite()),
        false => Some(number - part),
    };
    let without = |part: &[Option<f64>]| -> Vec<Option<f64>> {
        numbers.iter().zip(part).map(|(number, part)| apart((*number)?, (*part)?)).collect()
    };
    let first = seasons(&without(&centred(numbers, period)), period, &[1.0, 2.0, 3.0, 2.0, 1.0], multiply);
    let trend = henderson(&without(&first));
    let better = seasons(&without(&trend), period, &[1.0, 2.0, 3.0, 3.0, 3.0, 2.0, 1.0], multiply);
    without(&better)
}

/// The average over a period around each place: of an even one the two at the ends count half.
fn centred(numbers: &[Option<f64>], period: usize) -> Vec<Option<f64>> {
    let half = period / 2;
    let mut weights = vec![1.0; half * 2 + 1];
    if period.is_multiple_of(2) {
        for end in [0, half * 2] {
            if let Some(weight) = weights.get_mut(end) {
                *weight = 0.5;
            }
        }
    }
    // Nearer to the ends there is no whole period.
    let mut trend = weighted(numbers, 1, &weights);
    let count = trend.len();
    for (place, value) in trend.iter_mut().enumerate() {
        if place < half || place + half >= count {
            *value = None;
        }
    }
    trend
}

fn henderson(numbers: &[Option<f64>]) -> Vec<Option<f64>> {
    let weights: Vec<f64> = HENDERSON.iter().skip(1).rev().chain(HENDERSON.iter()).copied().collect();
    weighted(numbers, 1, &weights)
}

/// The mean of the numbers around each place, `stride` apart, by symmetric weights; of those that are there.
fn weighted(numbers: &[Option<f64>], stride: usize, weights: &[f64]) -> Vec<Option<f64>> {
    let half = weights.len() / 2;
    let mean = |place: usize| {
        let around = weights.iter().enumerate().filter_map(|(n, weight)| {
            let at = (place + n * stride).checked_sub(half * stride)?;
            Some((weight, (*numbers.get(at)?)?))
        });
        let (sum, total) = around.fold((0.0, 0.0), |sum, (weight, number)| (sum.0 + weight * number, sum.1 + weight));
        (total > 0.0).then(|| sum / total)
    };
    (0..numbers.len()).map(mean).collect()
}

/// The season of each place: smoothed over successive periods, its mean over a period 1 or 0.
fn seasons(parts: &[Option<f64>], period: usize, weights: &[f64], multiply: bool) -> Vec<Option<f64>> {
    let mut smooth = weighted(parts, period, weights);
    // Places whose neighbours are all unknown take what the place has elsewhere.
    for place in 0..smooth.len() {
        if smooth.get(place).copied().flatten().is_none() {
            let same = (place % period..parts.len()).step_by(period).filter_map(|at| parts.get(at).copied().flatten());
            let (sum, count) = same.fold((0.0, 0.0), |(sum, count), part| (sum + part, count + 1.0));
            if let Some(value) = smooth.get_mut(place).filter(|_| count > 0.0) {
                *value = Some(sum / count);
            }
        }
    }
    let last = smooth.len().saturating_sub(period);
    let level = |place: usize| {
        let start = place.saturating_sub(period / 2).min(last);
        let values = smooth.iter().skip(start).take(period).flatten();
        let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    };
    let normal = |(place, value): (usize, &Option<f64>)| {
        let (value, level) = ((*value)?, level(place));
        if multiply { Some(value / level).filter(|value| value.is_finite()) } else { Some(value - level) }
    };
    smooth.iter().enumerate().map(normal).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{adjusted, period};

    #[test]
    fn lengths_of_seasons() {
        let week: Vec<Option<f64>> =
            (0..56).map(|n| Some(f64::from(u8::from(n % 7 == 2)) + f64::from(n) * 0.1)).collect();
        assert_eq!(period(&week), Some(7));
        assert_eq!(period(&[Some(3.0); 30]), None);
        assert_eq!(period(&[]), None);
    }

    #[test]
    fn a_season_goes() {
        let sum: Vec<Option<f64>> = (0..24).map(|n| Some(10.0 + [-3.0, 0.0, 1.0, 2.0][n % 4])).collect();
        for value in adjusted(&sum, 4, false) {
            assert!((value.unwrap() - 10.0).abs() < 1e-9, "{value:?}");
        }
        let product: Vec<Option<f64>> = (0..24).map(|n| Some(10.0 * [0.5, 1.0, 1.5][n % 3])).collect();
        for value in adjusted(&product, 3, true) {
            assert!((value.unwrap() - 10.0).abs() < 1e-9, "{value:?}");
        }
        assert_eq!(adjusted(&[Some(1.0); 7], 4, true), vec![None; 7]);
    }
}
