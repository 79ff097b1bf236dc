//! Terms in bytes that are no column yet, such as a part of a log: `error 10.0.0.*` is true of a line that has both.
//!
//! One of the terms is searched for through all bytes at once; only around a candidate are the line's ends looked for. Bytes that
//! are no text are passed over like letters, which is what they become. Absent: alternatives, negations, and whatever is asked of
//! fields; who reads a log asks those of the lines that are left.

use std::ops::Range;

use memchr::{memchr, memrchr};

use crate::eval::search::{
    column::{Probe, Verdict},
    term::{Mode, Term},
};

/// Terms that a line must have, all of them.
#[derive(Debug)]
pub struct Seek {
    /// The one to search for.
    first: Term,
    others: Vec<Term>,
}

impl Seek {
    /// A search for terms, each with the name of its kind; none where there is nothing to search for.
    pub fn new(terms: &[(&str, &str)]) -> Option<Self> {
        let compile = |(text, mode): &(&str, &str)| Some(Term::new(text, Mode::parse(mode)?));
        let mut terms: Vec<Term> = terms.iter().map(compile).collect::<Option<_>>()?;
        // A line that is asked for the character that stands for broken bytes has to be made a text first.
        let is_odd = |term: &Term| term.has(char::REPLACEMENT_CHARACTER);
        terms.retain(|term| !term.is_any());
        if terms.iter().any(is_odd) {
            return None;
        }
        let (place, _) = terms.iter().enumerate().max_by_key(|(_, term)| term.longest())?;
        let first = terms.swap_remove(place);
        Some(Self { first, others: terms })
    }

    /// The next line that has the terms, without its end, at or after `from`, where a line begins.
    pub fn next_line(&self, bytes: &[u8], from: usize) -> Option<Range<usize>> {
        // Where a line begins at the latest in which the next candidate is.
        let mut known = from;
        let mut place = from;
        while let Some(candidate) = self.first.next(bytes, place) {
            let start = memrchr(b'\n', bytes.get(known..candidate)?).map_or(known, |end| known + end + 1);
            let rest = bytes.get(candidate..)?;
            let end = memchr(b'\n', rest).map_or(bytes.len(), |end| candidate + end);
            let line = bytes.get(start..end)?;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match self.first.decide(line, candidate - start) {
                Verdict::Matches if self.others.iter().all(|term| term.matches(line)) => {
                    return Some(start..start + line.len());
                }
                Verdict::Matches | Verdict::Differs => {
                    known = end + 1;
                    place = known;
                }
                Verdict::GoesOn => {
                    known = start;
                    place = candidate + 1;
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Seek;

    fn check(terms: &[(&str, &str)], log: &str, expected: &[&str]) {
        let seek = Seek::new(terms).unwrap();
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(line) = seek.next_line(log.as_bytes(), from) {
            from = log.get(line.end..).unwrap().find('\n').map_or(log.len(), |end| line.end + end + 1);
            found.push(log.get(line).unwrap());
        }
        assert_eq!(found, expected, "{terms:?} in {log:?}");
    }

    #[test]
    fn lines_have_all_terms() {
        let log = "an error here\r\nno errors\n\nERROR at last: here\nhere\nthere, an error";
        check(&[("error", "term")], log, &["an error here", "ERROR at last: here", "there, an error"]);
        check(&[("error", "term"), ("here", "term")], log, &["an error here", "ERROR at last: here"]);
        check(&[("error*", "term"), ("*", "term")], log, &[
            "an error here",
            "no errors",
            "ERROR at last: here",
            "there, an error",
        ]);
        check(&[("Error", "CASE")], log, &[]);
        check(&[("error at", "phrase")], log, &["ERROR at last: here"]);
    }

    #[test]
    fn no_match_reaches_over_the_end_of_a_line() {
        check(&[("a\nb", "phrase")], "a\nb", &[]);
        check(&[("a*b", "phrase")], "a\nb\na b", &["a b"]);
        check(&[("b\r", "phrase")], "b\r\nb\r\r\n", &["b\r"]);
        check(&[("end", "term")], "the end\nending\nend", &["the end", "end"]);
    }

    #[test]
    fn what_is_true_of_all_lines_is_not_searched_for() {
        assert!(Seek::new(&[("*", "term")]).is_none());
        assert!(Seek::new(&[]).is_none());
        assert!(Seek::new(&[("a", "other")]).is_none());
        assert!(Seek::new(&[("a\u{fffd}", "term")]).is_none());
    }
}
