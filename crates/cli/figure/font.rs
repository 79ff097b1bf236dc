//! The font of figures: how wide a text is, and the outlines of its letters.

use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlineCurve};
use unicode_width::UnicodeWidthChar;

/// The font's family, as SVG names it.
pub(super) const FAMILY: &str = "DejaVu Sans";

static FONT: LazyLock<Option<FontRef<'static>>> =
    LazyLock::new(|| FontRef::try_from_slice(include_bytes!("dejavu_sans.ttf")).ok());

fn unit(font: &FontRef, size: f64) -> f64 {
    size / f64::from(font.units_per_em().unwrap_or(2048.0))
}

/// How far the next letter is. A letter that the font lacks is about as wide in another one.
fn advance(font: &FontRef, c: char, size: f64) -> f64 {
    let id = font.glyph_id(c);
    match c.width() {
        Some(0) => 0.0,
        Some(2) if id.0 == 0 => size,
        _ => f64::from(font.h_advance_unscaled(id)) * unit(font, size),
    }
}

/// How wide a text of this size is.
pub(super) fn width(text: &str, size: f64) -> f64 {
    match FONT.as_ref() {
        Some(font) => text.chars().map(|c| advance(font, c, size)).sum(),
        None => text.chars().count() as f64 * size * 0.6,
    }
}

/// The text, at most so wide, with `…` for what is cut.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut left = room - width("…", size);
    let is_kept = |c: &char| {
        left -= FONT.as_ref().map_or(size * 0.6, |font| advance(font, *c, size));
        left >= 0.0
    };
    let kept: String = text.chars().take_while(is_kept).collect();
    kept + "…"
}

/// A stroke of an outline; points follow the axes of pictures, downwards.
pub(super) enum Stroke {
    /// To a point, straight.
    Line((f64, f64), (f64, f64)),
    /// With one point that draws it aside.
    Quad((f64, f64), (f64, f64), (f64, f64)),
    /// With two.
    Cubic((f64, f64), (f64, f64), (f64, f64), (f64, f64)),
}

/// The outlines of a text's letters, the first of them at 0, 0.
pub(super) fn outlines(text: &str, size: f64) -> Vec<Stroke> {
    let Some(font) = FONT.as_ref() else { return Vec::new() };
    let unit = unit(font, size);
    let mut x = 0.0;
    let mut strokes = Vec::new();
    for c in text.chars() {
        let at = |point: ab_glyph::Point| (x + f64::from(point.x) * unit, -f64::from(point.y) * unit);
        let outline = font.outline(font.glyph_id(c)).filter(|_| c.width() != Some(0));
        strokes.extend(outline.into_iter().flat_map(|outline| outline.curves).map(|curve| match curve {
            OutlineCurve::Line(a, b) => Stroke::Line(at(a), at(b)),
            OutlineCurve::Quad(a, b, c) => Stroke::Quad(at(a), at(b), at(c)),
            OutlineCurve::Cubic(a, b, c, d) => Stroke::Cubic(at(a), at(b), at(c), at(d)),
        }));
        x += advance(font, c, size);
    }
    strokes
}
