//! Substring search that can ignore ASCII case, at memory speed: a vectorised hunt for the rarest byte of the needle,
//! then a comparison around each hit.
//!
//! Texts beyond ASCII are folded by the caller; see [`fold`].

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// The bytes of logs from frequent to rare; what is not listed is rarer still.
const FREQUENT: &[u8] = b" e0t1a2oi-n.sr3:l4d5c6p7m8u9\"/f=hg_,bvwyk[]()@";

/// A text to look for.
#[derive(Debug)]
pub(crate) struct Needle {
    bytes: Vec<u8>,
    case_sensitive: bool,
    /// The place of the rarest byte, and its two forms.
    pivot: usize,
    lower: u8,
    upper: u8,
}

impl Needle {
    /// A needle; `text` must be folded where the haystack will be.
    pub(crate) fn new(text: &str, case_sensitive: bool) -> Self {
        let bytes = if case_sensitive { text.as_bytes().to_vec() } else { text.to_ascii_lowercase().into_bytes() };
        let rarity = |byte: u8| FREQUENT.iter().position(|&frequent| frequent == byte.to_ascii_lowercase());
        let pivot = (0..bytes.len()).max_by_key(|&place| rarity(bytes[place]).unwrap_or(FREQUENT.len())).unwrap_or(0);
        let lower = bytes.get(pivot).copied().unwrap_or(0);
        let upper = if case_sensitive { lower } else { lower.to_ascii_uppercase() };
        Self { bytes, case_sensitive, pivot, lower, upper }
    }

    /// Its length in bytes, which is also the length of every match.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes, in lower case unless case counts.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the haystack has it at this place.
    pub(crate) fn is_at(&self, haystack: &[u8], place: usize) -> bool {
        let Some(end) = place.checked_add(self.bytes.len()) else { return false };
        let Some(candidate) = haystack.get(place..end) else { return false };
        if self.case_sensitive { candidate == self.bytes } else { candidate.eq_ignore_ascii_case(&self.bytes) }
    }

    /// The first place at or after `from`.
    pub(crate) fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        let last = haystack.len().checked_sub(self.bytes.len())?;
        if self.bytes.is_empty() {
            return (from <= last).then_some(from);
        }
        let mut start = from;
        while start <= last {
            // Only places of the rarest byte at which the whole needle still fits.
            let window = haystack.get(start + self.pivot..=last + self.pivot)?;
            let hit = if self.lower == self.upper {
                memchr(self.lower, window)?
            } else {
                memchr2(self.lower, self.upper, window)?
            };
            if self.is_at(haystack, start + hit) {
                return Some(start + hit);
            }
            start += hit + 1;
        }
        None
    }
}

/// The haystack for a needle: itself, or in lower case where the needle needs more than ASCII folding.
pub(crate) fn fold(text: &str, beyond_ascii: bool) -> Cow<'_, str> {
    if beyond_ascii && !text.is_ascii() { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::Needle;

    fn check(needle: &str, haystack: &str, case_sensitive: bool, from: usize, expected: Option<usize>) {
        assert_eq!(
            Needle::new(needle, case_sensitive).find(haystack.as_bytes(), from),
            expected,
            "{needle} in {haystack}"
        );
    }

    #[test]
    fn finds_the_first_place() {
        check("error", "An ERROR, an error", false, 0, Some(3));
        check("error", "An ERROR, an error", true, 0, Some(13));
        check("error", "An ERROR, an error", false, 4, Some(13));
        check("error", "An ERRO", false, 0, None);
        check("q", "q", false, 0, Some(0));
        check("q", "q", false, 1, None);
        check("q", "", false, 0, None);
        check("", "ab", false, 2, Some(2));
        check("", "ab", false, 3, None);
        check("aab", "aaaaab", false, 0, Some(3));
    }
}
