//! Patterns of whole values: `*` is any run of characters, everything else stands for itself. There is no escape.
//!
//! `host=web*` is the pattern `web*`.

use std::sync::OnceLock;

use super::{
    column::{Probe, Verdict},
    hunt::Hunt,
    needle::Needle,
};

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Glob {
    /// The texts between the stars, first to last, none of them empty.
    pieces: Vec<Needle>,
    open_start: bool,
    open_end: bool,
    /// How columns are searched for the longest piece; made when first asked for.
    hunt: OnceLock<Box<Hunt>>,
}

impl Glob {
    /// Compiles a pattern. Letters are the same in either case, as [`super::needle`] says, unless case counts.
    pub(crate) fn new(pattern: &str, case_sensitive: bool) -> Self {
        Self {
            pieces: pattern
                .split('*')
                .filter(|piece| !piece.is_empty())
                .map(|piece| Needle::new(piece, case_sensitive))
                .collect(),
            open_start: pattern.starts_with('*'),
            open_end: pattern.ends_with('*'),
            hunt: OnceLock::new(),
        }
    }

    /// The longest text that every match contains; empty where there is none.
    pub(crate) fn longest_piece(&self) -> &[u8] {
        self.pieces.iter().map(Needle::bytes).max_by_key(|bytes| bytes.len()).unwrap_or_default()
    }

    /// Whether it has letters beyond ASCII of which case does not count.
    pub(crate) fn is_beyond_ascii(&self) -> bool {
        self.pieces.iter().any(Needle::is_beyond_ascii)
    }

    /// The text that the whole value has to be, where the pattern has no star.
    pub(super) fn exact(&self) -> Option<&Needle> {
        match self.pieces.as_slice() {
            [piece] if !self.open_start && !self.open_end => Some(piece),
            _ => None,
        }
    }

    /// The search for it through whole columns, where it may begin anywhere: `*powershell*`.
    pub(super) fn search(&self) -> Option<Contained<'_>> {
        let longest = self.pieces.iter().max_by_key(|piece| piece.len())?;
        let is_open = self.open_start && self.open_end;
        is_open.then(|| Contained {
            glob: self,
            piece: longest,
            hunt: self.hunt.get_or_init(|| Box::new(Hunt::new(longest))),
        })
    }

    /// Whether the whole value matches.
    pub(crate) fn matches(&self, value: &str) -> bool {
        self.matches_bytes(value.as_bytes())
    }

    fn matches_bytes(&self, value: &[u8]) -> bool {
        let Some((last, before_last)) = self.pieces.split_last() else {
            return value.is_empty() || self.open_start;
        };
        let mut place = 0;
        for (index, piece) in before_last.iter().enumerate() {
            if index == 0 && !self.open_start {
                if !piece.is_at(value, 0) {
                    return false;
                }
                place = piece.len();
                continue;
            }
            // The leftmost place leaves most to the pieces that follow.
            let Some(found) = piece.find(value, place) else { return false };
            place = found + piece.len();
        }
        let is_first = before_last.is_empty() && !self.open_start;
        if self.open_end {
            return if is_first { last.is_at(value, 0) } else { last.find(value, place).is_some() };
        }
        let Some(end) = value.len().checked_sub(last.len()) else { return false };
        end >= place && (!is_first || end == 0) && last.is_at(value, end)
    }
}

/// The search for a pattern that stands anywhere in a value.
pub(super) struct Contained<'a> {
    glob: &'a Glob,
    piece: &'a Needle,
    hunt: &'a Hunt,
}

impl Probe for Contained<'_> {
    fn next(&self, buffer: &[u8], from: usize) -> Option<usize> {
        self.hunt.next(self.piece, buffer, from)
    }

    fn decide(&self, text: &[u8], place: usize) -> Verdict {
        if !self.piece.is_at(text, place) {
            return Verdict::GoesOn;
        }
        if self.glob.pieces.len() == 1 || self.matches(text) { Verdict::Matches } else { Verdict::Differs }
    }

    fn matches(&self, text: &[u8]) -> bool {
        self.glob.matches_bytes(text)
    }
}

