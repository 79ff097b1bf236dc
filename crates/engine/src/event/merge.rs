//! Lines that make one event. `SHOULD_LINEMERGE = true`, `BREAK_ONLY_BEFORE = ^EVENT`
//!
//! An event begins with a line that has a date, or that `BREAK_ONLY_BEFORE` takes; where neither is asked for, with every line.
//! `MUST_NOT_BREAK_AFTER` holds lines together until `MUST_BREAK_AFTER`. An event of more than `MAX_EVENTS` lines ends
//! whatever else holds; as recorded from Splunk, it has one line more than that.

use std::sync::Arc;

use speleo_functions::eval::pattern::regex::Regex;

use super::LONGEST;

/// Lines of an event where nothing else is said.
pub(super) const MAX_EVENTS: u64 = 256;

/// When lines are one event.
#[derive(Debug, Clone)]
pub(super) struct Merge {
    pub(super) only_before: Option<Arc<Regex>>,
    pub(super) before_date: bool,
    pub(super) must_break_after: Option<Arc<Regex>>,
    pub(super) must_not_break_after: Option<Arc<Regex>>,
    pub(super) must_not_break_before: Option<Arc<Regex>>,
    pub(super) max_events: u64,
}

/// An event in the making.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub(super) text: String,
    pub(super) offset: u64,
    /// Whether a line of it was cut.
    pub(super) cut: bool,
    count: u64,
    /// Whether no event begins before `MUST_BREAK_AFTER` was met.
    held: bool,
    /// Whether the next line begins an event.
    ends: bool,
}

impl Merge {
    /// Whether a line begins an event of its own.
    pub(super) fn begins(&self, so_far: &Lines, line: &str, has_date: impl FnOnce() -> bool) -> bool {
        if so_far.count > self.max_events || so_far.text.len().saturating_add(line.len()) > LONGEST || so_far.ends {
            return true;
        }
        if so_far.held || takes(&self.must_not_break_before, line) {
            return false;
        }
        match &self.only_before {
            None if !self.before_date => true,
            Some(regex) if regex.is_match(line) => true,
            _ => self.before_date && has_date(),
        }
    }

    /// Adds a line.
    pub(super) fn add(&self, so_far: &mut Lines, line: &str, offset: u64, cut: bool) {
        if so_far.count == 0 {
            so_far.offset = offset;
        } else {
            so_far.text.push('\n');
        }
        so_far.text.push_str(line);
        so_far.count = so_far.count.saturating_add(1);
        so_far.cut |= cut;
        if takes(&self.must_not_break_after, line) {
            so_far.held = true;
        }
        so_far.ends = takes(&self.must_break_after, line);
        so_far.held &= !so_far.ends;
    }
}

impl Lines {
    /// A first line, of which more is to come.
    pub(super) fn begin(&mut self, line: &str, offset: u64, cut: bool) {
        *self = Self { text: line.to_owned(), offset, cut, count: 1, ..Self::default() };
    }

    /// Whether there is no line yet.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

fn takes(regex: &Option<Arc<Regex>>, line: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(line))
}
