//! Terms and phrases: words of `_raw` between breakers.
//!
//! `error 10.0.0.*`, `"login failed"`, `TERM(10.0.0.1)`, `CASE(Bob)`. There is no index of tokens: candidates are
//! found as substrings, then their ends are checked. Splunk's default segmenters are built in, none can be configured.

use super::needle::{Needle, fold};

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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Word,
    Minor,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    beyond_ascii: bool,
}

impl Term {
    /// Compiles a term.
    pub(crate) fn new(text: &str, mode: Mode) -> Self {
        let case_sensitive = mode == Mode::Case;
        let beyond_ascii = !case_sensitive && !text.is_ascii();
        let text = fold(text, beyond_ascii);
        let pieces = text.split('*').filter(|piece| !piece.is_empty());
        Self {
            mode,
            pieces: pieces.map(|piece| Needle::new(piece, case_sensitive)).collect(),
            open_start: text.starts_with('*'),
            open_end: text.ends_with('*'),
            beyond_ascii,
        }
    }

    /// Whether it matches every event: `*`, or no text at all.
    pub(crate) fn is_any(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether an event has it.
    pub(crate) fn matches(&self, raw: &str) -> bool {
        let folded = fold(raw, self.beyond_ascii);
        let raw = folded.as_bytes();
        let Some((first, rest)) = self.pieces.split_first() else { return true };
        let mut from = 0;
        while let Some(start) = first.find(raw, from) {
            let end = start + first.len();
            if (self.open_start || self.starts(raw, start)) && self.rest_follows(raw, end, rest) {
                return true;
            }
            from = start + 1;
        }
        false
    }

    /// Whether the pieces after the first one follow, and the last of them ends where a word may end.
    fn rest_follows(&self, raw: &[u8], end: usize, rest: &[Needle]) -> bool {
        let Some((last, middle)) = rest.split_last() else { return self.open_end || self.ends(raw, end) };
        let mut place = end;
        for piece in middle {
            let Some(found) = self.next(raw, place, place, piece) else { return false };
            place = found + piece.len();
        }
        let mut from = place;
        while let Some(found) = self.next(raw, place, from, last) {
            if self.open_end || self.ends(raw, found + last.len()) {
                return true;
            }
            from = found + 1;
        }
        false
    }

    /// The next place of a piece at or after `from` that a star which began at `star` reaches.
    fn next(&self, raw: &[u8], star: usize, from: usize, piece: &Needle) -> Option<usize> {
        let found = piece.find(raw, from)?;
        let gap = raw.get(star..found)?;
        let is_reached = self.mode == Mode::Phrase || gap.iter().all(|&byte| class(byte) != Class::Major);
        is_reached.then_some(found)
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
        self.breaks(class(after), inside) || {
            let window = raw.get(place..).unwrap_or_default();
            ENCODED.iter().any(|code| window.get(..code.len()).is_some_and(|text| text.eq_ignore_ascii_case(code)))
        }
    }

    /// Whether a word may end between a byte outside and one inside. A breaker that belongs to the term ends it too.
    fn breaks(&self, outside: Class, inside: Class) -> bool {
        match self.mode {
            Mode::Whole => outside == Class::Major || inside == Class::Major,
            _ => outside != Class::Word || inside != Class::Word,
        }
    }
}

fn class(byte: u8) -> Class {
    CLASS[usize::from(byte)]
}

#[cfg(test)]
mod tests {
    use super::{Mode, Term};

    fn check(mode: Mode, text: &str, raw: &str, expected: bool) {
        assert_eq!(Term::new(text, mode).matches(raw), expected, "{text} as {mode:?} in {raw}");
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
