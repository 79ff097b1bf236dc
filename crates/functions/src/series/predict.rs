//! Predictions of one series. `predict count algorithm=LLP5 future_timespan=24`
//!
//! `LL` has a level, `LLT` a level and a slope, `LLP` a level for each place of a period, and `LLP5` is the mean of `LLT` and
//! `LLP`, each weighted by how small its errors are. Bins that are seen get the prediction from those before them, later ones
//! that from all.

use super::{
    local::{Filter, Forecast, fit},
    season::period,
};

/// The models of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// A level.
    Level,
    /// A level and a slope.
    Trend,
    /// A level for each place of a period.
    Periodic,
    /// The mean of `Trend` and `Periodic`.
    Both,
}

/// A predicted number and its variance; none before the model knows anything.
pub type Prediction = Option<(f64, f64)>;

/// Predictions for all numbers and `future` bins after them. Where no period is written the numbers tell it.
pub fn predict(
    numbers: &[Option<f64>],
    future: usize,
    algorithm: Algorithm,
    written: Option<usize>,
) -> Vec<Prediction> {
    let phases = || written.or_else(|| period(numbers)).unwrap_or(1).max(1);
    match algorithm {
        Algorithm::Level => run(numbers, future, 1, false),
        Algorithm::Trend => run(numbers, future, 1, true),
        Algorithm::Periodic => run(numbers, future, phases(), false),
        Algorithm::Both => {
            let trend = run(numbers, future, 1, true);
            let phases = phases();
            if phases == 1 {
                return trend;
            }
            let periodic = run(numbers, future, phases, false);
            let weights = (1.0 / error(numbers, &trend), 1.0 / error(numbers, &periodic));
            let share = weights.0 / (weights.0 + weights.1);
            let share = if share.is_nan() { 0.5 } else { share };
            trend.into_iter().zip(periodic).map(|pair| mixed(pair, share)).collect()
        }
    }
}

/// The mean of two predictions; of one that is there, that one. Their errors are taken as fully correlated.
fn mixed(pair: (Prediction, Prediction), share: f64) -> Prediction {
    match pair {
        (Some((a, a_variance)), Some((b, b_variance))) => {
            let deviation = share * a_variance.sqrt() + (1.0 - share) * b_variance.sqrt();
            Some((share * a + (1.0 - share) * b, deviation * deviation))
        }
        (one, other) => one.or(other),
    }
}

/// The mean square of the errors.
fn error(numbers: &[Option<f64>], predictions: &[Prediction]) -> f64 {
    let errors = numbers.iter().zip(predictions).filter_map(|(number, found)| Some((*number)? - (*found)?.0));
    let (sum, count) = errors.fold((0.0, 0.0), |(sum, count), error| (sum + error * error, count + 1.0));
    if count > 0.0 { sum / count } else { f64::INFINITY }
}

fn run(numbers: &[Option<f64>], future: usize, phases: usize, has_slope: bool) -> Vec<Prediction> {
    let (shape, noise) = fit(numbers, phases, has_slope);
    let mut filters = vec![Filter::new(shape); phases];
    let ahead = numbers.iter().copied().chain(std::iter::repeat_n(None, future));
    let mut predictions = Vec::with_capacity(numbers.len().saturating_add(future));
    for (place, number) in ahead.enumerate() {
        let Some(filter) = filters.get_mut(place % phases) else { continue };
        predictions.push(filter.forecast().map(|(value, variance): Forecast| (value, variance * noise)));
        filter.advance(number);
    }
    predictions
}

/// How many deviations around the mean hold so many percent of a normal distribution: 95 gives 1.96.
///
/// Acklam's rational approximation of the inverse of the distribution, 2003; its relative error is below 1.2e-9.
pub fn quantile(percent: f64) -> f64 {
    let probability = (1.0 + percent.clamp(0.0, 99.999_999) / 100.0) / 2.0;
    let polynomial = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, factor| sum * x + factor);
    if probability > 0.97575 {
        let x = (-2.0 * (1.0 - probability).ln()).sqrt();
        let top = [
            -7.784_894_002_430_293e-3,
            -0.322_396_458_041_136_5,
            -2.400_758_277_161_838,
            -2.549_732_539_343_734,
            4.374_664_141_464_968,
            2.938_163_982_698_783,
        ];
        let bottom =
            [7.784_695_709_041_462e-3, 0.322_467_129_070_039_8, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
        return -polynomial(&top, x) / polynomial(&bottom, x);
    }
    let x = probability - 0.5;
    let top = [
        -39.696_830_286_653_76,
        220.946_098_424_520_5,
        -275.928_510_446_968_7,
        138.357_751_867_269,
        -30.664_798_066_147_16,
        2.506_628_277_459_239,
    ];
    let bottom = [
        -54.476_098_798_224_06,
        161.585_836_858_040_9,
        -155.698_979_859_886_6,
        66.801_311_887_719_72,
        -13.280_681_552_885_72,
        1.0,
    ];
    x * polynomial(&top, x * x) / polynomial(&bottom, x * x)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Algorithm, Prediction, predict, quantile};

    fn close(found: Prediction, expected: f64, error: f64) {
        assert!((found.unwrap().0 - expected).abs() < error, "{found:?} is not {expected}");
    }

    #[test]
    fn a_constant_stays() {
        let found = predict(&[Some(5.0); 20], 3, Algorithm::Level, None);
        assert_eq!(found.len(), 23);
        assert_eq!(found[0], None);
        close(found[22], 5.0, 1e-3);
    }

    #[test]
    fn a_line_goes_on() {
        let numbers: Vec<Option<f64>> = (0..30).map(|n| Some(f64::from(n) * 2.0)).collect();
        let found = predict(&numbers, 5, Algorithm::Trend, None);
        close(found[29], 58.0, 1e-2);
        close(found[34], 68.0, 1e-1);
        // What is further away is less certain.
        assert!(found[34].unwrap().1 >= found[30].unwrap().1);
    }

    #[test]
    fn a_season_repeats() {
        let numbers: Vec<Option<f64>> = (0..40).map(|n| Some([1.0, 9.0, 4.0, 2.0][n % 4])).collect();
        for written in [Some(4), None] {
            let found = predict(&numbers, 4, Algorithm::Periodic, written);
            close(found[41], 9.0, 1e-3);
            close(found[43], 2.0, 1e-3);
        }
    }

    #[test]
    fn gaps_and_nothing() {
        let found = predict(&[Some(5.0), None, Some(5.0), None], 1, Algorithm::Both, None);
        assert_eq!(found.len(), 5);
        assert_eq!(predict(&[], 2, Algorithm::Both, None), [None, None]);
        assert_eq!(predict(&[None, None], 1, Algorithm::Level, None), [None, None, None]);
    }

    #[test]
    fn quantiles() {
        for (percent, expected) in [(95.0, 1.959_964), (50.0, 0.674_490), (99.0, 2.575_829), (0.0, 0.0)] {
            assert!((quantile(percent) - expected).abs() < 1e-5, "{percent}");
        }
    }
}
