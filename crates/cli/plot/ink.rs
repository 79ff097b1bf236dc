//! The looks of series in a terminal: colours where there are any, else marks and shades.

use super::chart::{Series, Tone};

/// The palette of Okabe and Ito among the 256 colours, chosen to be read on a dark and on a light ground.
const COLOURS: [u8; 10] = [32, 166, 36, 175, 178, 74, 142, 131, 98, 109];
const OTHER: u8 = 245;
const NULL: u8 = 250;
/// Marks of series of lines, where there are no colours.
const MARKS: [char; 12] = ['●', '○', '■', '□', '▲', '△', '◆', '◇', '▼', '▽', '+', 'x'];
/// Fillings of series of bars, where there are no colours.
const SHADES: [char; 12] = ['█', '▓', '▒', '░', '#', '%', '*', '+', '=', 'o', '-', '.'];

/// How characters are coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ink {
    /// The colour of the character.
    pub(super) fore: Option<u8>,
    /// The colour of its ground.
    pub(super) back: Option<u8>,
    /// Whether the two change places.
    pub(super) is_reversed: bool,
    /// Whether it stands back behind the rest.
    pub(super) is_dim: bool,
}

impl Ink {
    /// As text is.
    pub(super) const PLAIN: Ink = Ink { fore: None, back: None, is_reversed: false, is_dim: false };
    /// What stands back.
    pub(super) const DIM: Ink = Ink { is_dim: true, ..Ink::PLAIN };

    /// The colour of a series.
    pub(super) fn of(tone: Tone) -> Self {
        Self { fore: Some(number(tone)), ..Self::PLAIN }
    }
}

/// The number of a tone's colour.
fn number(tone: Tone) -> u8 {
    match tone {
        Tone::Colour(place) => COLOURS.get(place % COLOURS.len()).copied().unwrap_or(OTHER),
        Tone::Other => OTHER,
        Tone::Null => NULL,
    }
}

/// The mark of the series at a place.
pub(super) fn mark(place: usize) -> char {
    MARKS.get(place % MARKS.len()).copied().unwrap_or('●')
}

/// The filling of the series at a place.
pub(super) fn shade(place: usize) -> char {
    SHADES.get(place % SHADES.len()).copied().unwrap_or('█')
}

/// A line of text in the making.
pub(super) struct Strip {
    colour: bool,
    text: String,
    ink: Ink,
}

impl Strip {
    /// An empty line.
    pub(super) fn new(colour: bool) -> Self {
        Self { colour, text: String::new(), ink: Ink::PLAIN }
    }

    /// Adds a text.
    pub(super) fn push(&mut self, ink: Ink, text: &str) {
        self.change(ink);
        self.text.push_str(text);
    }

    /// Adds a character.
    pub(super) fn push_char(&mut self, ink: Ink, c: char) {
        self.change(ink);
        self.text.push(c);
    }

    fn change(&mut self, ink: Ink) {
        if !self.colour || self.ink == ink {
            return;
        }
        if self.ink != Ink::PLAIN {
            self.text.push_str("\x1b[0m");
        }
        let mut codes = Vec::new();
        codes.extend(ink.is_dim.then(|| "2".to_owned()));
        codes.extend(ink.is_reversed.then(|| "7".to_owned()));
        codes.extend(ink.fore.map(|colour| format!("38;5;{colour}")));
        codes.extend(ink.back.map(|colour| format!("48;5;{colour}")));
        if !codes.is_empty() {
            self.text.push_str(&format!("\x1b[{}m", codes.join(";")));
        }
        self.ink = ink;
    }

    /// Ends the line, without blanks at its end.
    pub(super) fn finish(mut self) -> String {
        self.change(Ink::PLAIN);
        self.text.truncate(self.text.trim_end().len());
        self.text.push('\n');
        self.text
    }
}

/// The legend, as many lines as it takes up to `most`; a series that does not fit is counted.
pub(super) fn legend(
    series: &[Series],
    width: usize,
    most: usize,
    colour: bool,
    sign: fn(usize) -> char,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut strip = Strip::new(colour);
    let mut used = 0;
    for (place, one) in series.iter().enumerate() {
        let name = fitted(&one.name, width.saturating_sub(4).min(30));
        let needed = wide(&name) + 4;
        let is_last_line = lines.len() + 1 == most;
        let reserve = if is_last_line && place + 1 < series.len() { 9 } else { 0 };
        if used > 0 && used + needed + reserve > width {
            if is_last_line {
                strip.push(Ink::DIM, &format!("+{} more", series.len() - place));
                break;
            }
            lines.push(std::mem::replace(&mut strip, Strip::new(colour)).finish());
            used = 0;
        }
        let sign = if colour { sign(0) } else { sign(place) };
        strip.push_char(Ink::of(one.tone), sign);
        strip.push(Ink::PLAIN, &format!(" {name}  "));
        used += needed;
    }
    lines.push(strip.finish());
    lines
}

/// Columns that a text takes on a terminal.
pub(super) fn wide(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// The text, at most so wide, with `…` for what is cut.
pub(super) fn fitted(text: &str, width: usize) -> String {
    crate::output::table::cut(text, width)
}

/// The text with blanks up to a width, before it or behind it.
pub(super) fn padded(text: &str, width: usize, to_the_right: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(wide(text)));
    if to_the_right { format!("{blanks}{text}") } else { format!("{text}{blanks}") }
}
