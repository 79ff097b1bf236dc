//! `trim(user)`, `ltrim(amount, "$ ")`: the characters of a set taken away from the ends of a text.

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

    /// The text without them at its start.
    pub(super) fn cut_start<'a>(&self, text: &'a str) -> &'a str {
        match self {
            Self::Bytes(set) => {
                let kept = text.bytes().position(|byte| !set[usize::from(byte)]).unwrap_or(text.len());
                text.get(kept..).unwrap_or_default()
            }
            Self::Characters(set) => text.trim_start_matches(|c| set.contains(c)),
        }
    }

    /// The text without them at its end.
    pub(super) fn cut_end<'a>(&self, text: &'a str) -> &'a str {
        match self {
            Self::Bytes(set) => {
                let kept = text.bytes().rposition(|byte| !set[usize::from(byte)]).map_or(0, |last| last + 1);
                text.get(..kept).unwrap_or_default()
            }
            Self::Characters(set) => text.trim_end_matches(|c| set.contains(c)),
        }
    }

    /// The text without them at both ends.
    pub(super) fn cut<'a>(&self, text: &'a str) -> &'a str {
        self.cut_end(self.cut_start(text))
    }
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
            assert_eq!((set.cut(text), set.cut_start(text), set.cut_end(text)), (both, start, end));
        }
    }
}
