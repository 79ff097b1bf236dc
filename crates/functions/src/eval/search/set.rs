//! Many patterns at once: `src IN (10.0.0.0/8, web*, "host 7")`, or the rows of a subsearch.

use aho_corasick::AhoCorasick;
use datafusion::{
    arrow::array::{Array, BooleanArray, BooleanBufferBuilder, StringArray},
    common::{Result, exec_datafusion_err},
};

use super::{
    cidr::{Cidr, Ranges},
    glob::Glob,
};
use crate::stats::Interner;

/// With fewer wildcard patterns than this each is simply tried.
const WORTH_AN_AUTOMATON: usize = 8;

/// Compiled patterns; case is ignored.
#[derive(Debug)]
pub(crate) struct PatternSet {
    /// Patterns without a star, in lower case. A range also matches itself as text.
    exact: Interner,
    ranges: Ranges,
    globs: Vec<Glob>,
    /// Finds which of the patterns can match at all, by the longest text that each contains.
    automaton: Option<Automaton>,
    /// The patterns that the automaton does not know.
    always_tried: Vec<usize>,
}

#[derive(Debug)]
struct Automaton {
    search: AhoCorasick,
    /// The pattern of each needle.
    globs: Vec<usize>,
}

impl PatternSet {
    /// Compiles patterns.
    pub(crate) fn new<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut set = Self {
            exact: Interner::default(),
            ranges: Ranges::default(),
            globs: Vec::new(),
            automaton: None,
            always_tried: Vec::new(),
        };
        for pattern in patterns {
            if pattern.contains('*') {
                set.globs.push(Glob::new(pattern, false));
                continue;
            }
            if pattern.contains('/')
                && let Some(range) = Cidr::parse(pattern)
            {
                set.ranges.add(range);
            }
            match is_folded(pattern) {
                true => set.exact.intern(pattern)?,
                false => set.exact.intern(&pattern.to_lowercase())?,
            };
        }
        if set.globs.len() < WORTH_AN_AUTOMATON {
            set.always_tried = (0..set.globs.len()).collect();
            return Ok(set);
        }
        let (known, unknown): (Vec<usize>, Vec<usize>) = (0..set.globs.len())
            .partition(|&index| !set.globs[index].is_beyond_ascii() && !set.globs[index].longest_piece().is_empty());
        let needles = known.iter().map(|&index| set.globs[index].longest_piece());
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(needles)
            .map_err(|error| exec_datafusion_err!("too many patterns: {error}"))?;
        set.automaton = Some(Automaton { search, globs: known });
        set.always_tried = unknown;
        Ok(set)
    }

    /// Which texts of a column match, null where there is none. None where patterns or texts are such that each has to be looked at.
    pub(crate) fn test(&self, column: &StringArray) -> Option<BooleanArray> {
        let is_exact = self.ranges.is_empty() && self.globs.is_empty();
        let offsets = column.value_offsets();
        let (first, last) = (*offsets.first()? as usize, *offsets.last()? as usize);
        if !is_exact || !are_folded(column.value_data().get(first..last)?) {
            return None;
        }
        let mut found = BooleanBufferBuilder::new(column.len());
        self.exact.find_all(column, |number| found.append(number.is_some()));
        Some(BooleanArray::new(found.finish(), column.nulls().cloned()))
    }

    /// Whether the whole value matches any of the patterns. `scratch` spares an allocation per call.
    pub(crate) fn matches(&self, value: &str, scratch: &mut String) -> bool {
        if !self.exact.is_empty() {
            let folded = if is_folded(value) {
                value
            } else {
                scratch.clear();
                if value.is_ascii() {
                    scratch.push_str(value);
                    scratch.make_ascii_lowercase();
                } else {
                    *scratch = value.to_lowercase();
                }
                scratch
            };
            if self.exact.find(folded).is_some() {
                return true;
            }
        }
        if self.ranges.contains(value) || self.always_tried.iter().any(|&index| self.globs[index].matches(value)) {
            return true;
        }
        self.automaton.as_ref().is_some_and(|automaton| {
            automaton
                .search
                .find_overlapping_iter(value)
                .any(|found| self.globs[automaton.globs[found.pattern().as_usize()]].matches(value))
        })
    }
}

/// Whether a text is in lower case for sure, and needs no copy that is.
fn is_folded(text: &str) -> bool {
    are_folded(text.as_bytes())
}

fn are_folded(bytes: &[u8]) -> bool {
    // Without a branch for each byte.
    !bytes.iter().fold(false, |is_other, byte| is_other | !byte.is_ascii() | byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(patterns: &[&str], value: &str, expected: bool) {
        let few = PatternSet::new(patterns.iter().copied()).unwrap();
        let fillers: Vec<String> = (0..20).map(|n| format!("*filler{n}*x")).collect();
        let many = PatternSet::new(patterns.iter().copied().chain(fillers.iter().map(String::as_str))).unwrap();
        for set in [few, many] {
            assert_eq!(set.matches(value, &mut String::new()), expected, "{value} in {patterns:?}");
            let column = StringArray::from(vec![None, Some(value)]);
            if let Some(found) = set.test(&column) {
                assert_eq!(found.iter().collect::<Vec<_>>(), [None, Some(expected)], "{value} in {patterns:?}");
            }
        }
    }

    #[test]
    fn any_pattern_will_do() {
        check(&["a", "B", "c d"], "b", true);
        check(&["a", "B", "c d"], "c", false);
        check(&["a", "b*", "c d"], "A", true);
        check(&["a", "b*", "c d"], "bcd", true);
        check(&["a", "b*", "c d"], "C D", true);
        check(&["a", "b*", "c d"], "ab", false);
        check(&["404", "5*"], "503", true);
        check(&["*"], "", true);
        check(&[], "x", false);
        check(&["ÄB", "Ö*"], "äb", true);
        check(&["ÄB", "Ö*"], "öl", true);
    }

    #[test]
    fn ranges_match_addresses_and_themselves() {
        check(&["10.0.0.0/8", "192.168.0.0/16"], "192.168.3.4", true);
        check(&["10.0.0.0/8", "192.168.0.0/16"], "11.0.0.1", false);
        check(&["10.0.0.0/8"], "10.0.0.0/8", true);
        check(&["a/b"], "a/b", true);
    }
}
