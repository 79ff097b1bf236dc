//! Pictures of results, for the terminal and for the figures of reports: `speleo search --plot 'index=web | timechart count by host'`.
//!
//! ```text
//! schema, rows ──shape──▶ Chart (kind, x, series) ──lines, bars, columns──▶ text        crates/cli/figure draws the same Chart
//! ```
//!
//! What a picture shows follows from the rows alone; nothing here reads a search or a clock. Absent on purpose: Splunk's
//! options `charting.*`, maps, and anything that moves.

mod bars;
mod bins;
mod canvas;
pub(crate) mod chart;
mod columns;
mod frame;
mod ink;
mod lines;
pub(crate) mod scale;
mod shape;
pub(crate) mod source;
pub(crate) mod sparkline;
pub(crate) mod tick;

use anyhow::Result;
use chrono_tz::Tz;
use clap::ValueEnum;
use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};

use self::source::Source;
pub(crate) use self::{bars::EIGHTHS, chart::Chart};

/// The kinds of pictures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// What suits the rows
    #[default]
    Auto,
    /// A line for each series
    Line,
    /// Areas, several of them on top of each other
    Area,
    /// Upright bars, several series on top of each other
    Column,
    /// Bars from left to right, with labels and values
    Bar,
    /// How often the values of one column occur
    Histogram,
    /// How many events there are over time
    Timeline,
    /// A dot for each row, of one number against another
    Scatter,
}

/// The room for a picture, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Characters a line.
    pub(crate) width: usize,
    /// Lines.
    pub(crate) height: usize,
}

impl Size {
    /// The room where no terminal says how much there is.
    pub(crate) const PIPE: Size = Size { width: 80, height: 20 };
    /// Narrower or lower than this nothing can be read.
    const LEAST: Size = Size { width: 30, height: 8 };

    /// The room on a terminal of this size: less than its height, so that the prompt and what was typed stay in sight.
    pub(crate) fn within(width: usize, height: usize) -> Self {
        Self { width, height: height.saturating_sub(6).min(24) }
    }
}

/// Draws rows as text; the error says why there is no picture.
pub(crate) fn draw(
    kind: Kind,
    schema: &SchemaRef,
    batches: &[RecordBatch],
    size: Size,
    colour: bool,
    timezone: Tz,
) -> Result<String> {
    let size = Size { width: size.width.max(Size::LEAST.width), height: size.height.max(Size::LEAST.height) };
    let chart = Chart::read(kind, &Source { schema, batches, timezone }, size.width.saturating_sub(frame::MARGIN))?;
    Ok(match chart.kind {
        Kind::Bar | Kind::Auto => bars::draw(&chart, size, colour),
        Kind::Column | Kind::Histogram | Kind::Timeline => columns::draw(&chart, size, colour),
        Kind::Line | Kind::Area | Kind::Scatter => lines::draw(&chart, size, colour),
    })
}

#[cfg(test)]
mod tests;
