//! The axes of a figure: lines of a grid, numbers beside it, times below it.

use super::{
    colour::Colour,
    font::width,
    scene::{Anchor, Point, Scene},
};
use crate::plot::{scale::Scale, tick::TimeTick};

/// The height of what stands at an axis.
pub(super) const SIZE: f64 = 12.0;

/// Where the values are drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    /// The left end.
    pub(super) left: f64,
    /// The upper end.
    pub(super) top: f64,
    /// The right end.
    pub(super) right: f64,
    /// The lower end.
    pub(super) bottom: f64,
}

impl Plane {
    /// The place of a value of an upright axis.
    pub(super) fn y(&self, scale: &Scale, value: f64) -> f64 {
        self.bottom - scale.part(value) * (self.bottom - self.top)
    }

    /// The place of a value of a level axis.
    pub(super) fn x(&self, scale: &Scale, value: f64) -> f64 {
        self.left + scale.part(value) * (self.right - self.left)
    }

    /// A place by parts of the width.
    pub(super) fn across(&self, part: f64) -> f64 {
        self.left + part * (self.right - self.left)
    }
}

/// The room for the numbers at an upright axis.
pub(super) fn room(scale: &Scale) -> f64 {
    let widths = scale.ticks.iter().map(|tick| width(&scale.label(*tick), SIZE));
    widths.fold(24.0, f64::max) + 10.0
}

/// Draws an upright number axis with its grid.
pub(super) fn upright(scene: &mut Scene, plane: &Plane, scale: &Scale) {
    for tick in &scale.ticks {
        let y = plane.y(scale, *tick);
        let colour = if *tick == 0.0 { Colour::SOFT } else { Colour::GRID };
        scene.line((plane.left, y), (plane.right, y), colour, 1.0);
        scene.text((plane.left - 8.0, y + 4.0), SIZE, Anchor::End, Colour::SOFT, &scale.label(*tick));
    }
}

/// Draws the line of a level axis.
pub(super) fn level(scene: &mut Scene, plane: &Plane) {
    scene.line((plane.left, plane.bottom), (plane.right, plane.bottom), Colour::SOFT, 1.0);
}

/// Draws names at a level axis, each where the one before leaves room.
pub(super) fn names(scene: &mut Scene, plane: &Plane, ticks: &[TimeTick], place: impl Fn(f64) -> f64) {
    let (mut end, mut end_below) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for tick in ticks {
        let x = place(tick.at);
        let half = width(&tick.label, SIZE) / 2.0;
        if x - half < end + 8.0 {
            continue;
        }
        end = x + half;
        scene.line((x, plane.bottom), (x, plane.bottom + 5.0), Colour::SOFT, 1.0);
        scene.text((x, plane.bottom + 18.0), SIZE, Anchor::Middle, Colour::SOFT, &tick.label);
        if let Some(below) = &tick.below
            && x - width(below, SIZE) / 2.0 > end_below + 8.0
        {
            end_below = x + width(below, SIZE) / 2.0;
            let at: Point = (x, plane.bottom + 33.0);
            scene.text(at, SIZE, Anchor::Middle, Colour::SOFT, below);
        }
    }
}
