//! What stands around a picture in the terminal: legend, axes with their numbers and times, notes.

use super::{
    Kind, Size,
    chart::{Chart, Line},
    ink::{self, Ink, Strip, fitted, padded, wide},
    scale::Scale,
    tick::time_ticks,
};

/// The least that the y axis and its numbers take.
pub(super) const MARGIN: usize = 8;

/// The frame of a picture.
pub(super) struct Frame<'a> {
    chart: &'a Chart,
    colour: bool,
    legend: Vec<String>,
    left: usize,
    /// The y axis.
    pub(super) scale: Scale,
    /// Characters across, axes apart.
    pub(super) width: usize,
    /// How far the x axis goes.
    pub(super) used: usize,
    /// Lines, axes apart.
    pub(super) height: usize,
}

/// A name at the x axis.
pub(super) struct XTick {
    /// The character under which it stands.
    pub(super) at: usize,
    /// The name.
    pub(super) label: String,
    /// What stands below it.
    pub(super) below: Option<String>,
}

impl<'a> Frame<'a> {
    /// The frame in a room; `sign` marks a series in the legend.
    pub(super) fn new(chart: &'a Chart, size: Size, colour: bool, sign: fn(usize) -> char) -> Self {
        let legend = ink::legend(&chart.series, size.width, 3, colour, sign);
        let around = legend.len() + 3 + usize::from(!chart.notes.is_empty());
        let height = size.height.saturating_sub(around).max(4);
        let is_bar = !matches!(chart.kind, Kind::Line | Kind::Scatter);
        let range = chart.range().unwrap_or((0.0, 0.0));
        let scale = Scale::new(range, (height / 3).max(2), is_bar, chart.is_whole());
        let labels = scale.ticks.iter().map(|tick| wide(&scale.label(*tick)));
        let left = labels.max().unwrap_or(0).max(MARGIN - 2);
        let width = size.width.saturating_sub(left + 2).max(10);
        Self { chart, colour, legend, left, scale, width, used: width, height }
    }

    /// The names at the x axis where numbers or times lie evenly on it; `at` gives a number's character.
    pub(super) fn ticks(&self, line: &Line, at: impl Fn(f64) -> Option<usize>) -> Vec<XTick> {
        let (Some(&first), Some(&last)) = (line.at.first(), line.at.last()) else { return Vec::new() };
        if line.is_time {
            let ticks = time_ticks(first, last, (self.width / 10).max(2), self.chart.timezone).into_iter();
            return ticks
                .filter_map(|tick| Some(XTick { at: at(tick.at)?, label: tick.label, below: tick.below }))
                .collect();
        }
        let whole = line.at.iter().all(|number| number.fract() == 0.0);
        let scale = Scale::new((first, last), (self.width / 10).max(2), false, whole);
        let ticks = scale.ticks.iter().filter(|tick| (first..=last).contains(*tick));
        ticks.filter_map(|tick| Some(XTick { at: at(*tick)?, label: scale.label(*tick), below: None })).collect()
    }

    /// The picture with what is around it; `rows` gives the lines from the top.
    pub(super) fn draw(&self, ticks: &[XTick], mut rows: impl FnMut(usize, &mut Strip)) -> String {
        let mut text = self.legend.concat();
        let labels: Vec<(usize, String)> =
            self.scale.ticks.iter().map(|tick| (self.row(*tick), self.scale.label(*tick))).collect();
        for row in 0..self.height {
            let mut strip = Strip::new(self.colour);
            match labels.iter().find(|(at, _)| *at == row) {
                Some((_, label)) => {
                    strip.push(Ink::PLAIN, &padded(label, self.left, true));
                    strip.push(Ink::DIM, " ┤");
                }
                None => strip.push(Ink::DIM, &padded(" │", self.left + 2, true)),
            }
            rows(row, &mut strip);
            text.push_str(&strip.finish());
        }
        text.push_str(&self.axis(ticks));
        if !self.chart.notes.is_empty() {
            let mut strip = Strip::new(self.colour);
            strip.push(Ink::DIM, &fitted(&self.chart.notes.join("; "), self.left + 2 + self.width));
            text.push_str(&strip.finish());
        }
        text
    }

    /// The line on which a value stands.
    fn row(&self, value: f64) -> usize {
        (((1.0 - self.scale.part(value)) * self.height as f64).round() as usize).min(self.height - 1)
    }

    fn axis(&self, ticks: &[XTick]) -> String {
        let margin = self.left + 1;
        let mut axis: Vec<char> = vec!['─'; self.used];
        let (mut labels, mut below) = (String::new(), String::new());
        for tick in ticks {
            let start = (margin + 1 + tick.at).saturating_sub(wide(&tick.label) / 2);
            let room = margin + 1 + self.width;
            let start = start.min(room.saturating_sub(wide(&tick.label)));
            if start < wide(&labels) + usize::from(!labels.is_empty()) {
                continue;
            }
            if let Some(place) = axis.get_mut(tick.at) {
                *place = '┬';
            }
            labels = padded(&labels, start, false) + &tick.label;
            if let Some(text) = &tick.below {
                let start = start.min(room.saturating_sub(wide(text)));
                if below.is_empty() || start > wide(&below) {
                    below = padded(&below, start, false) + text;
                }
            }
        }
        let mut strip = Strip::new(self.colour);
        strip.push(Ink::DIM, &format!("{}└{}", " ".repeat(margin), axis.into_iter().collect::<String>()));
        let mut text = strip.finish();
        for line in [labels, below] {
            if !line.trim().is_empty() {
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }
}
