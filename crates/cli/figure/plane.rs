//! Figures with an axis below and one beside: lines, areas, columns, histograms, timelines, dots.

use super::{
    WIDTH,
    axis::{self, Plane},
    colour::{self, Colour},
    font::fitted,
    scene::{Anchor, EDGE, Point, Scene, Shape},
};
use crate::plot::{
    Chart, Kind,
    chart::{Series, X},
    scale::{Scale, value_text},
    tick::{TimeTick, instant_text, time_ticks},
};

/// The height of the picture itself.
const PLANE: f64 = 320.0;
/// The room below it: names, what the axis counts, notes.
const BELOW: f64 = 74.0;
/// Points that a pointer can still find; more are a line without dots.
const MOST_DOTS: usize = 600;
/// Points of one line that are still seen as points.
const FEW: usize = 60;
/// A level axis has a name for each of these.
const NAME_EVERY: f64 = 90.0;

/// The figure of a chart.
pub(super) fn scene(chart: &Chart, title: &str) -> Scene {
    let mut scene = Scene::new(title, WIDTH, 0.0);
    let top = scene.head(title, &chart.series, chart.kind == Kind::Line, &chart.y_name);
    let is_bar = !matches!(chart.kind, Kind::Line | Kind::Scatter);
    let scale = Scale::new(chart.range().unwrap_or((0.0, 0.0)), 6, is_bar, chart.is_whole());
    let left = EDGE + axis::room(&scale);
    let plane = Plane { left, top: top + 4.0, right: WIDTH - EDGE - 12.0, bottom: top + 4.0 + PLANE };
    scene.height = plane.bottom + BELOW;
    axis::upright(&mut scene, &plane, &scale);
    let level = Level::new(chart, plane);
    match chart.kind {
        Kind::Area => areas(&mut scene, chart, &level, &scale),
        Kind::Line | Kind::Scatter => lines(&mut scene, chart, &level, &scale),
        _ => columns(&mut scene, chart, &level, &scale),
    }
    axis::level(&mut scene, &plane);
    level.names(&mut scene, chart);
    let is_time = matches!(&chart.x, X::Points(line) | X::Bins(line) if line.is_time);
    if !is_time {
        let middle = (plane.left + plane.right) / 2.0;
        let name = fitted(&chart.x_name, 12.0, plane.right - plane.left);
        scene.text((middle, plane.bottom + 38.0), 12.0, Anchor::Middle, Colour::SOFT, &name);
    }
    scene.foot(&chart.notes, &if is_time { format!("times in {}", chart.timezone) } else { String::new() });
    scene
}

/// Where the values stand from left to right.
struct Level {
    plane: Plane,
    first: f64,
    last: f64,
}

impl Level {
    fn new(chart: &Chart, plane: Plane) -> Self {
        let (first, last) = match &chart.x {
            X::Labels(labels) => (-0.5, labels.len() as f64 - 0.5),
            X::Points(line) | X::Bins(line) => {
                (line.at.first().copied().unwrap_or(0.0), line.at.last().copied().unwrap_or(1.0))
            }
        };
        // A value alone stands in the middle.
        let (first, last) = if last > first { (first, last) } else { (first - 1.0, first + 1.0) };
        Self { plane, first, last }
    }

    fn x(&self, at: f64) -> f64 {
        let range = self.last / 2.0 - self.first / 2.0;
        self.plane.across(((at / 2.0 - self.first / 2.0) / range).clamp(0.0, 1.0))
    }

    fn names(&self, scene: &mut Scene, chart: &Chart) {
        let most = ((self.plane.right - self.plane.left) / NAME_EVERY) as usize;
        let named = |at: f64, label: String| TimeTick { at, label, below: None };
        let ticks = match &chart.x {
            X::Labels(labels) => {
                let slot = (self.plane.right - self.plane.left) / labels.len().max(1) as f64;
                let every = (36.0 / slot).ceil().max(1.0) as usize;
                let room = slot * every as f64 - 10.0;
                let label = |(place, label): (usize, &String)| named(place as f64, fitted(label, axis::SIZE, room));
                labels.iter().enumerate().step_by(every).map(label).collect()
            }
            X::Points(line) | X::Bins(line) if line.is_time => time_ticks(self.first, self.last, most, chart.timezone),
            X::Points(line) | X::Bins(line) => {
                let whole = line.at.iter().all(|at| at.fract() == 0.0);
                let scale = Scale::new((self.first, self.last), most, false, whole);
                let ticks = scale.ticks.iter().filter(|tick| (self.first..=self.last).contains(*tick));
                ticks.map(|tick| named(*tick, scale.label(*tick))).collect()
            }
        };
        axis::names(scene, &self.plane, &ticks, |at| self.x(at));
    }
}

