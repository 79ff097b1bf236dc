//! Upright bars in eighths of a line: timelines, histograms, stacked columns.
//!
//! ```text
//! █ events
//!     40 ┤   ▄█
//!     20 ┤▂▄▆██▃
//!      0 ┤██████▁
//! ```
//!
//! Positive values stand on the line of 0, negative ones hang from it. Without colours each series has a filling of its own.

use super::{
    Kind, Size,
    chart::{Chart, Line, X},
    frame::{Frame, XTick},
    ink::{self, Ink, Strip, fitted},
    scale::Scale,
};

/// A column of a label is a column, not a wall.
const WIDEST: usize = 14;
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Draws the chart.
pub(super) fn draw(chart: &Chart, size: Size, colour: bool) -> String {
    let mut chart = chart.clone();
    let room = Frame::new(&chart, size, colour, ink::shade).width;
    make_fit(&mut chart, room);
    let mut frame = Frame::new(&chart, size, colour, ink::shade);
    settle_zero(&mut frame.scale, frame.height);
    let count = chart.x.len().max(1);
    let widest = if matches!(chart.x, X::Labels(_)) { WIDEST } else { frame.width };
    let pitch = (frame.width / count).clamp(1, widest);
    frame.used = pitch * count;
    let gap = usize::from(chart.kind == Kind::Column && pitch > 2);
    let stacks: Vec<Vec<Option<usize>>> =
        (0..count).map(|place| stack(&chart, place, &frame.scale, frame.height * 8)).collect();
    let ticks = ticks(&chart, &frame, pitch);
    frame.draw(&ticks, |row, strip| {
        let from = (frame.height - 1 - row) * 8;
        for stack in &stacks {
            let eighths = stack.get(from..from + 8).unwrap_or_default();
            let (c, ink) = character(&chart, eighths, colour);
            strip_repeat(strip, ink, c, pitch - gap);
            strip_repeat(strip, Ink::PLAIN, ' ', gap);
        }
    })
}

fn strip_repeat(strip: &mut Strip, ink: Ink, c: char, times: usize) {
    for _ in 0..times {
        strip.push_char(if c == ' ' { Ink::PLAIN } else { ink }, c);
    }
}

/// Where there are more columns than characters, the greatest of some neighbours stands for all; labels are left out instead.
fn make_fit(chart: &mut Chart, room: usize) {
    let count = chart.x.len();
    match &mut chart.x {
        X::Labels(labels) => {
            let most = (room / 3).max(1);
            if labels.len() > most {
                chart.notes.push(format!("+{} more rows", labels.len() - most));
                labels.truncate(most);
                chart.series.iter_mut().for_each(|series| series.values.truncate(most));
            }
        }
        X::Bins(_) | X::Points(_) if count <= room => {}
        X::Bins(line) | X::Points(line) => {
            let chunk = count.div_ceil(room);
            let last = line.at.last().copied();
            line.at = line.at.iter().copied().take(count).step_by(chunk).chain(last).collect();
            for series in &mut chart.series {
                let greatest = |values: &[Option<f64>]| values.iter().flatten().copied().reduce(f64::max);
                series.values = series.values.chunks(chunk).map(greatest).collect();
            }
            chart.notes.push(format!("a column is the greatest of {chunk}"));
        }
    }
}

/// Moves an end of the axis so that 0 lies between two lines: half a character cannot hang from it.
fn settle_zero(scale: &mut Scale, height: usize) {
    if scale.low < 0.0 && scale.high > 0.0 {
        let height = height as f64;
        let below = (scale.part(0.0) * height).ceil().clamp(1.0, height - 1.0);
        let above = height - below;
        if -scale.low / below > scale.high / above {
            scale.high = -scale.low / below * above;
        } else {
            scale.low = -scale.high / above * below;
        }
    }
}