/// Whether a value matches a pattern that is used only once. Allocates nothing for ASCII.
pub(crate) fn matches_once(value: &str, pattern: &str, ignore_case: bool) -> bool {
    if ignore_case && !(value.is_ascii() && pattern.is_ascii()) {
        return matches_once(&value.to_lowercase(), &pattern.to_lowercase(), false);
    }
    let (value, pattern) = (value.as_bytes(), pattern.as_bytes());
    let same = |a: u8, b: u8| if ignore_case { a.eq_ignore_ascii_case(&b) } else { a == b };
    let (mut at, mut of) = (0, 0);
    // Where the last star was, and how far its run reaches so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(&byte) = value.get(at) {
        match pattern.get(of) {
            Some(b'*') => {
                star = Some((of, at));
                of += 1;
            }
            Some(&expected) if same(byte, expected) => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((place, reach)) = star else { return false };
                star = Some((place, reach + 1));
                at = reach + 1;
                of = place + 1;
            }
        }
    }
    pattern.get(of..).is_some_and(|rest| rest.iter().all(|&byte| byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::{Glob, matches_once};

    fn check(pattern: &str, value: &str, expected: bool) {
        assert_eq!(Glob::new(pattern, false).matches(value), expected, "{pattern} on {value}");
        assert_eq!(matches_once(value, pattern, true), expected, "{pattern} on {value}, used once");
    }

    #[test]
    fn a_star_is_any_run() {
        check("web*", "web", true);
        check("web*", "WEB01", true);
        check("web*", "aweb", false);
        check("*web", "my-Web", true);
        check("*web", "web1", false);
        check("*web*", "a web b", true);
        check("a*b", "ab", true);
        check("a*b", "a", false);
        check("a*a", "a", false);
        check("ab*ba", "aba", false);
        check("a*b*c", "aXbYbZc", true);
        check("a*b*c", "aXcYb", false);
        check("a**c", "abc", true);
        check("*", "", true);
        check("", "", true);
        check("", "a", false);
        check("*example.com", "news.Example.com", true);
    }

    #[test]
    fn case_beyond_ascii_is_ignored_too() {
        check("ÄRGER*", "ärger im büro", true);
        check("*BÜRO", "ärger im büro", true);
        check("o*o", "oöo", true);
        check("straße", "STRASSE", false);
    }

    /// All texts of at most so many of these letters.
    fn all(letters: &[char], most: usize) -> Vec<String> {
        let mut texts = vec![String::new()];
        let mut start = 0;
        for _ in 0..most {
            let end = texts.len();
            for place in start..end {
                let longer: Vec<String> = letters.iter().map(|letter| format!("{}{letter}", texts[place])).collect();
                texts.extend(longer);
            }
            start = end;
        }
        texts
    }

    /// By definition: a star takes nothing, or a character and goes on.
    fn is_match(pattern: &[u8], value: &[u8]) -> bool {
        match (pattern.split_first(), value.split_first()) {
            (Some((b'*', rest)), behind) => {
                is_match(rest, value) || behind.is_some_and(|(_, behind)| is_match(pattern, behind))
            }
            (Some((expected, rest)), Some((byte, behind))) => expected == byte && is_match(rest, behind),
            (None, None) => true,
            _ => false,
        }
    }

    #[test]
    fn short_patterns_match_as_defined() {
        for pattern in all(&['a', 'b', '*'], 5) {
            for value in all(&['a', 'b'], 5) {
                check(&pattern, &value, is_match(pattern.as_bytes(), value.as_bytes()));
            }
        }
    }

    #[test]
    fn case_can_count() {
        assert!(!Glob::new("Bob*", true).matches("bob"));
        assert!(Glob::new("Bob*", true).matches("Bobby"));
        assert!(!matches_once("bob", "B*", false));
    }
}
