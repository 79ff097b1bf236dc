//! Compiled regular expressions, and the cache of them.
//!
//! An automaton serves wherever it can, because its time is linear in the text; groups are found by a walk instead as long as it
//! is quick. Look-around, back-references, atomic groups and possessive quantifiers need backtracking, whose steps are bounded: a
//! search that gives up matches nothing.

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use memchr::memmem::Finder;
use regex::CaptureLocations;

use super::{
    run::Run,
    translate::{Dialect, translate},
    walk::{Found, Places, Walk},
};
use crate::cache::Cache;

/// The most bytes that a compiled automaton may take.
const SIZE_LIMIT: usize = 32 << 20;

/// The most steps of one backtracking search.
const BACKTRACK_LIMIT: usize = 1_000_000;

/// The most patterns of which a thread has copies.
const OWN_MOST: usize = 64;

/// How often a walk may give up before none is tried any more with the same room for groups.
const GIVEN_UP_MOST: usize = 32;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub enum Regex {
    /// Plain text, which is searched for as such; the automaton is for groups.
    Plain(Box<Finder<'static>>, regex::Regex),
    /// A run of characters, which is searched for as such; the automaton is for groups.
    Run(Run, regex::Regex),
    /// Finite automata, and for most patterns a walk, which is quicker where groups are asked for.
    Automaton(regex::Regex, Option<Box<Walk>>),
    /// Backtracking.
    Backtracking(fancy_regex::Regex),
}

/// The pattern's regular expression, compiled at most once as long as it stays in the cache. Each thread has a copy of its own: the
/// room that a search needs is handed out under a lock where several share one.
///
/// # Errors
/// Why it cannot be compiled, as a short text.
pub fn compile(pattern: &str) -> Result<Arc<Regex>, String> {
    static CACHE: Cache<String, Regex> = Cache::new(512);
    thread_local! {
        static OWN: RefCell<HashMap<String, Arc<Regex>>> = RefCell::default();
    }
    if let Some(own) = OWN.with_borrow(|own| own.get(pattern).cloned()) {
        return Ok(own);
    }
    let own = Arc::new(Regex::clone(&*CACHE.get(pattern, Regex::new)?));
    OWN.with_borrow_mut(|all| {
        if all.len() >= OWN_MOST {
            all.clear();
        }
        all.insert(pattern.to_owned(), Arc::clone(&own));
    });
    Ok(own)
}

impl Regex {
    fn new(pattern: &str) -> Result<Self, String> {
        if translate(pattern, Dialect::Backtracking)?.backtracks {
            let text = translate(pattern, Dialect::Backtracking)?.text;
            return fancy_regex::RegexBuilder::new(&text)
                .backtrack_limit(BACKTRACK_LIMIT)
                .delegate_size_limit(SIZE_LIMIT)
                .build()
                .map(Self::Backtracking)
                .map_err(|error| short(&error.to_string()));
        }
        let text = translate(pattern, Dialect::Automaton)?.text;
        let automaton = regex::RegexBuilder::new(&text).size_limit(SIZE_LIMIT).build();
        let automaton = automaton.map_err(|error| short(&error.to_string()))?;
        Ok(if is_plain(pattern) {
            Self::Plain(Box::new(Finder::new(pattern).into_owned()), automaton)
        } else if let Some(run) = Run::of(pattern) {
            Self::Run(run, automaton)
        } else {
            Self::Automaton(automaton, Walk::new(&text).map(Box::new))
        })
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Plain(finder, _) => finder.find(text.as_bytes()).is_some(),
            Self::Run(run, _) => run.find(text, 0).is_some(),
            Self::Automaton(regex, _) => regex.is_match(text),
            Self::Backtracking(regex) => regex.is_match(text).unwrap_or(false),
        }
    }

    /// The names of the named groups with their numbers, in order.
    pub fn names(&self) -> Vec<(usize, String)> {
        fn collect<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<(usize, String)> {
            names.enumerate().filter_map(|(number, name)| Some((number, name?.to_owned()))).collect()
        }
        match self {
            Self::Plain(_, regex) | Self::Run(_, regex) | Self::Automaton(regex, _) => collect(regex.capture_names()),
            Self::Backtracking(regex) => collect(regex.capture_names()),
        }
    }

    /// How many groups there are besides the whole match.
    pub(crate) fn group_count(&self) -> usize {
        let all = match self {
            Self::Plain(_, regex) | Self::Run(_, regex) | Self::Automaton(regex, _) => regex.captures_len(),
            Self::Backtracking(regex) => regex.captures_len(),
        };
        all.saturating_sub(1)
    }

    /// Room for the groups of a match, to be used again and again.
    pub fn groups(&self) -> Groups {
        self.room(Walk::places)
    }

    /// As [`Self::groups`], where of the first match no group is asked for behind the one that is given: neither they nor the place of
    /// the whole match are true then.
    pub(crate) fn groups_until(&self, last: usize) -> Groups {
        self.room(|walk| walk.places_until(last))
    }

    fn room(&self, places: impl FnOnce(&Walk) -> Places) -> Groups {
        match self {
            Self::Plain(_, regex) | Self::Run(_, regex) | Self::Automaton(regex, None) => {
                Groups::Automaton(regex.capture_locations())
            }
            Self::Automaton(regex, Some(walk)) => Groups::Walk(Box::new(WalkGroups {
                places: places(walk),
                slots: regex.capture_locations(),
                given_up: 0,
            })),
            Self::Backtracking(_) => Groups::Backtracking(Vec::new()),
        }
    }

    /// Finds the first match that starts at or after a place, and its groups.
    pub fn find(&self, text: &str, start: usize, groups: &mut Groups) -> Option<(usize, usize)> {
        match (self, groups) {
            (Self::Automaton(regex, Some(walk)), Groups::Walk(groups)) => groups.find(regex, walk, text, start),
            (Self::Plain(_, regex) | Self::Run(_, regex) | Self::Automaton(regex, _), Groups::Automaton(slots)) => {
                regex.captures_read_at(slots, text, start).map(|found| (found.start(), found.end()))
            }
            (_, Groups::Whole(found)) => {
                *found = self.find_whole(text, start);
                *found
            }
            (Self::Backtracking(regex), Groups::Backtracking(slots)) => {
                let captures = regex.captures_from_pos(text, start).ok()??;
                slots.clear();
                slots.extend(captures.iter().map(|group| group.map(|group| (group.start(), group.end()))));
                slots.first().copied().flatten().filter(|(start, end)| start <= end)
            }
            _ => None,
        }
    }

    /// Where the first match is that starts at or after a place: cheaper than with groups.
    fn find_whole(&self, text: &str, start: usize) -> Option<(usize, usize)> {
        match self {
            Self::Plain(finder, _) => {
                let found = finder.find(text.as_bytes().get(start..)?)?.checked_add(start)?;
                Some((found, found.checked_add(finder.needle().len())?))
            }
            Self::Run(run, _) => run.find(text, start),
            Self::Automaton(regex, _) => regex.find_at(text, start).map(|found| (found.start(), found.end())),
            Self::Backtracking(regex) => {
                let found = regex.find_from_pos(text, start).ok()??;
                Some((found.start(), found.end())).filter(|(start, end)| start <= end)
            }
        }
    }

    /// Visits the matches from left to right until `visit` says no.
    pub fn each(&self, text: &str, groups: &mut Groups, mut visit: impl FnMut(&Groups, (usize, usize)) -> bool) {
        let mut start = 0;
        let mut last_end = None;
        while start <= text.len() {
            let Some((from, to)) = self.find(text, start, groups) else { return };
            // An empty match right behind another one is none.
            if (from < to || last_end != Some(to)) && !visit(groups, (from, to)) {
                return;
            }
            last_end = Some(to);
            let step = if from < to {
                0
            } else {
                text.get(to..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
            };
            // `\K` can move the start of a match, never its end, backwards.
            start = start.max(to + step);
        }
    }
}

/// Where the groups of a match are.
pub enum Groups {
    /// Of the whole match alone.
    Whole(Option<(usize, usize)>),
    /// Of an automaton.
    Automaton(CaptureLocations),
    /// Of a walk.
    Walk(Box<WalkGroups>),
    /// Of a backtracking search.
    Backtracking(Vec<Option<(usize, usize)>>),
}

impl Groups {
    /// The place of a group by its number; none where it took no part.
    pub fn get(&self, number: usize) -> Option<(usize, usize)> {
        match self {
            Self::Whole(found) => found.filter(|_| number == 0),
            Self::Automaton(slots) => slots.get(number),
            Self::Walk(groups) => groups.places.get(number),
            Self::Backtracking(slots) => slots.get(number).copied().flatten(),
        }
    }

    /// The text of a group.
    pub fn text<'t>(&self, number: usize, text: &'t str) -> Option<&'t str> {
        let (start, end) = self.get(number)?;
        text.get(start..end)
    }
}