/// What a pointer over a value shows.
fn title(chart: &Chart, series: &Series, place: usize, value: f64) -> String {
    let at = match &chart.x {
        X::Labels(labels) => labels.get(place).cloned().unwrap_or_default(),
        X::Points(line) => line.at.get(place).map_or_else(String::new, |at| spot(chart, *at, line.is_time)),
        X::Bins(line) => match line.at.get(place..place + 2) {
            Some([from, _]) if line.is_time => spot(chart, *from, true),
            Some([from, to]) => format!("{} to {}", value_text(*from), value_text(*to)),
            _ => String::new(),
        },
    };
    format!("{at}\n{}: {}", series.name, value_text(value))
}

fn spot(chart: &Chart, at: f64, is_time: bool) -> String {
    if is_time { instant_text(at, chart.timezone) } else { value_text(at) }
}

fn lines(scene: &mut Scene, chart: &Chart, level: &Level, scale: &Scale) {
    let middles = chart.x.middles();
    let has_dots = chart.kind == Kind::Scatter || middles.len() * chart.series.len() <= MOST_DOTS;
    let radius = match chart.kind {
        Kind::Scatter => 3.5,
        _ if middles.len() <= FEW => 3.0,
        _ => 1.8,
    };
    // The first series is drawn last: it is the one that is looked at.
    for series in chart.series.iter().rev() {
        let colour = Colour::of(series.tone);
        let point = |(at, value): (&f64, &Option<f64>)| value.map(|value| (level.x(*at), level.plane.y(scale, value)));
        let points: Vec<Option<Point>> = middles.iter().zip(&series.values).map(point).collect();
        for run in points.split(Option::is_none).filter(|_| chart.kind == Kind::Line) {
            let points: Vec<Point> = run.iter().flatten().copied().collect();
            if points.len() > 1 {
                let is_dashed = colour::is_dashed(series.tone);
                let title = series.name.clone();
                scene.shapes.push(Shape::Line { points, colour, width: 2.0, is_dashed, title });
            }
        }
        for (place, (point, value)) in points.iter().zip(&series.values).enumerate() {
            // A point without neighbours is no line and would not be seen.
            let is_alone = place.checked_sub(1).and_then(|before| points.get(before)).is_none_or(Option::is_none)
                && points.get(place + 1).is_none_or(Option::is_none);
            if let (Some(at), Some(value)) = (point, value)
                && (has_dots || is_alone)
            {
                let title = title(chart, series, place, *value);
                scene.shapes.push(Shape::Dot { at: *at, radius, colour, title });
            }
        }
    }
}

fn areas(scene: &mut Scene, chart: &Chart, level: &Level, scale: &Scale) {
    let middles = chart.x.middles();
    let mut below = vec![0.0; middles.len()];
    for series in &chart.series {
        let colour = Colour::of(series.tone);
        let known = |place: &usize| chart.is_stacked() || series.values.get(*place).is_some_and(Option::is_some);
        let top: Vec<f64> =
            below.iter().zip(&series.values).map(|(below, value)| below + value.unwrap_or(0.0)).collect();
        let at = |values: &[f64], place: usize| -> Option<Point> {
            Some((level.x(*middles.get(place)?), level.plane.y(scale, *values.get(place)?)))
        };
        let places: Vec<usize> = (0..middles.len()).collect();
        for run in places.split(|place| !known(place)).filter(|run| run.len() > 1) {
            let upper: Vec<Point> = run.iter().filter_map(|place| at(&top, *place)).collect();
            let lower = run.iter().rev().filter_map(|place| at(&below, *place));
            let points = upper.iter().copied().chain(lower).collect();
            scene.shapes.push(Shape::Fill { points, colour, strength: 0.7, title: series.name.clone() });
            let title = series.name.clone();
            scene.shapes.push(Shape::Line { points: upper, colour, width: 1.5, is_dashed: false, title });
        }
        below = top;
    }
}

fn columns(scene: &mut Scene, chart: &Chart, level: &Level, scale: &Scale) {
    for place in 0..chart.x.len() {
        let (from, to) = match &chart.x {
            X::Labels(_) => {
                let (from, to) = (level.x(place as f64 - 0.5), level.x(place as f64 + 0.5));
                (from + (to - from) * 0.14, to - (to - from) * 0.14)
            }
            X::Bins(line) | X::Points(line) => {
                let edge = |place: usize| level.x(line.at.get(place).copied().unwrap_or(0.0));
                let (from, to) = (edge(place), edge(place + 1));
                let gap = match chart.kind {
                    Kind::Column => (to - from) * 0.14,
                    _ if to - from > 4.0 => 1.0,
                    _ => 0.0,
                };
                (from + gap / 2.0, to - gap / 2.0)
            }
        };
        let (mut up, mut down) = (0.0, 0.0);
        for series in &chart.series {
            let Some(value) = series.values.get(place).copied().flatten().filter(|value| *value != 0.0) else {
                continue;
            };
            let base = if value < 0.0 { &mut down } else { &mut up };
            let (start, end) = (level.plane.y(scale, *base), level.plane.y(scale, *base + value));
            *base += value;
            // Little is not nothing.
            let end = if (start - end).abs() < 1.0 { start - value.signum() } else { end };
            let title = title(chart, series, place, value);
            scene.fill_box((from, start.min(end)), (to, start.max(end)), Colour::of(series.tone), title);
        }
    }
}
