//! Terms and phrases: words of `_raw` between breakers.
//!
//! `error 10.0.0.*`, `"login failed"`, `TERM(10.0.0.1)`, `CASE(Bob)`. There is no index of tokens: candidates are
//! found as substrings, then their ends are checked. Splunk's default segmenters are built in, none can be configured.

use memchr::memmem;

use super::{
    column::{Probe, Verdict},
    hunt::Hunt,
    needle::Needle,
};

/// Breakers that end a segment.
const MAJOR: &[u8] = b"[]<>(){}|!;,'\"*&?+ \t\r\n\x0b\x0c";

/// Breakers inside a segment.
const MINOR: &[u8] = b"/:=@.-$#%\\_";

/// Major breakers that URLs write with several characters.
const ENCODED: &[&[u8]] = &[
    b"%20", b"%21", b"%26", b"%2526", b"%2B", b"%2C", b"%28", b"%29", b"%3A", b"%3B", b"%3D", b"%5B", b"%5D", b"%7C",
    b"%0A", b"%2520", b"--",
];

const LONGEST_ENCODED: usize = 5;

static CLASS: [Class; 256] = classes();

/// What a byte does to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// It belongs to it.
    Word,
    /// It ends it within a segment.
    Minor,
    /// It ends it and the segment.
    Major,
}

const fn classes() -> [Class; 256] {
    let mut classes = [Class::Word; 256];
    let mut place = 0;
    while place < MAJOR.len() {
        classes[MAJOR[place] as usize] = Class::Major;
        place += 1;
    }
    place = 0;
    while place < MINOR.len() {
        classes[MINOR[place] as usize] = Class::Minor;
        place += 1;
    }
    classes
}

/// How the text of a term is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    /// A bare word: any breaker ends it, `*` stays within a segment.
    Term,
    /// A quoted phrase: like a word, but `*` is any run of characters.
    Phrase,
    /// `TERM(…)`: only major breakers end it.
    Whole,
    /// `CASE(…)`: a word whose case counts.
    Case,
}

impl Mode {
    /// The mode that lowering names `term`, `phrase`, `TERM` or `CASE`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "term" => Self::Term,
            "phrase" => Self::Phrase,
            "TERM" => Self::Whole,
            "CASE" => Self::Case,
            _ => return None,
        })
    }
}

/// A compiled term.
#[derive(Debug)]
pub(crate) struct Term {
    mode: Mode,
    /// The texts between the stars, first to last, none of them empty.
    pieces: Vec<Needle>,
    open_start: bool,
    open_end: bool,
    /// Which piece columns are searched for, and how.
    hunt: Option<(usize, Hunt)>,
}

impl Term {
    /// Compiles a term.
    pub(crate) fn new(text: &str, mode: Mode) -> Self {
        let pieces: Vec<Needle> = text
            .split('*')
            .filter(|piece| !piece.is_empty())
            .map(|piece| Needle::new(piece, mode == Mode::Case))
            .collect();
        let longest = pieces.iter().enumerate().max_by_key(|(_, piece)| piece.len());
        let hunt = longest.map(|(place, piece)| (place, Hunt::new(piece)));
        Self { mode, open_start: text.starts_with('*'), open_end: text.ends_with('*'), hunt, pieces }
    }

