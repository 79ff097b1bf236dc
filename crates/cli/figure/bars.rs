//! Bars from left to right, with labels before and values behind them.

use super::{
    WIDTH,
    axis::Plane,
    colour::Colour,
    font::{fitted, width},
    scene::{Anchor, EDGE, Scene},
};
use crate::plot::{
    Chart,
    chart::X,
    scale::{Scale, value_text},
};

/// Labels that a page has room for.
const MOST_LABELS: usize = 40;
/// Bars from which on those of one label become one.
const MOST_BARS: usize = 80;
const SIZE: f64 = 13.0;

/// The figure of a chart with labels.
pub(super) fn scene(chart: &Chart, title: &str) -> Scene {
    let labels = match &chart.x {
        X::Labels(labels) => labels.as_slice(),
        _ => &[],
    };
    let shown = labels.get(..labels.len().min(MOST_LABELS)).unwrap_or_default();
    let is_stacked = chart.series.len() > 1
        && shown.len() * chart.series.len() > MOST_BARS
        && chart.series.iter().flat_map(|series| &series.values).flatten().all(|value| *value >= 0.0);
    let rows = rows(chart, shown.len(), is_stacked);
    let mut scene = Scene::new(title, WIDTH, 0.0);
    let top = scene.head(title, &chart.series, false, "") + 16.0;
    let widest = shown.iter().map(|label| width(label, SIZE)).fold(0.0, f64::max).min(260.0);
    let sums =
        || rows.iter().flat_map(|row| &row.bars).map(|bar| bar.parts.iter().map(|(_, value)| value).sum::<f64>());
    let range = (sums().fold(0.0, f64::min), sums().fold(0.0, f64::max));
    let scale = Scale::new(range, 6, true, chart.is_whole());
    let values = rows.iter().flat_map(|row| &row.bars).map(|bar| width(&bar.text, 12.0)).fold(0.0, f64::max);
    let height = |row: &Row| row.bars.len() as f64 * row.thickness + 8.0;
    let bottom = top + rows.iter().map(height).sum::<f64>() + 4.0;
    let plane = Plane { left: EDGE + widest + 10.0, top, right: WIDTH - EDGE - values - 8.0, bottom };
    scene.height = bottom + 64.0;
    grid(&mut scene, chart, &plane, &scale);
    let mut y = top + 4.0;
    for (label, row) in shown.iter().zip(&rows) {
        let middle = y + row.bars.len() as f64 * row.thickness / 2.0 + 4.5;
        let text = fitted(label, SIZE, widest + 1.0);
        scene.text((plane.left - 8.0, middle), SIZE, Anchor::End, Colour::INK, &text);
        for bar in &row.bars {
            draw(&mut scene, chart, &plane, &scale, bar, label, (y, y + row.thickness - 1.0));
            y += row.thickness;
        }
        y += 8.0;
    }
    let mut notes = chart.notes.clone();
    if shown.len() < labels.len() {
        notes.push(format!("+{} more rows", labels.len() - shown.len()));
    }
    scene.foot(&notes, "");
    scene
}

/// What belongs to one label.
struct Row {
    bars: Vec<Bar>,
    thickness: f64,
}

/// Parts of series that follow each other.
struct Bar {
    parts: Vec<(usize, f64)>,
    text: String,
}

fn rows(chart: &Chart, count: usize, is_stacked: bool) -> Vec<Row> {
    let value =
        |series: usize, row: usize| chart.series.get(series).and_then(|one| one.values.get(row).copied().flatten());
    let row = |row: usize| {
        let parts: Vec<(usize, f64)> =
            (0..chart.series.len()).filter_map(|series| Some((series, value(series, row)?))).collect();
        if is_stacked {
            let text = value_text(parts.iter().map(|(_, value)| value).sum());
            return Row { bars: vec![Bar { parts, text }], thickness: 18.0 };
        }
        let percent = chart.percent.get(row).copied().flatten();
        let percent = percent.map(|percent| format!("  ({percent:.1} %)")).unwrap_or_default();
        let bar = |series: usize| match value(series, row) {
            Some(value) => Bar { parts: vec![(series, value)], text: value_text(value) + &percent },
            None => Bar { parts: Vec::new(), text: String::new() },
        };
        let thickness = if chart.series.len() > 1 { 14.0 } else { 18.0 };
        Row { bars: (0..chart.series.len()).map(bar).collect(), thickness }
    };
    (0..count).map(row).collect()
}

fn grid(scene: &mut Scene, chart: &Chart, plane: &Plane, scale: &Scale) {
    let mut end = f64::NEG_INFINITY;
    for tick in &scale.ticks {
        let x = plane.x(scale, *tick);
        let colour = if *tick == 0.0 { Colour::SOFT } else { Colour::GRID };
        scene.line((x, plane.top), (x, plane.bottom), colour, 1.0);
        let label = scale.label(*tick);
        let half = width(&label, 12.0) / 2.0;
        if x - half > end + 6.0 {
            end = x + half;
            scene.text((x, plane.bottom + 16.0), 12.0, Anchor::Middle, Colour::SOFT, &label);
        }
    }
    let middle = (plane.left + plane.right) / 2.0;
    let name = fitted(&chart.y_name, 12.0, plane.right - plane.left);
    scene.text((middle, plane.bottom + 34.0), 12.0, Anchor::Middle, Colour::SOFT, &name);
    let name = fitted(&chart.x_name, 12.0, plane.left - EDGE - 8.0);
    scene.text((plane.left - 8.0, plane.top - 6.0), 12.0, Anchor::End, Colour::SOFT, &name);
}

fn draw(
    scene: &mut Scene,
    chart: &Chart,
    plane: &Plane,
    scale: &Scale,
    bar: &Bar,
    label: &str,
    (top, bottom): (f64, f64),
) {
    let mut sum = 0.0;
    for (place, value) in &bar.parts {
        let Some(series) = chart.series.get(*place).filter(|_| *value != 0.0) else { continue };
        let (from, to) = (plane.x(scale, sum), plane.x(scale, sum + value));
        sum += value;
        // Little is not nothing.
        let to = if (to - from).abs() < 1.0 { from + value.signum() } else { to };
        let title = format!("{label}\n{}: {}", series.name, value_text(*value));
        scene.fill_box((from.min(to), top), (from.max(to), bottom), Colour::of(series.tone), title);
    }
    let end = plane.x(scale, sum.max(0.0));
    scene.text((end + 6.0, (top + bottom) / 2.0 + 4.5), 12.0, Anchor::Start, Colour::INK, &bar.text);
}
