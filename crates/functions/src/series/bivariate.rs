//! Two series whose levels move together. `predict cpu algorithm=LLB correlate=load`, `predict cpu load algorithm=BiLL`
//!
//! Each series has a level of its own; steps and noise of the two are correlated as much as the errors that they have alone
//! (a bivariate local level model, Harvey 1989, ch. 8).

use super::{
    local::fit_level,
    predict::{Algorithm, Prediction, predict},
};

/// A symmetric matrix of two rows: first variance, covariance, second variance.
type Pair = (f64, f64, f64);

/// Predictions of both series, each from all numbers before, and for `future` bins after them.
pub fn bivariate(first: &[Option<f64>], second: &[Option<f64>], future: usize) -> (Vec<Prediction>, Vec<Prediction>) {
    let mut model = Model::new(first, second);
    let rows = first.len().max(second.len()).saturating_add(future);
    let mut found = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    for row in 0..rows {
        let (a, b) = (first.get(row).copied().flatten(), second.get(row).copied().flatten());
        let all = model.spread();
        found.0.push(model.seen.0.then_some((model.level.0, all.0)));
        found.1.push(model.seen.1.then_some((model.level.1, all.2)));
        model.advance(a, b);
    }
    found
}

/// Predictions of the first series from all numbers before and the second one's number of the same bin.
pub fn given(first: &[Option<f64>], second: &[Option<f64>], future: usize) -> Vec<Prediction> {
    let mut model = Model::new(first, second);
    let rows = first.len().saturating_add(future);
    let mut found = Vec::with_capacity(rows);
    for row in 0..rows {
        let (a, b) = (first.get(row).copied().flatten(), second.get(row).copied().flatten());
        let all = model.spread();
        let own = match b {
            Some(b) if model.seen.1 && all.2 > 0.0 => {
                (model.level.0 + all.1 / all.2 * (b - model.level.1), all.0 - all.1 * all.1 / all.2)
            }
            _ => (model.level.0, all.0),
        };
        found.push(model.seen.0.then_some(own));
        model.advance(a, b);
    }
    found
}

struct Model {
    steps: Pair,
    noise: Pair,
    level: (f64, f64),
    variance: Pair,
    seen: (bool, bool),
}

impl Model {
    fn new(first: &[Option<f64>], second: &[Option<f64>]) -> Self {
        let (a, b) = (fit_level(first), fit_level(second));
        let correlation = correlation(&errors(first), &errors(second));
        let pair = |a: f64, b: f64| (a, correlation * (a * b).sqrt(), b);
        Self {
            steps: pair(a.0, b.0),
            noise: pair(a.1, b.1),
            level: (0.0, 0.0),
            variance: (0.0, 0.0, 0.0),
            seen: (false, false),
        }
    }

    /// How far the next numbers are from their levels.
    fn spread(&self) -> Pair {
        let (v, n) = (self.variance, self.noise);
        (v.0 + n.0, v.1 + n.1, v.2 + n.2)
    }

    fn advance(&mut self, first: Option<f64>, second: Option<f64>) {
        // The first number of a series is its level: nothing was known before.
        let first = match first {
            Some(number) if !self.seen.0 => {
                self.level.0 = number;
                self.variance.0 = self.noise.0;
                self.seen.0 = true;
                None
            }
            other => other,
        };
        let second = match second {
            Some(number) if !self.seen.1 => {
                self.level.1 = number;
                self.variance.2 = self.noise.2;
                self.seen.1 = true;
                None
            }
            other => other,
        };
        let (a, b, c) = self.variance;
        let all = self.spread();
        let errors = (first.map(|number| number - self.level.0), second.map(|number| number - self.level.1));
        match errors {
            (Some(x), Some(y)) => {
                let determinant = all.0 * all.2 - all.1 * all.1;
                if determinant > f64::MIN_POSITIVE {
                    let inverse = (all.2 / determinant, -all.1 / determinant, all.0 / determinant);
                    let gain = (
                        (a * inverse.0 + b * inverse.1, a * inverse.1 + b * inverse.2),
                        (b * inverse.0 + c * inverse.1, b * inverse.1 + c * inverse.2),
                    );
                    self.level.0 += gain.0.0 * x + gain.0.1 * y;
                    self.level.1 += gain.1.0 * x + gain.1.1 * y;
                    self.variance = (
                        a - gain.0.0 * a - gain.0.1 * b,
                        b - gain.0.0 * b - gain.0.1 * c,
                        c - gain.1.0 * b - gain.1.1 * c,
                    );
                } else {
                    self.level = (self.level.0 + x, self.level.1 + y);
                }
            }
            (Some(x), None) if all.0 > 0.0 => {
                self.level.0 += a / all.0 * x;
                self.level.1 += b / all.0 * x;
                self.variance = (a - a * a / all.0, b - a * b / all.0, c - b * b / all.0);
            }
            (None, Some(y)) if all.2 > 0.0 => {
                self.level.0 += b / all.2 * y;
                self.level.1 += c / all.2 * y;
                self.variance = (a - b * b / all.2, b - b * c / all.2, c - c * c / all.2);
            }
            _ => {}
        }
        let v = self.variance;
        self.variance = (v.0 + self.steps.0, v.1 + self.steps.1, v.2 + self.steps.2);
    }
}

/// What a series is off its own predictions.
fn errors(numbers: &[Option<f64>]) -> Vec<Option<f64>> {
    let found = predict(numbers, 0, Algorithm::Level, None);
    numbers.iter().zip(found).map(|(number, found)| Some((*number)? - found?.0)).collect()
}

/// Pearson's correlation of the bins that both have; a bit less than 1 where they agree, so that nothing is certain.
fn correlation(first: &[Option<f64>], second: &[Option<f64>]) -> f64 {
    let pairs: Vec<(f64, f64)> = first.iter().zip(second).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    let count = pairs.len().max(1) as f64;
    let mean = pairs.iter().fold((0.0, 0.0), |sum, pair| (sum.0 + pair.0 / count, sum.1 + pair.1 / count));
    let sums = pairs.iter().fold((0.0, 0.0, 0.0), |sum, pair| {
        let (a, b) = (pair.0 - mean.0, pair.1 - mean.1);
        (sum.0 + a * a, sum.1 + a * b, sum.2 + b * b)
    });
    let found = sums.1 / (sums.0 * sums.2).sqrt();
    if found.is_finite() { found.clamp(-0.999, 0.999) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{bivariate, given};

    fn walk() -> Vec<f64> {
        (0..40).map(|n| f64::from(n * 7919 % 13) + f64::from(n)).collect()
    }

    #[test]
    fn the_other_series_tells() {
        let other: Vec<Option<f64>> = walk().into_iter().map(Some).collect();
        let mut own: Vec<Option<f64>> = walk().into_iter().map(|number| Some(2.0 * number)).collect();
        let expected = own[39].take().unwrap();
        let found = given(&own, &other, 0)[39].unwrap().0;
        let alone = bivariate(&own, &other, 0).0[39].unwrap().0;
        assert!((found - expected).abs() < (alone - expected).abs() / 2.0, "{found} {alone} {expected}");
    }

    #[test]
    fn both_go_on() {
        let numbers = [Some(4.0); 10];
        let found = bivariate(&numbers, &numbers, 2);
        assert_eq!((found.0.len(), found.1.len()), (12, 12));
        assert!((found.1[11].unwrap().0 - 4.0).abs() < 1e-6);
    }
}
