//! The parts of a figure in their places, for SVG and for PNG.

use super::{
    colour::{self, Colour},
    font::{fitted, width},
};
use crate::plot::chart::Series;

/// A place: to the right, and down.
pub(super) type Point = (f64, f64);

/// Room at the sides.
pub(super) const EDGE: f64 = 24.0;

/// Where a text stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// One part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// A filled outline.
    Fill {
        /// Its corners.
        points: Vec<Point>,
        /// Its colour.
        colour: Colour,
        /// From 0, which is not seen, to 1.
        strength: f64,
        /// What a pointer over it shows.
        title: String,
    },
    /// A line from point to point.
    Line {
        /// The points.
        points: Vec<Point>,
        /// Its colour.
        colour: Colour,
        /// How thick it is.
        width: f64,
        /// Whether it is broken into dashes.
        is_dashed: bool,
        /// What a pointer over it shows.
        title: String,
    },
    /// A filled circle.
    Dot {
        /// Its middle.
        at: Point,
        /// From the middle to the rim.
        radius: f64,
        /// Its colour.
        colour: Colour,
        /// What a pointer over it shows.
        title: String,
    },
    /// A line of text.
    Text {
        /// Where its letters stand on.
        at: Point,
        /// The height of its letters.
        size: f64,
        /// Where it stands to its place.
        anchor: Anchor,
        /// Its colour.
        colour: Colour,
        /// What it says.
        text: String,
    },
}

/// A figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    /// What it is called.
    pub(super) title: String,
    /// From left to right.
    pub(super) width: f64,
    /// From top to bottom.
    pub(super) height: f64,
    /// What is drawn first lies lowest.
    pub(super) shapes: Vec<Shape>,
}

impl Scene {
    /// An empty figure.
    pub(super) fn new(title: &str, width: f64, height: f64) -> Self {
        Self { title: title.to_owned(), width, height, shapes: Vec::new() }
    }

    /// Adds a text.
    pub(super) fn text(&mut self, at: Point, size: f64, anchor: Anchor, colour: Colour, text: &str) {
        if !text.is_empty() {
            self.shapes.push(Shape::Text { at, size, anchor, colour, text: text.to_owned() });
        }
    }

    /// Adds a line without a title.
    pub(super) fn line(&mut self, from: Point, to: Point, colour: Colour, width: f64) {
        let points = vec![from, to];
        self.shapes.push(Shape::Line { points, colour, width, is_dashed: false, title: String::new() });
    }

    /// Adds a box between two corners.
    pub(super) fn fill_box(&mut self, (x0, y0): Point, (x1, y1): Point, colour: Colour, title: String) {
        let points = vec![(x0, y0), (x1, y0), (x1, y1), (x0, y1)];
        self.shapes.push(Shape::Fill { points, colour, strength: 1.0, title });
    }

    /// Draws title, legend and the name of the y axis; the answer is where the picture begins. The legend of lines shows lines.
    pub(super) fn head(&mut self, title: &str, series: &[Series], is_line: bool, y_name: &str) -> f64 {
        let mut y = EDGE;
        if !title.is_empty() {
            y += 14.0;
            self.text((EDGE, y), 18.0, Anchor::Start, Colour::INK, &fitted(title, 18.0, self.width - 2.0 * EDGE));
            y += 20.0;
        }
        if series.len() > 1 {
            let mut x = EDGE;
            y += 4.0;
            for one in series {
                let name = fitted(&one.name, 13.0, 220.0);
                let wide = width(&name, 13.0) + 40.0;
                if x > EDGE && x + wide > self.width - EDGE + 24.0 {
                    (x, y) = (EDGE, y + 20.0);
                }
                let colour = Colour::of(one.tone);
                if is_line {
                    let (points, is_dashed) =
                        (vec![(x - 4.0, y + 1.0), (x + 14.0, y + 1.0)], colour::is_dashed(one.tone));
                    self.shapes.push(Shape::Line { points, colour, width: 3.0, is_dashed, title: String::new() });
                } else {
                    self.fill_box((x, y - 5.0), (x + 12.0, y + 7.0), colour, String::new());
                }
                self.text((x + 18.0, y + 6.0), 13.0, Anchor::Start, Colour::INK, &name);
                x += wide;
            }
            y += 24.0;
        }
        if !y_name.is_empty() {
            y += 4.0;
            self.text((EDGE, y), 12.0, Anchor::Start, Colour::SOFT, &fitted(y_name, 12.0, self.width - 2.0 * EDGE));
            y += 16.0;
        }
        y
    }

    /// Draws what is not drawn, in words, and a remark at the other side, both at the foot.
    pub(super) fn foot(&mut self, notes: &[String], remark: &str) {
        let y = self.height - 12.0;
        let room = self.width - 3.0 * EDGE - width(remark, 11.0);
        self.text((EDGE, y), 11.0, Anchor::Start, Colour::SOFT, &fitted(&notes.join("; "), 11.0, room));
        self.text((self.width - EDGE, y), 11.0, Anchor::End, Colour::SOFT, remark);
    }
}
