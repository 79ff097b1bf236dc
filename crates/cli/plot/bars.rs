//! Bars from left to right, with labels before and values behind them.
//!
//! ```text
//! host                        count
//! web-1  ██████████████████▌  1,234
//! mail   ███▏                   201
//! ```
//!
//! Several series stand below each other, or in one bar where there would be too many lines. Bars of negative values go to the left.

use super::{
    Size,
    chart::{Chart, Series, X},
    ink::{self, Ink, Strip, fitted, padded, wide},
    scale::value_text,
};

/// Bars that are looked through, however low the terminal.
const MOST_LINES: usize = 40;
/// Parts of a character, from an eighth up.
pub(crate) const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Draws the chart.
pub(super) fn draw(chart: &Chart, size: Size, colour: bool) -> String {
    let X::Labels(labels) = &chart.x else { return String::new() };
    let most = size.height.max(MOST_LINES);
    let is_one_bar = chart.series.len() > 1
        && labels.len() * chart.series.len() > most
        && chart.series.iter().flat_map(|series| &series.values).flatten().all(|value| *value >= 0.0);
    let shown = labels.get(..labels.len().min(most)).unwrap_or_default();
    let bars: Vec<Bar> = (0..shown.len()).flat_map(|row| row_bars(chart, row, is_one_bar)).collect();
    let layout = Layout::new(chart, shown, &bars, size.width);
    let mut text = String::new();
    if chart.series.len() > 1 {
        text.push_str(&ink::legend(&chart.series, size.width, 3, colour, ink::shade).concat());
    } else {
        text.push_str(&layout.head(chart, colour));
    }
    for bar in &bars {
        text.push_str(&layout.line(chart, shown, bar, colour));
    }
    let mut notes = chart.notes.clone();
    if shown.len() < labels.len() {
        notes.push(format!("+{} more rows", labels.len() - shown.len()));
    }
    if !notes.is_empty() {
        let mut strip = Strip::new(colour);
        strip.push(Ink::DIM, &notes.join("; "));
        text.push_str(&strip.finish());
    }
    text
}

/// One line: parts of series that follow each other.
struct Bar {
    row: usize,
    is_first: bool,
    parts: Vec<(usize, f64)>,
    value: String,
}

fn row_bars(chart: &Chart, row: usize, is_one_bar: bool) -> Vec<Bar> {
    let value = |series: &Series| series.values.get(row).copied().flatten();
    if is_one_bar {
        let parts: Vec<_> =
            chart.series.iter().enumerate().filter_map(|(place, one)| Some((place, value(one)?))).collect();
        let sum: f64 = parts.iter().map(|(_, value)| value).sum();
        return vec![Bar { row, is_first: true, parts, value: value_text(sum) }];
    }
    let percent = chart.percent.get(row).copied().flatten();
    let percent = percent.map(|percent| format!("  {percent:4.1} %")).unwrap_or_default();
    let bar = |(place, series): (usize, &Series)| match value(series) {
        Some(value) => {
            let text = value_text(value) + &percent;
            Bar { row, is_first: place == 0, parts: vec![(place, value)], value: text }
        }
        None => Bar { row, is_first: place == 0, parts: Vec::new(), value: String::new() },
    };
    chart.series.iter().enumerate().map(bar).collect()
}

/// The widths of the parts of a line.
struct Layout {
    label: usize,
    bar: usize,
    value: usize,
    /// Values from the first to the last character of the bars; 0 lies in between.
    low: f64,
    high: f64,
}

impl Layout {
    fn new(chart: &Chart, labels: &[String], bars: &[Bar], width: usize) -> Self {
        let head = if chart.series.len() > 1 { 0 } else { wide(&chart.x_name) };
        let label = labels.iter().map(|label| wide(label)).fold(head, usize::max).clamp(1, (width * 2 / 5).max(8));
        let value = bars.iter().map(|bar| wide(&bar.value)).max().unwrap_or(0);
        let bar = width.saturating_sub(label + value + 4).max(8);
        let sums = || bars.iter().map(|bar| bar.parts.iter().map(|(_, value)| value).sum::<f64>());
        Self { label, bar, value, low: sums().fold(0.0, f64::min), high: sums().fold(0.0, f64::max) }
    }

    fn head(&self, chart: &Chart, colour: bool) -> String {
        let mut strip = Strip::new(colour);
        let name = padded(&fitted(&chart.x_name, self.label), self.label, false);
        let room = self.bar + 2 + self.value;
        strip.push(Ink::DIM, &format!("{name}  {}", padded(&fitted(&chart.y_name, room), room, true)));
        strip.finish()
    }

    fn line(&self, chart: &Chart, labels: &[String], bar: &Bar, colour: bool) -> String {
        let mut strip = Strip::new(colour);
        let label = labels.get(bar.row).filter(|_| bar.is_first).map(|label| fitted(label, self.label));
        strip.push(Ink::PLAIN, &padded(&label.unwrap_or_default(), self.label, false));
        strip.push(Ink::PLAIN, "  ");
        for (c, ink) in self.characters(chart, bar, colour) {
            strip.push_char(if colour { ink } else { Ink::PLAIN }, c);
        }
        strip.push(Ink::PLAIN, "  ");
        strip.push(Ink::PLAIN, &padded(&bar.value, self.value, true));
        strip.finish()
    }

    /// The characters of the bar, each in its colour.
    fn characters(&self, chart: &Chart, bar: &Bar, colour: bool) -> Vec<(char, Ink)> {
        let range = (self.high / 2.0 - self.low / 2.0) * 2.0;
        let eighth = |value: f64| {
            if range > 0.0 { ((value / range - self.low / range) * (self.bar * 8) as f64).round() as usize } else { 0 }
        };
        // 0 lies between two characters, so that bars of both directions begin in full.
        let zero = (eighth(0.0) / 8 * 8).clamp(if self.low < 0.0 { 8 } else { 0 }, self.bar * 8);
        let mut line = vec![(' ', Ink::PLAIN); self.bar];
        let mut from = zero;
        let mut sum = 0.0;
        for (place, value) in &bar.parts {
            sum += value;
            let ink = chart.series.get(*place).map_or(Ink::PLAIN, |series| Ink::of(series.tone));
            let full = if colour { '█' } else { ink::shade(*place) };
            // Little is not nothing.
            let to = match value {
                value if *value > 0.0 => eighth(sum).max(from + 1).min(self.bar * 8),
                value if *value < 0.0 => eighth(sum).min(from.saturating_sub(1)),
                _ => from,
            };
            for (at, cell) in line.iter_mut().enumerate() {
                let (start, end) = (at * 8, at * 8 + 8);
                let (left, right) = (from.min(to).max(start), from.max(to).min(end));
                if left >= right {
                    continue;
                }
                let before = *cell;
                *cell = match (left - start, right - start) {
                    (0, 8) => (full, ink),
                    (0, count) => (EIGHTHS.get(count).copied().unwrap_or('█'), ink),
                    // What was there fills the left part, this one the rest.
                    (_, 8) if colour && before.1 != Ink::PLAIN => (before.0, Ink { back: ink.fore, ..before.1 }),
                    (count, 8) if colour => {
                        (EIGHTHS.get(count).copied().unwrap_or(' '), Ink { is_reversed: true, ..ink })
                    }
                    (count, 8) if before.1 == Ink::PLAIN && count <= 4 => ('▐', ink),
                    _ => before,
                };
            }
            from = to;
        }
        line
    }
}
