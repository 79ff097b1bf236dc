//! Terms in bytes that are no column yet, such as a part of a log: `error 10.0.0.*` is true of a line that has both.
//!
//! One of the terms is searched for through all bytes at once; only around a candidate are the line's ends looked for. Bytes that
//! are no text are passed over like letters, which is what they become. Absent: negations, and whatever is asked of fields; who
//! reads a log asks those of the lines that are left.

use std::{iter, ops::Range};

use memchr::{memchr, memrchr};

use crate::eval::search::{
    column::{Probe, Verdict},
    term::{Mode, Term},
};

/// Each of them is a search through all bytes.
const MOST_WAYS: usize = 4;

/// Terms to look for.
#[derive(Debug)]
pub struct Seek {
    /// Of which a line must have one.
    ways: Vec<Way>,
}

/// Terms that a line must have, all of them.
#[derive(Debug)]
struct Way {
    /// The one to search for.
    first: Term,
    others: Vec<Term>,
}

impl Seek {
    /// A search for lines that have all terms of one of these ways; a term has the name of its kind. None where it would find every
    /// line, or where there is too much to search for.
    pub fn new(ways: &[Vec<(&str, &str)>]) -> Option<Self> {
        let ways = ways.iter().map(|terms| Way::new(terms)).collect::<Option<Vec<_>>>()?;
        (1..=MOST_WAYS).contains(&ways.len()).then_some(Self { ways })
    }

    /// The lines that have the terms, without their ends.
    pub fn lines<'a>(&'a self, bytes: &'a [u8]) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut next: Vec<Option<Range<usize>>> = self.ways.iter().map(|way| way.next_line(bytes, 0)).collect();
        iter::from_fn(move || {
            let line = next.iter().flatten().min_by_key(|line| line.start)?.clone();
            let rest = bytes.get(line.end..).unwrap_or_default();
            let behind = memchr(b'\n', rest).map_or(bytes.len(), |end| line.end + end + 1);
            for (way, next) in self.ways.iter().zip(&mut next) {
                if next.as_ref().is_some_and(|next| next.start == line.start) {
                    *next = way.next_line(bytes, behind);
                }
            }
            Some(line)
        })
    }
}

impl Way {
    fn new(terms: &[(&str, &str)]) -> Option<Self> {
        let compile = |(text, mode): &(&str, &str)| Some(Term::new(text, Mode::parse(mode)?));
        let mut terms: Vec<Term> = terms.iter().map(compile).collect::<Option<_>>()?;
        terms.retain(|term| !term.is_any());
        // A line that is asked for the character that stands for broken bytes has to be made a text first.
        if terms.iter().any(|term| term.has(char::REPLACEMENT_CHARACTER)) {
            return None;
        }
        let (place, _) = terms.iter().enumerate().max_by_key(|(_, term)| term.longest())?;
        let first = terms.swap_remove(place);
        Some(Self { first, others: terms })
    }

    /// The next line at or after `from`, where a line begins.
    fn next_line(&self, bytes: &[u8], from: usize) -> Option<Range<usize>> {
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

    fn check(ways: &[&[(&str, &str)]], log: &str, expected: &[&str]) {
        let ways: Vec<Vec<(&str, &str)>> = ways.iter().map(|terms| terms.to_vec()).collect();
        let seek = Seek::new(&ways).unwrap();
        let found: Vec<&str> = seek.lines(log.as_bytes()).map(|line| log.get(line).unwrap()).collect();
        assert_eq!(found, expected, "{ways:?} in {log:?}");
    }

    #[test]
    fn lines_have_all_terms() {
        let log = "an error here\r\nno errors\n\nERROR at last: here\nhere\nthere, an error";
        check(&[&[("error", "term")]], log, &["an error here", "ERROR at last: here", "there, an error"]);
        check(&[&[("error", "term"), ("here", "term")]], log, &["an error here", "ERROR at last: here"]);
        let starting = ["an error here", "no errors", "ERROR at last: here", "there, an error"];
        check(&[&[("error*", "term"), ("*", "term")]], log, &starting);
        check(&[&[("Error", "CASE")]], log, &[]);
        check(&[&[("error at", "phrase")]], log, &["ERROR at last: here"]);
    }

    #[test]
    fn lines_have_the_terms_of_one_way_and_come_once() {
        let log = "a b\nb\nc\na\nc a\nd";
        check(&[&[("a", "term")], &[("c", "term")]], log, &["a b", "c", "a", "c a"]);
        check(&[&[("a", "term"), ("b", "term")], &[("d", "term")]], log, &["a b", "d"]);
        check(&[&[("x", "term")], &[("y", "term")]], log, &[]);
    }

    #[test]
    fn no_match_reaches_over_the_end_of_a_line() {
        check(&[&[("a\nb", "phrase")]], "a\nb", &[]);
        check(&[&[("a*b", "phrase")]], "a\nb\na b", &["a b"]);
        check(&[&[("b\r", "phrase")]], "b\r\nb\r\r\n", &["b\r"]);
        check(&[&[("end", "term")]], "the end\nending\nend", &["the end", "end"]);
    }

    #[test]
    fn what_is_true_of_all_lines_is_not_searched_for() {
        let none = |ways: &[Vec<(&str, &str)>]| assert!(Seek::new(ways).is_none(), "{ways:?}");
        none(&[]);
        none(&[vec![]]);
        none(&[vec![("*", "term")]]);
        none(&[vec![("a", "term")], vec![("*", "term")]]);
        none(&[vec![("a", "other")]]);
        none(&[vec![("a\u{fffd}", "term")]]);
        none(&vec![vec![("a", "term")]; super::MOST_WAYS + 1]);
    }
}