/// The groups of a walk, and those of the automaton that takes over where it gives up.
pub struct WalkGroups {
    places: Places,
    slots: CaptureLocations,
    given_up: usize,
}

impl WalkGroups {
    fn find(&mut self, regex: &regex::Regex, walk: &Walk, text: &str, start: usize) -> Option<(usize, usize)> {
        if self.given_up < GIVEN_UP_MOST {
            match walk.find(text, start, &mut self.places) {
                Found::Match(start, end) => return Some((start, end)),
                Found::Nothing => return None,
                Found::Unknown => self.given_up += 1,
            }
        }
        let found = regex.captures_read_at(&mut self.slots, text, start)?;
        self.places.set(|number| self.slots.get(number));
        Some((found.start(), found.end()))
    }
}

/// Whether a pattern has nothing but characters that stand for themselves.
fn is_plain(pattern: &str) -> bool {
    !pattern.is_empty() && pattern.chars().all(|c| c.is_alphanumeric() || "_-/:;,=@&%!~'\"<> ".contains(c))
}

/// The last line of an error, without the drawing above it.
fn short(message: &str) -> String {
    let line = message.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(message).trim();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::{Groups, Regex, compile};

    fn check(pattern: &str, text: &str, expected: &[&str]) {
        let regex = compile(pattern).unwrap();
        let mut found = Vec::new();
        regex.each(text, &mut regex.groups(), |groups, _| {
            found.push(groups.text(0, text).unwrap().to_owned());
            true
        });
        assert_eq!(found, expected, "{pattern} in {text}");
        let mut whole = Vec::new();
        regex.each(text, &mut Groups::Whole(None), |_, (start, end)| {
            whole.push(text[start..end].to_owned());
            true
        });
        assert_eq!(whole, expected, "{pattern} in {text}");
        assert_eq!(regex.is_match(text), !expected.is_empty(), "{pattern} in {text}");
    }

    #[test]
    fn matches_from_left_to_right() {
        check(r"\d+", "a1b22", &["1", "22"]);
        check("ab", "abxaab", &["ab", "ab"]);
        check("aa", "aaaaa", &["aa", "aa"]);
        check("é", "aéé", &["é", "é"]);
        check("x*", "axb", &["", "x", ""]);
        check("é*", "éé", &["éé"]);
        check("", "é", &["", ""]);
        check("^b", "ab", &[]);
        check(r"\bcat\b", "cat, concat", &["cat"]);
        check("[^[]+", "a[b", &["a", "b"]);
    }

    #[test]
    fn what_only_backtracking_can() {
        check("(?<=a)b", "abb", &["b"]);
        check(r"(\w)\1", "abba", &["bb"]);
        check(r"(?<q>['\x22]).*?\k<q>", "x='a\"b'", &["'a\"b'"]);
        check("\"[^\"]*+\"", "say \"hi\"", &["\"hi\""]);
        check("(?=x)", "axbx", &["", ""]);
        check(r"foo\Kbar", "foobar", &["bar"]);
    }

    #[test]
    fn bounds_hold() {
        assert!(compile(&r"\w{1000}".repeat(1000)).is_err());
        assert!(compile("(").is_err());
        assert!(compile("*").is_err());
        assert!(compile("[z-a]").is_err());
        // Exponential for a backtracker without a bound.
        let slow = compile(r"(a|a)*(?=c)\1b").unwrap();
        assert!(!slow.is_match(&"a".repeat(60)));
    }

    #[test]
    fn names_in_order() {
        let names = |pattern: &str| Regex::new(pattern).unwrap().names();
        assert_eq!(names("(?<a>x)(y)(?<b>z)"), [(1, "a".to_owned()), (3, "b".to_owned())]);
        assert_eq!(names("(?=q)(y)(?<b>z)"), [(2, "b".to_owned())]);
    }
}
