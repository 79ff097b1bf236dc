//! Counts of values in stretches with natural boundaries: events by time, numbers by size.

use anyhow::{Result, bail};

use super::{
    Kind,
    chart::{Chart, Line, Series, Tone, X},
    scale::nice_step,
    source::Source,
    tick::Step,
};

/// Bins of a histogram that can still be compared.
const MOST_BINS: usize = 40;

/// How many events there are over time.
pub(super) fn timeline(source: &Source, time: usize, most_bins: usize) -> Result<Chart> {
    let times = source.times(time)?;
    let known: Vec<i64> = times.iter().flatten().map(|seconds| micros(*seconds)).collect();
    let (Some(&first), Some(&last)) = (known.iter().min(), known.iter().max()) else {
        bail!("no row has a time");
    };
    let step = Step::of_bins(first, last, most_bins, source.timezone);
    let edges = step.edges(first, last, source.timezone);
    let mut counts = vec![0.0; edges.len().saturating_sub(1)];
    for time in &known {
        let bin = edges.partition_point(|edge| edge <= time).saturating_sub(1);
        if let Some(count) = counts.get_mut(bin) {
            *count += 1.0;
        }
    }
    let mut notes = vec![format!("a column is {step}")];
    if known.len() < times.len() {
        notes.push(format!("{} rows without a time not drawn", times.len() - known.len()));
    }
    let line = Line { at: edges.into_iter().map(|edge| edge as f64 / 1e6).collect(), is_time: true };
    Ok(counted(Kind::Timeline, source, "_time", "events", line, counts, notes))
}

/// How often the values of a column occur.
pub(super) fn histogram(source: &Source, column: usize, numbers: &[Option<f64>], most_bins: usize) -> Chart {
    let known = || numbers.iter().flatten().copied();
    let (low, high) =
        known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| (low.min(number), high.max(number)));
    // As many bins as a bin has values where all are alike, in steps that people count in.
    let wanted = (known().count() as f64).sqrt().ceil() as usize;
    let whole = known().all(|number| number.fract() == 0.0);
    // Values that are all alike have a bin of their own.
    let range = if high > low { high / 2.0 - low / 2.0 } else { 0.5 };
    let mut step = nice_step(2.0 * (range / wanted.clamp(1, MOST_BINS) as f64), whole);
    let first = loop {
        let first = (low / step).floor();
        let count = (high / step).floor() - first + 1.0;
        if count.is_nan() || count <= MOST_BINS.min(most_bins) as f64 {
            break first;
        }
        step *= 2.0;
    };
    let count = ((high / step).floor() - first) as usize + 1;
    let mut counts = vec![0.0; count];
    for number in known() {
        let bin = ((number / step).floor() - first).max(0.0) as usize;
        if let Some(count) = counts.get_mut(bin.min(count - 1)) {
            *count += 1.0;
        }
    }
    let at = (0..=count).map(|edge| (first + edge as f64) * step).collect();
    let missing = numbers.iter().filter(|number| number.is_none()).count();
    let notes = if missing > 0 { vec![format!("{missing} rows without a value not drawn")] } else { Vec::new() };
    let name = source.name(column);
    counted(Kind::Histogram, source, &name, "rows", Line { at, is_time: false }, counts, notes)
}

fn counted(
    kind: Kind,
    source: &Source,
    x_name: &str,
    y_name: &str,
    line: Line,
    counts: Vec<f64>,
    notes: Vec<String>,
) -> Chart {
    let values = counts.into_iter().map(Some).collect();
    Chart {
        kind,
        x_name: x_name.to_owned(),
        x: X::Bins(line),
        y_name: y_name.to_owned(),
        series: vec![Series { name: y_name.to_owned(), tone: Tone::Colour(0), values }],
        percent: Vec::new(),
        notes,
        timezone: source.timezone,
    }
}

/// Where the last of some bins ends that are known by their starts: it is as wide as the one before it.
pub(super) fn end_of_last(starts: &[f64]) -> Option<f64> {
    match starts {
        [.., before, last] if last > before => Some(last + (last - before)),
        [.., last] => Some(last + 1.0),
        [] => None,
    }
}

pub(super) fn micros(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}