    /// Whether it matches every event: `*`, or no text at all.
    pub(crate) fn is_any(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether a character belongs to it.
    pub(crate) fn has(&self, character: char) -> bool {
        let mut encoded = [0; 4];
        let encoded = character.encode_utf8(&mut encoded).as_bytes();
        self.pieces.iter().any(|piece| memmem::find(piece.bytes(), encoded).is_some())
    }

    /// The length of what is searched for.
    pub(crate) fn longest(&self) -> usize {
        self.pieces.iter().map(Needle::len).max().unwrap_or_default()
    }

    /// Whether the pieces after the first one follow, and the last of them ends where a word may end.
    fn rest_follows(&self, raw: &[u8], end: usize, rest: &[Needle]) -> bool {
        let Some((last, middle)) = rest.split_last() else { return self.open_end || self.ends(raw, end) };
        let mut star = end;
        for piece in middle {
            let Some(found) = piece.find(self.reach(raw, star, piece), star) else { return false };
            star = found + piece.len();
        }
        let reach = self.reach(raw, star, last);
        let mut from = star;
        while let Some(found) = last.find(reach, from) {
            if self.open_end || self.ends(raw, found + last.len()) {
                return true;
            }
            from = found + 1;
        }
        false
    }

    /// The event up to where a piece ends at most that follows a star which begins at `star`.
    fn reach<'r>(&self, raw: &'r [u8], star: usize, piece: &Needle) -> &'r [u8] {
        self.barrier(raw, star).and_then(|barrier| raw.get(..barrier + piece.len())).unwrap_or(raw)
    }

    /// Where a star that begins at `star` ends at the latest, if something but the end of the event ends it.
    fn barrier(&self, raw: &[u8], star: usize) -> Option<usize> {
        if self.mode == Mode::Phrase {
            return None;
        }
        let is_major = |place: usize, byte: u8| match class(byte) {
            Class::Major => true,
            Class::Minor => (byte == b'%' || byte == b'-') && raw.get(place..).is_some_and(starts_encoded),
            Class::Word => false,
        };
        raw.iter().enumerate().skip(star).find(|(place, byte)| is_major(*place, **byte)).map(|(place, _)| place)
    }

    fn starts(&self, raw: &[u8], place: usize) -> bool {
        let Some(&before) = place.checked_sub(1).and_then(|before| raw.get(before)) else { return true };
        let inside = raw.get(place).copied().map_or(Class::Word, class);
        self.breaks(class(before), inside) || {
            let window = raw.get(place.saturating_sub(LONGEST_ENCODED)..place).unwrap_or_default();
            ENCODED.iter().any(|code| {
                window.len().checked_sub(code.len()).is_some_and(|from| window[from..].eq_ignore_ascii_case(code))
            })
        }
    }

    fn ends(&self, raw: &[u8], place: usize) -> bool {
        let Some(&after) = raw.get(place) else { return true };
        let inside = place.checked_sub(1).and_then(|last| raw.get(last)).copied().map_or(Class::Word, class);
        self.breaks(class(after), inside) || { starts_encoded(raw.get(place..).unwrap_or_default()) }
    }

    /// Whether a word may end between a byte outside and one inside. A breaker that belongs to the term ends it too.
    fn breaks(&self, outside: Class, inside: Class) -> bool {
        match self.mode {
            Mode::Whole => outside == Class::Major || inside == Class::Major,
            _ => outside != Class::Word || inside != Class::Word,
        }
    }
}

impl Probe for Term {
    fn next(&self, buffer: &[u8], from: usize) -> Option<usize> {
        let (piece, hunt) = self.hunt.as_ref()?;
        hunt.next(self.pieces.get(*piece)?, buffer, from)
    }

    fn decide(&self, text: &[u8], place: usize) -> Verdict {
        let piece = self.hunt.as_ref().and_then(|(piece, _)| self.pieces.get(*piece));
        let Some(piece) = piece.filter(|piece| piece.is_at(text, place)) else { return Verdict::GoesOn };
        if self.pieces.len() > 1 {
            return if self.matches(text) { Verdict::Matches } else { Verdict::Differs };
        }
        let is_word =
            (self.open_start || self.starts(text, place)) && (self.open_end || self.ends(text, place + piece.len()));
        if is_word { Verdict::Matches } else { Verdict::GoesOn }
    }

    fn matches(&self, text: &[u8]) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else { return true };
        let mut from = 0;
        while let Some(start) = first.find(text, from) {
            from = start + 1;
            if !self.open_start && !self.starts(text, start) {
                continue;
            }
            let end = start + first.len();
            if self.rest_follows(text, end, rest) {
                return true;
            }
            if !rest.is_empty() {
                // What does not follow here does not follow further on either, as long as stars end at the same place.
                let Some(barrier) = self.barrier(text, end) else { return false };
                from = from.max((barrier + 1).saturating_sub(first.len()));
            }
        }
        false
    }
}

/// The class of a byte.
pub(crate) fn class(byte: u8) -> Class {
    CLASS[usize::from(byte)]
}

/// The length of the major breaker of several characters that a text begins with.
pub(crate) fn encoded_length(text: &[u8]) -> Option<usize> {
    let begins = |code: &&&[u8]| text.get(..code.len()).is_some_and(|start| start.eq_ignore_ascii_case(code));
    ENCODED.iter().find(begins).map(|code| code.len())
}

