//! Search for a needle through much text at once, such as all events of a batch, at the speed of memory.
//!
//! The hunt is for three neighbouring bytes of the needle in all their cases, by the vectorised search for few short
//! patterns (Teddy) that the regex crate has in front of its automata; what it finds are candidates.

use aho_corasick::{Span, packed};
use memchr::memmem::Finder;

use super::needle::{Needle, rarity};

/// With as many bytes candidates are few; Teddy reads no more than four.
const ENOUGH: usize = 3;

/// Teddy sorts patterns into eight buckets; more share them and candidates become many.
const MOST_FORMS: usize = 8;

/// Finds where a needle may stand.
#[derive(Debug)]
pub(super) enum Hunt {
    /// Case counts.
    Exact(Finder<'static>),
    /// By part of the needle, in all its cases.
    Part {
        /// Finds the part.
        search: packed::Searcher,
        /// How many bytes of the needle are before it.
        offset: usize,
        /// The length of the part.
        len: usize,
    },
    /// By its rarest byte: a needle of one byte, or a machine without the instructions.
    Byte,
}

impl Hunt {
    /// A hunt for a needle that is not empty.
    pub(super) fn new(needle: &Needle) -> Self {
        if needle.is_case_sensitive() {
            return Self::Exact(Finder::new(needle.bytes()).into_owned());
        }
        let Some(part) = Part::rarest(needle) else { return Self::Byte };
        let search = packed::Config::new().builder().extend(&part.forms).build();
        search.map_or(Self::Byte, |search| Self::Part { search, offset: part.offset, len: part.len })
    }

    /// The first place at or after `from` at which the needle may stand. The bytes around it have to be compared.
    pub(super) fn next(&self, needle: &Needle, haystack: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Exact(finder) => finder.find(haystack.get(from..)?).map(|hit| from + hit),
            Self::Part { search, offset, len } => {
                // Behind the part there must be room for the rest of the needle.
                let end = haystack.len().checked_sub(needle.len())?.checked_add(offset + len)?;
                let start = from.checked_add(*offset).filter(|start| *start <= end)?;
                search.find_in(haystack, Span { start, end }).map(|hit| hit.start() - offset)
            }
            Self::Byte => needle.find(haystack, from),
        }
    }
}

/// Some characters of a needle.
struct Part {
    offset: usize,
    len: usize,
    forms: Vec<Vec<u8>>,
}

impl Part {
    /// The part whose bytes are the rarest; none in a needle of one byte.
    fn rarest(needle: &Needle) -> Option<Self> {
        let letters = needle.letters();
        let parts = (0..letters.len()).filter_map(|first| {
            let rest = letters.get(first..)?;
            let offset = rest.first()?.start;
            let mut part = Self { offset, len: 0, forms: vec![Vec::new()] };
            for letter in rest {
                if part.len >= ENOUGH || part.forms.len() * letter.forms.len() > MOST_FORMS {
                    break;
                }
                let joined = |form: &Vec<u8>, next: &Vec<u8>| form.iter().chain(next).copied().collect();
                part.forms = part
                    .forms
                    .iter()
                    .flat_map(|form| letter.forms.iter().map(move |next| joined(form, next)))
                    .collect();
                part.len = part.forms.first().map_or(0, Vec::len);
            }
            (part.len > 1).then_some(part)
        });
        let score = |part: &Self| {
            let bytes = needle.bytes().get(part.offset..part.offset + part.len).unwrap_or_default();
            (part.len.min(ENOUGH), bytes.iter().map(|&byte| rarity(byte)).sum::<usize>())
        };
        parts.max_by_key(score)
    }
}

#[cfg(test)]
mod tests {
    use super::{Hunt, Needle};

    fn check(text: &str, case_sensitive: bool, haystack: &str) {
        let needle = Needle::new(text, case_sensitive);
        let hunt = Hunt::new(&needle);
        let mut expected = Vec::new();
        let mut from = 0;
        while let Some(place) = needle.find(haystack.as_bytes(), from) {
            expected.push(place);
            from = place + 1;
        }
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(place) = hunt.next(&needle, haystack.as_bytes(), from) {
            if needle.is_at(haystack.as_bytes(), place) {
                found.push(place);
            }
            from = place + 1;
        }
        assert_eq!(found, expected, "{text} in {haystack}");
    }

    #[test]
    fn finds_what_the_needle_finds() {
        let text = "GET /index.html?q=Ärger 404 ÄRGER error Error ERROR e eRr ";
        let long = text.repeat(20);
        for needle in ["error", "e", "er", "ÄRGER", "ä", "404", "q=", "html?q=ärger", "rror e", "nothing", " "] {
            for haystack in ["", "e", "er", "rror", "error", "ä", "xerror", text, &long] {
                check(needle, false, haystack);
                check(needle, true, haystack);
            }
        }
    }
}
