//! A number axis: from where to where, which numbers it names, and how numbers are written.
//!
//! `0  500  1,000` up to ten thousand, then `0  20k  40k`.

use crate::quantity::thousands;

/// From where an axis is written in thousands, millions and so on.
const SHORT_FROM: f64 = 10_000.0;
/// Below the greatest value by less than this part, values are shown from their least one on, not from 0.
const FROM_ZERO: f64 = 0.5;

/// A number axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    /// Where it begins.
    pub(crate) low: f64,
    /// Where it ends.
    pub(crate) high: f64,
    /// The numbers it names, rising.
    pub(crate) ticks: Vec<f64>,
    step: f64,
}

impl Scale {
    /// An axis over a range with about `most` numbers. Bars measure from 0, and so does what comes near it.
    pub(crate) fn new((low, high): (f64, f64), most: usize, is_bar: bool, whole: bool) -> Self {
        // Sums may be more than a double holds.
        let (mut low, mut high) = (low.clamp(f64::MIN, f64::MAX), high.clamp(f64::MIN, f64::MAX));
        if is_bar || (low > 0.0 && low <= high * FROM_ZERO) {
            low = low.min(0.0);
        }
        if is_bar || (high < 0.0 && high >= low * FROM_ZERO) {
            high = high.max(0.0);
        }
        if low >= high {
            // One value alone, or none: something has to stand above or around it.
            let around = if whole || low.abs() >= 1.0 { 1.0 } else { low.abs() / 2.0 + f64::from(low == 0.0) };
            (low, high) = if is_bar || low == 0.0 { (low, low + around) } else { (low - around, high + around) };
        }
        let range = high - low;
        if !range.is_finite() {
            return Self { low, high, ticks: vec![low, 0.0, high], step: high };
        }
        let step = nice_step(range / most.max(1) as f64, whole);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let count = (last - first).min(100.0) as usize;
        let ticks: Vec<f64> = (0..=count).map(|tick| (first + tick as f64) * step).collect();
        Self { low: first * step, high: last * step, ticks, step }
    }

    /// How far along the axis a value stands, from 0 to 1.
    pub(crate) fn part(&self, value: f64) -> f64 {
        // By halves, as the whole range may be more than a double holds.
        let range = self.high / 2.0 - self.low / 2.0;
        ((value / 2.0 - self.low / 2.0) / range).clamp(0.0, 1.0)
    }

    /// A named number as it is written.
    pub(crate) fn label(&self, tick: f64) -> String {
        if tick == 0.0 {
            return "0".to_owned();
        }
        let greatest = self.low.abs().max(self.high.abs());
        let (unit, suffix) = unit(greatest);
        let decimals = decimals(self.step / unit);
        if greatest >= 1e18 || (greatest < 1e-6 && greatest > 0.0) {
            return format!("{tick:.1e}");
        }
        grouped(tick / unit, decimals) + suffix
    }
}

fn unit(greatest: f64) -> (f64, &'static str) {
    let units = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let found = units.into_iter().find(|(unit, _)| greatest >= *unit && greatest >= SHORT_FROM);
    found.unwrap_or((1.0, ""))
}

/// Decimals that tell neighbours of this distance apart.
fn decimals(step: f64) -> usize {
    (0..9)
        .find(|places| {
            let scaled = step * 10f64.powi(*places as i32);
            scaled >= 1.0 && (scaled - scaled.round()).abs() < 1e-6 * scaled
        })
        .unwrap_or(9)
}

/// A number with commas between thousands.
fn grouped(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let (digits, fraction) = text.split_once('.').map_or((text.as_str(), None), |(digits, rest)| (digits, Some(rest)));
    let digits = digits.parse().map_or_else(|_| digits.to_owned(), thousands);
    let sign = if number < 0.0 && text.contains(|c: char| c.is_ascii_digit() && c != '0') { "-" } else { "" };
    match fraction {
        Some(fraction) => format!("{sign}{digits}.{fraction}"),
        None => format!("{sign}{digits}"),
    }
}

/// A step of 1, 2 or 5 with zeros, not below `least`; of whole numbers it is whole.
pub(crate) fn nice_step(least: f64, whole: bool) -> f64 {
    let least = if whole { least.max(1.0) } else { least.max(f64::MIN_POSITIVE) };
    let power = 10f64.powf(least.log10().floor());
    let nice = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= least * (1.0 - 1e-9));
    let step = nice.unwrap_or(10.0) * power;
    if step.is_finite() { step } else { f64::MAX / 4.0 }
}

/// A value as it stands beside its bar: exact where it is whole, else three decimals or three digits.
pub(crate) fn value_text(value: f64) -> String {
    let size = value.abs();
    if size >= 1e15 || (size < 1e-4 && size > 0.0) {
        return format!("{value:.3e}");
    }
    if value.fract() == 0.0 {
        return grouped(value, 0);
    }
    let decimals = if size >= 1.0 { 3 } else { 3 + (-size.log10()).floor().max(0.0) as usize };
    let text = grouped(value, decimals);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
