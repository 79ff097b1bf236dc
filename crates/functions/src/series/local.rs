//! State-space models with a level, and with a level and a slope: the Kalman filter and the fit of its variances.
//!
//! y(t) = level(t) + noise, level(t+1) = level(t) + slope(t) + step, slope(t+1) = slope(t) + turn. The variances of `step` and
//! `turn`, relative to that of the noise, maximise the concentrated likelihood (Harvey, *Forecasting, Structural Time Series
//! Models and the Kalman Filter*, 1989, ch. 3-4; Durbin and Koopman, 2012, ch. 2). The search is a grid that is refined around
//! its best point: no random start, the same answer every time.

/// A one-step prediction: the value, and its variance.
pub(super) type Forecast = (f64, f64);

/// Where a grid of logarithms of relative variances begins, ends, and how fine it is at first.
const LOWEST: f64 = -12.0;
const HIGHEST: f64 = 6.0;
const STEP: f64 = 3.0;
/// How often the grid is halved around its best point.
const ROUNDS: usize = 8;
/// The variance of a level about which nothing is known, relative to the square of the numbers' size.
const UNKNOWN: f64 = 1e7;

/// Relative variances: of the level's steps and, in a model with a slope, of its turns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    step: f64,
    turn: Option<f64>,
}

/// A filter: what is known of level and slope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filter {
    shape: Shape,
    level: f64,
    slope: f64,
    /// The variances of level and slope and their covariance, relative to the noise.
    variance: (f64, f64, f64),
    seen: usize,
}

impl Filter {
    pub(super) fn new(shape: Shape) -> Self {
        let slope = if shape.turn.is_some() { UNKNOWN } else { 0.0 };
        Self { shape, level: 0.0, slope: 0.0, variance: (UNKNOWN, 0.0, slope), seen: 0 }
    }

    /// The next value, and its variance relative to the noise; none before anything is known.
    pub(super) fn forecast(&self) -> Option<Forecast> {
        let needed = if self.shape.turn.is_some() { 2 } else { 1 };
        (self.seen >= needed).then_some((self.level, self.variance.0 + 1.0))
    }

    /// Takes the number of a bin, and goes on to the next.
    pub(super) fn advance(&mut self, number: Option<f64>) {
        let (mut level, mut slope) = (self.level, self.slope);
        let (mut a, mut b, mut c) = self.variance;
        if let Some(number) = number {
            let all = a + 1.0;
            let error = number - level;
            level += a / all * error;
            slope += b / all * error;
            (a, b, c) = (a - a * a / all, b - a * b / all, c - b * b / all);
            self.seen += 1;
        }
        let turn = self.shape.turn;
        self.level = level + if turn.is_some() { slope } else { 0.0 };
        self.slope = slope;
        self.variance = match turn {
            Some(turn) => (a + 2.0 * b + c + self.shape.step, b + c, c + turn),
            None => (a + self.shape.step, 0.0, 0.0),
        };
    }
}

/// The sum that the fit makes small, and the noise's variance. `phases` series of equal shape are interleaved.
fn judge(numbers: &[Option<f64>], phases: usize, shape: Shape) -> (f64, f64) {
    let mut filters = vec![Filter::new(shape); phases.max(1)];
    let (mut squares, mut logs, mut count) = (0.0, 0.0, 0.0_f64);
    for (place, number) in numbers.iter().enumerate() {
        let Some(filter) = filters.get_mut(place % phases.max(1)) else { continue };
        if let (Some(number), Some((value, variance))) = (number, filter.forecast()) {
            squares += (number - value).powi(2) / variance;
            logs += variance.ln();
            count += 1.0;
        }
        filter.advance(*number);
    }
    let noise = if count > 0.0 { squares / count } else { 0.0 };
    (count * noise.max(f64::MIN_POSITIVE).ln() + logs, noise)
}

/// The shape that fits best, and the variance of its noise.
pub(super) fn fit(numbers: &[Option<f64>], phases: usize, has_slope: bool) -> (Shape, f64) {
    let shape = |step: f64, turn: f64| Shape { step: step.exp(), turn: has_slope.then(|| turn.exp()) };
    let cost = |point: (f64, f64)| judge(numbers, phases, shape(point.0, point.1)).0;
    let points = |from: f64, to: f64, by: f64| {
        let count = ((to - from) / by).round() as usize;
        (0..=count).map(move |n| from + n as f64 * by)
    };
    let mut best = ((LOWEST, LOWEST), f64::INFINITY);
    let mut consider = |point: (f64, f64)| {
        let found = cost(point);
        if found < best.1 {
            best = (point, found);
        }
        best.0
    };
    let mut center = (0.0, 0.0);
    for step in points(LOWEST, HIGHEST, STEP) {
        if has_slope {
            for turn in points(LOWEST, HIGHEST, STEP) {
                center = consider((step, turn));
            }
        } else {
            center = consider((step, 0.0));
        }
    }
    let mut width = STEP / 2.0;
    for _ in 0..ROUNDS {
        let (step, turn) = center;
        for point in [(step - width, turn), (step + width, turn)] {
            center = consider(point);
        }
        if has_slope {
            let (step, turn) = center;
            for point in [(step, turn - width), (step, turn + width)] {
                center = consider(point);
            }
        }
        width /= 2.0;
    }
    let shape = shape(center.0, center.1);
    (shape, judge(numbers, phases, shape).1)
}

/// The variances of the steps of a level and of the noise around it.
pub(super) fn fit_level(numbers: &[Option<f64>]) -> (f64, f64) {
    let (shape, noise) = fit(numbers, 1, false);
    (shape.step * noise, noise)
}
