//! A text to look for, whatever its case, without a copy of what it is looked for in.
//!
//! Letters are the same if they differ by case and take as many bytes, so a needle has one length: `Ä` is `ä`, all three
//! sigmas are one, while `ß` is not `SS` and the Kelvin sign is no `k`. Short texts are searched by the rarest byte; to go
//! through a whole column, see [`super::hunt`].

use memchr::{memchr, memchr2};

/// The bytes of logs from frequent to rare; what is not listed is rarer still.
const FREQUENT: &[u8] = b" e0t1a2oi-n.sr3:l4d5c6p7m8u9\"/f=hg_,bvwyk[]()@";

/// A text to look for.
#[derive(Debug)]
pub(crate) struct Needle {
    /// In lower case unless case counts.
    bytes: Vec<u8>,
    case_sensitive: bool,
    /// The letters, where some are beyond ASCII and case does not count.
    letters: Vec<Letter>,
    /// The byte to search for.
    pivot: Option<Pivot>,
}

/// A character in each of its cases; all of them take as many bytes.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) start: usize,
    pub(super) forms: Vec<Vec<u8>>,
}

/// A place of a needle at which at most two bytes can stand.
#[derive(Debug, Clone, Copy)]
struct Pivot {
    place: usize,
    bytes: (u8, u8),
}

impl Needle {
    /// A needle of a text.
    pub(crate) fn new(text: &str, case_sensitive: bool) -> Self {
        let bytes = if case_sensitive { text.to_owned() } else { text.to_ascii_lowercase() }.into_bytes();
        let mut needle = Self { bytes, case_sensitive, letters: Vec::new(), pivot: None };
        if !case_sensitive && !text.is_ascii() {
            needle.letters = letters(text);
        }
        let pivots = (0..needle.bytes.len()).filter_map(|place| Some(Pivot { place, bytes: needle.pair(place)? }));
        needle.pivot = pivots.max_by_key(|pivot| rarity(pivot.bytes.0));
        needle
    }

    /// Its length in bytes, which is also the length of every match.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes, those of ASCII in lower case unless case counts.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it has letters beyond ASCII of which case does not count.
    pub(crate) fn is_beyond_ascii(&self) -> bool {
        !self.letters.is_empty()
    }

    /// Whether case counts.
    pub(super) fn is_case_sensitive(&self) -> bool {
        self.case_sensitive
    }

    /// Its characters in all their cases.
    pub(super) fn letters(&self) -> Vec<Letter> {
        letters(&String::from_utf8_lossy(&self.bytes))
    }

    /// The bytes that can stand at a place; none where they are more than two.
    fn pair(&self, place: usize) -> Option<(u8, u8)> {
        let lower = self.bytes.get(place).copied()?;
        let Some(letter) = self.letters.iter().rfind(|letter| letter.start <= place) else {
            return Some((lower, if self.case_sensitive { lower } else { lower.to_ascii_uppercase() }));
        };
        let forms = letter.forms.iter().filter_map(|form| form.get(place - letter.start).copied());
        let mut pair = None;
        for byte in forms {
            pair = match pair {
                None => Some((byte, byte)),
                Some((first, _)) if first == byte => pair,
                Some((first, second)) if first == second || second == byte => Some((first, byte)),
                Some(_) => return None,
            };
        }
        pair
    }

    /// Whether the haystack is it, whole.
    pub(crate) fn is(&self, haystack: &[u8]) -> bool {
        if haystack.len() != self.bytes.len() {
            return false;
        }
        if self.case_sensitive {
            return haystack == self.bytes;
        }
        if self.letters.is_empty() {
            return haystack.eq_ignore_ascii_case(&self.bytes);
        }
        self.letters.iter().all(|letter| {
            haystack.get(letter.start..).is_some_and(|rest| letter.forms.iter().any(|form| rest.starts_with(form)))
        })
    }

    /// Whether the haystack has it at this place.
    pub(crate) fn is_at(&self, haystack: &[u8], place: usize) -> bool {
        let end = place.checked_add(self.bytes.len());
        end.and_then(|end| haystack.get(place..end)).is_some_and(|candidate| self.is(candidate))
    }

    /// The first place at or after `from`.
    pub(crate) fn find(&self, haystack: &[u8], from: usize) -> Option<usize> {
        let last = haystack.len().checked_sub(self.bytes.len())?;
        let Some(pivot) = self.pivot else {
            return (from..=last).find(|&place| self.is_at(haystack, place));
        };
        let mut start = from;
        while start <= last {
            // Only places of the rarest byte at which the whole needle still fits.
            let window = haystack.get(start + pivot.place..=last + pivot.place)?;
            let hit = match pivot.bytes {
                (lower, upper) if lower == upper => memchr(lower, window)?,
                (lower, upper) => memchr2(lower, upper, window)?,
            };
            if self.is_at(haystack, start + hit) {
                return Some(start + hit);
            }
            start += hit + 1;
        }
        None
    }
}

/// How rare a byte is in logs: larger is rarer.
pub(super) fn rarity(byte: u8) -> usize {
    FREQUENT.iter().position(|&frequent| frequent == byte.to_ascii_lowercase()).unwrap_or(FREQUENT.len())
}

fn letters(text: &str) -> Vec<Letter> {
    let encode = |c: char| c.encode_utf8(&mut [0; 4]).as_bytes().to_vec();
    text.char_indices()
        .map(|(start, c)| {
            let mut forms = vec![encode(c)];
            let upper = single(c.to_uppercase());
            let lower = upper.and_then(|upper| single(upper.to_lowercase()));
            // No capital leads to the sigma that ends words.
            let last = lower.filter(|lower| *lower == 'σ').map(|_| 'ς');
            let others = [single(c.to_lowercase()), upper, lower, last];
            for form in others.into_iter().flatten().map(encode) {
                if form.len() == c.len_utf8() && !forms.contains(&form) {
                    forms.push(form);
                }
            }
            Letter { start, forms }
        })
        .collect()
}

fn single(mut chars: impl Iterator<Item = char>) -> Option<char> {
    chars.next().filter(|_| chars.next().is_none())
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

    #[test]
    fn letters_beyond_ascii_have_cases_too() {
        check("ÄRGER", "viel ärger", false, 0, Some(5));
        check("ärger", "viel ÄrgeR", false, 0, Some(5));
        check("ÄRGER", "viel ärger", true, 0, None);
        check("ΟΔΟΣ", "η οδος", false, 0, Some(3));
        check("οδος", "Η ΟΔΟΣ", false, 0, Some(3));
        check("σ", "Σ", false, 0, Some(0));
        check("Москва", "в МОСКВЕ, москва", false, 0, Some("в МОСКВЕ, ".len()));
        check("東京", "in 東京", false, 0, Some(3));
        check("straße", "STRASSE", false, 0, None);
        check("é", "e", false, 0, None);
    }
}
