//! Where a stream of text breaks. `LINE_BREAKER = ([\r\n]+)(?=<Event )`
//!
//! What the first group that takes part in a match holds lies between two pieces and belongs to neither; without a group the
//! text breaks before the match.

use std::sync::Arc;

use memchr::memchr2;
use speleo_functions::eval::pattern::regex::{Groups, Regex, compile};

/// How far back a search begins anew when more text has come: a match may have begun before the end of what was there.
const OVERLAP: usize = 64 << 10;

/// What breaks text.
#[derive(Debug, Clone)]
pub(super) enum Breaker {
    /// Runs of line ends, as `([\r\n]+)`.
    Lines,
    /// A pattern and the number of its groups.
    Pattern(Arc<Regex>, usize),
}

/// The default, as it is written.
const LINES: &str = r"([\r\n]+)";

impl Breaker {
    /// The breaker of a pattern.
    ///
    /// # Errors
    /// Why it cannot be compiled.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        if matches!(pattern, LINES | r"([\n\r]+)" | r"([\r\n]+)\s*") {
            return Ok(Self::Lines);
        }
        Ok(Self::Pattern(compile(pattern)?, groups(pattern)))
    }

    /// Whether it breaks at line ends alone, so that a file can be read in parts.
    pub(super) fn is_lines(&self) -> bool {
        matches!(self, Self::Lines)
    }

    /// Room for the groups of a match.
    pub(super) fn groups(&self) -> Option<Groups> {
        match self {
            Self::Lines => None,
            Self::Pattern(regex, _) => Some(regex.groups()),
        }
    }

    /// The end of the piece that begins at `start`, and the start of the next one; none where the text ends before, or where more
    /// text might move the break. Breaks before `from` are known not to be there.
    pub(super) fn find(
        &self,
        text: &str,
        start: usize,
        from: usize,
        at_end: bool,
        groups: Option<&mut Groups>,
    ) -> Option<(usize, usize)> {
        match (self, groups) {
            (Self::Pattern(regex, count), Some(groups)) => pattern(regex, *count, text, start, from, at_end, groups),
            _ => lines(text, from, at_end),
        }
    }

    /// Where to look on when the text up to its end had no break.
    pub(super) fn resume(&self, text: &str, start: usize) -> usize {
        match self {
            // A run of line ends at the very end may go on.
            Self::Lines => start + text.get(start..).unwrap_or_default().trim_end_matches(['\r', '\n']).len(),
            Self::Pattern(..) => text.floor_char_boundary(start.max(text.len().saturating_sub(OVERLAP))),
        }
    }
}

fn lines(text: &str, from: usize, at_end: bool) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let end = from + memchr2(b'\r', b'\n', bytes.get(from..)?)?;
    let run = bytes.get(end..)?.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let next = end + run;
    (next < bytes.len() || at_end).then_some((end, next))
}

fn pattern(
    regex: &Regex,
    count: usize,
    text: &str,
    start: usize,
    from: usize,
    at_end: bool,
    groups: &mut Groups,
) -> Option<(usize, usize)> {
    let mut from = from;
    while from <= text.len() {
        let (match_start, match_end) = regex.find(text, from, groups)?;
        if match_end >= text.len() && !at_end {
            return None;
        }
        let (end, next) = (1..=count).find_map(|group| groups.get(group)).unwrap_or((match_start, match_start));
        // A break that takes nothing and gives nothing would go on for ever.
        if end >= start && next > start {
            return Some((end, next));
        }
        let after = match_start.max(from);
        from = after + text.get(after..)?.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// An upper bound of the number of groups.
fn groups(pattern: &str) -> usize {
    pattern.bytes().filter(|byte| *byte == b'(').count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(breaker: &str, text: &str, expected: &[&str]) {
        let breaker = Breaker::new(breaker).unwrap();
        let mut groups = breaker.groups();
        let (mut start, mut found) = (0, Vec::new());
        while let Some((end, next)) = breaker.find(text, start, start, true, groups.as_mut()) {
            found.push(&text[start..end]);
            start = next;
        }
        found.push(&text[start..]);
        assert_eq!(found, expected);
    }

    #[test]
    fn the_first_group_that_takes_part_lies_between() {
        check(LINES, "a\r\n\nb\rc", &["a", "b", "c"]);
        check(r"(=+\r?\n)", "a\n==\nb\n=\n", &["a\n", "b\n", ""]);
        check(r"(\n)<|(;)x", "a\n<b;xc;d", &["a", "<b", "xc;d"]);
        check(r"([\r\n]*)<E ", "<E 1><E 2>\n<E 3>", &["<E 1>", "<E 2>", "<E 3>"]);
    }

    #[test]
    fn without_a_group_the_text_breaks_before_the_match() {
        check(r"\d\d:", "01:a02:b", &["01:a", "02:b"]);
        check("(?=é)", "éaéb", &["éa", "éb"]);
    }

    #[test]
    fn a_break_at_the_end_waits_for_more() {
        let lines = Breaker::new(LINES).unwrap();
        assert_eq!(lines.find("a\n", 0, 0, false, None), None);
        assert_eq!(lines.resume("a\n", 0), 1);
        assert_eq!(lines.find("a\n\nb", 0, 1, false, None), Some((1, 3)));
        let pattern = Breaker::new("(\n+)x").unwrap();
        assert_eq!(pattern.find("a\nx", 0, 0, false, pattern.groups().as_mut()), None);
        assert_eq!(pattern.find("a\nxy", 0, 0, false, pattern.groups().as_mut()), Some((1, 2)));
    }
}
