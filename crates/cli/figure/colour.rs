//! Colours that readers tell apart however they see: the palette of Okabe and Ito, and two more.

use crate::plot::chart::Tone;

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

impl Colour {
    /// Text.
    pub(super) const INK: Colour = Colour(0x22, 0x22, 0x22);
    /// Text that stands back: axes, notes.
    pub(super) const SOFT: Colour = Colour(0x59, 0x59, 0x59);
    /// Lines behind the data.
    pub(super) const GRID: Colour = Colour(0xe3, 0xe3, 0xe3);
    /// The ground.
    pub(super) const PAPER: Colour = Colour(0xff, 0xff, 0xff);

    const SERIES: [Colour; 10] = [
        Colour(0x00, 0x72, 0xb2),
        Colour(0xd5, 0x5e, 0x00),
        Colour(0x00, 0x9e, 0x73),
        Colour(0xcc, 0x79, 0xa7),
        Colour(0xe6, 0x9f, 0x00),
        Colour(0x56, 0xb4, 0xe9),
        Colour(0x33, 0x33, 0x33),
        Colour(0xc9, 0xb8, 0x1a),
        Colour(0x88, 0x22, 0x55),
        Colour(0x44, 0x77, 0x55),
    ];

    /// The colour of a series.
    pub(super) fn of(tone: Tone) -> Self {
        match tone {
            Tone::Colour(place) => Self::SERIES.get(place % Self::SERIES.len()).copied().unwrap_or(Self::INK),
            Tone::Other => Colour(0x99, 0x99, 0x99),
            Tone::Null => Colour(0xc4, 0xc4, 0xc4),
        }
    }

    /// As CSS writes it.
    pub(super) fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Whether a series' line is broken into dashes, so that those that were printed in grey can be told apart.
pub(super) fn is_dashed(tone: Tone) -> bool {
    matches!(tone, Tone::Colour(place) if place >= Colour::SERIES.len() / 2)
}