/// Whose each eighth of a column is, from the bottom.
fn stack(chart: &Chart, place: usize, scale: &Scale, height: usize) -> Vec<Option<usize>> {
    let mut eighths = vec![None; height];
    let place_of = |value: f64| (scale.part(value) * height as f64).round() as usize;
    let (mut up, mut down) = (0.0, 0.0);
    for (owner, series) in chart.series.iter().enumerate() {
        let value = series.values.get(place).copied().flatten().unwrap_or(0.0);
        let base = if value < 0.0 { &mut down } else { &mut up };
        let (from, to) = (place_of(*base), place_of(*base + value));
        // Little is not nothing.
        let to = if value > 0.0 { to.max(from + 1) } else { to };
        for eighth in from.min(to)..from.max(to) {
            if let Some(there) = eighths.get_mut(eighth) {
                *there = Some(owner);
            }
        }
        *base += value;
    }
    eighths
}

/// The character for eight eighths; the two longest runs are shown where there are more.
fn character(chart: &Chart, eighths: &[Option<usize>], colour: bool) -> (char, Ink) {
    let mut runs: Vec<(Option<usize>, usize)> = Vec::new();
    for owner in eighths {
        match runs.last_mut() {
            Some((last, count)) if last == owner => *count += 1,
            _ => runs.push((*owner, 1)),
        }
    }
    while runs.len() > 2 {
        let shortest = runs.iter().enumerate().min_by_key(|(_, (_, count))| *count).map_or(0, |(place, _)| place);
        let (_, count) = runs.remove(shortest);
        if let Some((_, longer)) = runs.get_mut(shortest.saturating_sub(1)) {
            *longer += count;
        }
    }
    let (lower, lower_count) = runs.first().copied().unwrap_or_default();
    let upper = runs.get(1).and_then(|(owner, _)| *owner);
    let ink = |owner: usize| chart.series.get(owner).map_or(Ink::PLAIN, |series| Ink::of(series.tone));
    let block = EIGHTHS.get(lower_count).copied().unwrap_or('█');
    match (lower, upper) {
        (None, None) => (' ', Ink::PLAIN),
        (Some(lower), Some(upper)) if colour => (block, Ink { back: ink(upper).fore, ..ink(lower) }),
        (None, Some(upper)) if colour => (block, Ink { is_reversed: true, ..ink(upper) }),
        (Some(0), _) if lower_count == 8 || upper.is_none() => (block, ink(0)),
        (Some(lower), None) if colour => (block, ink(lower)),
        // One filling a character, that of the longer part; of what hangs, at least half a line is seen.
        (Some(lower), Some(_)) if lower_count >= 4 => (ink::shade(lower), Ink::PLAIN),
        (Some(lower), None) if lower_count >= 4 => (ink::shade(lower), Ink::PLAIN),
        (_, Some(0)) if lower.is_none() => (if lower_count <= 4 { '▀' } else { ' ' }, Ink::PLAIN),
        (_, Some(upper)) if lower_count < 4 => (ink::shade(upper), Ink::PLAIN),
        (Some(lower), None) if lower_count > 1 => (ink::shade(lower), Ink::PLAIN),
        _ => (' ', Ink::PLAIN),
    }
}

fn ticks(chart: &Chart, frame: &Frame, pitch: usize) -> Vec<XTick> {
    match &chart.x {
        X::Labels(labels) => {
            let tick = |(place, label): (usize, &String)| XTick {
                at: place * pitch + pitch.saturating_sub(1) / 2,
                label: fitted(label, pitch.saturating_sub(1).max(1)),
                below: None,
            };
            labels.iter().enumerate().map(tick).collect()
        }
        X::Bins(line) | X::Points(line) => frame.ticks(line, |at| character_of(line, at, pitch)),
    }
}

/// The character at which a number stands; bins of the calendar are not all of one length.
fn character_of(line: &Line, at: f64, pitch: usize) -> Option<usize> {
    let bin = line.at.partition_point(|edge| *edge <= at).checked_sub(1)?;
    let from = line.at.get(bin)?;
    let part = line.at.get(bin + 1).map_or(0.0, |to| (at - from) / (to - from));
    Some(bin * pitch + (part * pitch as f64) as usize)
}