fn starts_encoded(text: &[u8]) -> bool {
    encoded_length(text).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, StringArray, StringViewArray};

    use super::{Mode, Probe, Term};
    use crate::eval::search::column::scan;

    /// In the event, and among other events in a column.
    fn check(mode: Mode, text: &str, raw: &str, expected: bool) {
        let term = Term::new(text, mode);
        assert_eq!(term.matches(raw.as_bytes()), expected, "{text} as {mode:?} in {raw}");
        if term.is_any() {
            return;
        }
        let rows = [raw, "", "something else to look at", raw];
        let columns: [ArrayRef; 2] =
            [Arc::new(StringArray::from(rows.to_vec())), Arc::new(StringViewArray::from(rows.to_vec()))];
        for column in columns {
            let found = scan(&column.slice(1, 3), &term).unwrap();
            assert_eq!(found.value(2), expected, "{text} as {mode:?} in {raw} of a column");
            assert_eq!(found.value(0), term.matches(b""), "{text} as {mode:?} before {raw}");
        }
    }

    #[test]
    fn a_word_is_bounded_by_breakers() {
        check(Mode::Term, "fail", "login FAIL now", true);
        check(Mode::Term, "fail", "login failure", false);
        check(Mode::Term, "fail", "failure, then fail", true);
        check(Mode::Term, "fail", "prefail", false);
        check(Mode::Term, "fail", "auth_fail", true);
        check(Mode::Term, "10.0.0.1", "ip=10.0.0.1", true);
        check(Mode::Term, "10", "ip=10.0.0.1", true);
        check(Mode::Term, "0.0", "ip=10.0.0.1", true);
        check(Mode::Term, "10.0.0.1", "ip=10.0.0.12", false);
        check(Mode::Term, "=10", "ip=10.0.0.1", true);
        check(Mode::Term, "über", "ÜBER alles", true);
        check(Mode::Term, "ber", "über", false);
        check(Mode::Term, "МОСКВА", "в москва.", true);
    }

    #[test]
    fn stars_reach_to_the_end_of_the_segment() {
        check(Mode::Term, "fail*", "login failure", true);
        check(Mode::Term, "*ail*", "login failure", true);
        check(Mode::Term, "*ure", "login failure", true);
        check(Mode::Term, "*ail", "login failure", false);
        check(Mode::Term, "f*ure", "login failure", true);
        check(Mode::Term, "log*ure", "login failure", false);
        check(Mode::Term, "10.*.1", "10.0.0.12 10.0.0.1", true);
        check(Mode::Term, "a*c", "abd abcx abc", true);
        check(Mode::Term, "a*c", "a_cx_c", true);
        check(Mode::Term, "*", "", true);
        check(Mode::Term, "a*c", "a%20c", false);
        check(Mode::Term, "a*c", "a--c", false);
        check(Mode::Term, "a*c", "a-c", true);
        check(Mode::Term, "a*b*c", "a b abxc", true);
        check(Mode::Term, "a*b*c", "ab xc", false);
    }

    #[test]
    fn long_events_take_no_longer_than_they_are() {
        // A search from each start to the end would take 10^10 steps.
        for raw in ["a".repeat(200_000), "a ".repeat(100_000), "ab".repeat(100_000)] {
            check(Mode::Term, "a*b*c", &raw, false);
            check(Mode::Phrase, "a*b*c", &raw, false);
        }
    }

    #[test]
    fn a_phrase_is_contiguous() {
        check(Mode::Phrase, "status=404", "x Status=404 y", true);
        check(Mode::Phrase, "status=404", "x status=4040 y", false);
        check(Mode::Phrase, "login failed", "a login failed.", true);
        check(Mode::Phrase, "login failed", "a login  failed.", false);
        check(Mode::Phrase, "failed for * from", "failed for bad user bob from x", true);
        check(Mode::Phrase, "", "anything", true);
    }

    #[test]
    fn term_needs_major_breakers() {
        check(Mode::Whole, "10.0.0.1", "ip=10.0.0.1", false);
        check(Mode::Whole, "10.0.0.1", "ip 10.0.0.1, x", true);
        check(Mode::Whole, "ip=10.0.0.1", "ip=10.0.0.1", true);
        check(Mode::Whole, "10.*", "from 10.0.0.1", true);
        check(Mode::Whole, "b", "a--b--c", true);
        check(Mode::Whole, "b", "a-b-c", false);
        check(Mode::Whole, "b", "a%20b%2cc", true);
    }

    #[test]
    fn case_counts_in_case() {
        check(Mode::Case, "Bob", "user=Bob", true);
        check(Mode::Case, "Bob", "user=bob", false);
        check(Mode::Case, "B*b", "user=Blob", true);
    }

    #[test]
    fn url_codes_are_breakers() {
        check(Mode::Term, "b", "a%20b", true);
        check(Mode::Term, "b", "a%ffb", false);
        check(Mode::Term, "20b", "a%20b", true);
    }
}
