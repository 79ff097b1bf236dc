//! Figures for reports: the charts of `plot` as SVG and PNG. `speleo search --out hosts.svg 'index=web | top host'`
//!
//! ```text
//! Chart ──scene──▶ shapes and texts in their places ──svg──▶ text, ──png──▶ pixels
//! ```
//!
//! Both forms are made of the same shapes, so they look alike; a font for the second one is part of the program
//! (`figure/dejavu_sans.LICENSE`). Absent on purpose: letters that join or run from right to left, emoji and scripts beyond
//! Latin, Greek and Cyrillic in PNG, where they are boxes; SVG leaves them to whatever shows it.

mod axis;
mod bars;
mod colour;
mod font;
mod plane;
mod png;
mod scene;
mod svg;

use anyhow::Result;
use chrono_tz::Tz;
use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};

use self::{
    colour::Colour,
    scene::{Anchor, Scene},
};
use crate::plot::{
    Chart, Kind,
    source::{Source, one_line},
};

/// The size of a figure in its own units; PNG has two pixels for each.
const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 480.0;
/// Bins of a timeline or histogram in a figure.
const MOST_BINS: usize = 120;

/// A figure, all of its parts in their places.
pub(crate) struct Figure(Scene);

impl Figure {
    /// The figure of some rows; the error says why there is none. That there are no rows is a figure too: a report may say so.
    pub(crate) fn new(
        kind: Kind,
        schema: &SchemaRef,
        batches: &[RecordBatch],
        timezone: Tz,
        title: &str,
    ) -> Result<Self> {
        let title = one_line(title);
        if batches.iter().all(|batch| batch.num_rows() == 0) {
            return Ok(Self(empty(&title)));
        }
        let chart = Chart::read(kind, &Source { schema, batches, timezone }, MOST_BINS)?;
        Ok(Self(match chart.kind {
            Kind::Bar | Kind::Auto => bars::scene(&chart, &title),
            _ => plane::scene(&chart, &title),
        }))
    }

    /// As SVG.
    pub(crate) fn svg(&self) -> String {
        svg::text(&self.0)
    }

    /// As PNG.
    pub(crate) fn png(&self) -> Result<Vec<u8>> {
        png::bytes(&self.0)
    }
}

fn empty(title: &str) -> Scene {
    let mut scene = Scene::new(title, WIDTH, HEIGHT / 3.0);
    let top = scene.head(title, &[], false, "");
    scene.text((WIDTH / 2.0, top + 50.0), 15.0, Anchor::Middle, Colour::SOFT, "no results");
    scene
}

#[cfg(test)]
mod tests;
