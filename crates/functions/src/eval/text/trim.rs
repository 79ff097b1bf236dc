//! `trim(user)`, `ltrim(amount, "$ ")`: the characters of a set taken away from the ends of a text.

use std::ops::Range;

/// The characters to take away.
pub(super) enum Set {
    /// All of them ASCII: which bytes they are. Such bytes are never part of another character.
    Bytes(Box<[bool; 256]>),
    /// Any characters.
    Characters(String),
}

impl Set {
    /// The set of the characters of a text.
    pub(super) fn new(characters: &str) -> Self {
        if !characters.is_ascii() {
            return Self::Characters(characters.to_owned());
        }
        let mut bytes = Box::new([false; 256]);
        for byte in characters.bytes() {
            bytes[usize::from(byte)] = true;
        }
        Self::Bytes(bytes)
    }

    /// The text without them at its start, at its end, or both.
    pub(super) fn cut<'a, const START: bool, const END: bool>(&self, text: &'a str) -> &'a str {
        match self {
            Self::Bytes(set) => text.get(kept::<START, END>(set, text.as_bytes())).unwrap_or_default(),
            Self::Characters(set) => {
                let text = if START { text.trim_start_matches(|c| set.contains(c)) } else { text };
                if END { text.trim_end_matches(|c| set.contains(c)) } else { text }
            }
        }
    }
}

/// What is left of a text without the bytes of a set.
pub(super) fn kept<const START: bool, const END: bool>(set: &[bool; 256], text: &[u8]) -> Range<usize> {
    let is_kept = |byte: &u8| !set[usize::from(*byte)];
    let start = if START { text.iter().position(is_kept).unwrap_or(text.len()) } else { 0 };
    let rest = text.get(start..).unwrap_or_default();
    let length = if END { rest.iter().rposition(is_kept).map_or(0, |last| last + 1) } else { rest.len() };
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::Set;

    #[test]
    fn sets_of_bytes_and_of_characters() {
        for (set, text, both, start, end) in [
            (" Z", "   ZZZZabcZZ ", "abc", "abcZZ ", "   ZZZZabc"),
            ("ä ", " äöä", "ö", "öä", " äö"),
            ("x", "éxé", "éxé", "éxé", "éxé"),
            ("a", "aaa", "", "", ""),
            ("", " a ", " a ", " a ", " a "),
        ] {
            let set = Set::new(set);
            assert_eq!(set.cut::<true, true>(text), both);
            assert_eq!(set.cut::<true, false>(text), start);
            assert_eq!(set.cut::<false, true>(text), end);
        }
    }
}
