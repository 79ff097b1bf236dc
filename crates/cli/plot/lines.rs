//! Lines, areas and dots in braille.
//!
//! ```text
//! ● web  ● mail
//!     40 ┤      ⢀⠔⠉⠢⡀
//!        │   ⡠⠔⠁    ⠈⠢
//!      0 ┤⠤⠊
//! ```
//!
//! A value that is missing is a gap in a line, and nothing in a stack. Without colours each series has marks of its own on its
//! line.

use super::{
    Kind, Size,
    canvas::Canvas,
    chart::{Chart, X},
    frame::{Frame, XTick},
    ink::{self, Ink, fitted},
};

/// Dots between two marks of a line.
const MARK_EVERY: usize = 24;

/// A dot of the canvas.
type Dot = (usize, usize);

/// Draws the chart.
pub(super) fn draw(chart: &Chart, size: Size, colour: bool) -> String {
    let sign = if chart.kind == Kind::Area && !colour { ink::shade } else { ink::mark };
    let frame = Frame::new(chart, size, colour, sign);
    let mut canvas = Canvas::new(frame.width, frame.height);
    let places = Places { at: chart.x.middles(), dots: canvas.across() - 1 };
    let y = |value: f64| ((1.0 - frame.scale.part(value)) * (frame.height * 4 - 1) as f64).round() as usize;
    let dots = |values: &[Option<f64>]| -> Vec<Option<Dot>> {
        let dot = |(place, value): (usize, &Option<f64>)| value.map(|value| (places.dot(place), y(value)));
        values.iter().enumerate().map(dot).collect()
    };
    if chart.kind == Kind::Area {
        let mut below = vec![0.0; chart.x.len()];
        for (owner, series) in chart.series.iter().enumerate() {
            let top = on_top(&below, &series.values, chart.is_stacked());
            fill(&mut canvas, &dots(&top), &below.iter().map(|value| y(*value)).collect::<Vec<_>>(), owner);
            below = top.iter().zip(&below).map(|(top, below)| top.unwrap_or(*below)).collect();
        }
    } else {
        // The first series is drawn last: it is the one that is looked at.
        for (owner, series) in chart.series.iter().enumerate().rev() {
            connect(&mut canvas, &dots(&series.values), owner, chart.kind == Kind::Line);
        }
        if !colour && chart.series.len() > 1 {
            for (owner, series) in chart.series.iter().enumerate() {
                mark(&mut canvas, &dots(&series.values), owner, chart.kind == Kind::Scatter);
            }
        }
    }
    let shaded = !colour && chart.is_stacked();
    frame.draw(&ticks(chart, &frame, &places), |row, strip| {
        for (c, owner) in canvas.row(row) {
            let ink = owner.and_then(|owner| chart.series.get(owner)).map_or(Ink::PLAIN, |series| Ink::of(series.tone));
            let c = owner.filter(|_| shaded).map_or(c, ink::shade);
            strip.push_char(ink, c);
        }
    })
}

/// The values of a series laid on those below it; where none has a value, a series alone has a gap.
fn on_top(below: &[f64], values: &[Option<f64>], is_stacked: bool) -> Vec<Option<f64>> {
    let sum = |(below, value): (&f64, &Option<f64>)| match value {
        Some(value) => Some(below + value),
        None => is_stacked.then_some(*below),
    };
    below.iter().zip(values).map(sum).collect()
}

fn connect(canvas: &mut Canvas, dots: &[Option<Dot>], owner: usize, is_line: bool) {
    for (x, y) in dots.iter().flatten() {
        canvas.dot(*x, *y, owner);
    }
    for pair in dots.windows(2).filter(|_| is_line) {
        if let [Some(from), Some(to)] = pair {
            canvas.line(*from, *to, owner);
        }
    }
}

/// Fills what lies between a line and the one below it.
fn fill(canvas: &mut Canvas, top: &[Option<Dot>], below: &[usize], owner: usize) {
    let mut column = |x: usize, top: usize, below: usize| {
        // A stack grows downwards where values are negative.
        for y in top.min(below)..top.max(below) {
            canvas.dot(x, y, owner);
        }
    };
    for (dot, base) in top.iter().zip(below) {
        if let Some((x, y)) = dot {
            column(*x, *y, *base);
        }
    }
    for (pair, bases) in top.windows(2).zip(below.windows(2)) {
        if let ([Some((x0, y0)), Some((x1, y1))], [base0, base1]) = (pair, bases) {
            let width = (x1 - x0).max(1) as f64;
            for x in *x0..=*x1 {
                let part = (x - x0) as f64 / width;
                let between =
                    |from: usize, to: usize| (from as f64 + (to as f64 - from as f64) * part).round() as usize;
                column(x, between(*y0, *y1), between(*base0, *base1));
            }
        }
    }
}

/// Puts the series' mark on its line now and then, at other places than those of its neighbours.
fn mark(canvas: &mut Canvas, dots: &[Option<Dot>], owner: usize, all: bool) {
    let mut next = owner * 5 % MARK_EVERY;
    for (x, y) in dots.iter().flatten() {
        if all || *x >= next {
            canvas.mark(*x, *y, owner, ink::mark(owner));
            next = x + MARK_EVERY;
        }
    }
}

/// Where the values stand across the canvas.
struct Places {
    at: Vec<f64>,
    dots: usize,
}

impl Places {
    fn range(&self) -> (f64, f64) {
        match (self.at.first(), self.at.last()) {
            (Some(first), Some(last)) if last > first => (*first, *last),
            // A value alone stands in the middle.
            (Some(first), _) => (first - 1.0, first + 1.0),
            _ => (0.0, 1.0),
        }
    }

    fn dot_of(&self, at: f64) -> usize {
        let (first, last) = self.range();
        let part = (at / 2.0 - first / 2.0) / (last / 2.0 - first / 2.0);
        (part.clamp(0.0, 1.0) * self.dots as f64).round() as usize
    }

    fn dot(&self, place: usize) -> usize {
        self.at.get(place).map_or(0, |at| self.dot_of(*at))
    }
}

fn ticks(chart: &Chart, frame: &Frame, places: &Places) -> Vec<XTick> {
    match &chart.x {
        X::Points(line) | X::Bins(line) => frame.ticks(line, |at| Some(places.dot_of(at) / 2)),
        X::Labels(labels) => {
            let every = (labels.len() * 12).div_ceil(frame.width.max(1)).max(1);
            let tick = |(place, label): (usize, &String)| XTick {
                at: places.dot(place) / 2,
                label: fitted(label, 11),
                below: None,
            };
            labels.iter().enumerate().step_by(every).map(tick).collect()
        }
    }
}
