//! Patterns that are one run of characters: `\d+`, `[a-z0-9_]+`. A table says of each byte whether it belongs to a run, and no automaton
//! is needed. Absent: classes with other than letters, digits and `_` of ASCII, and other counts than one or more.

/// The bytes of the characters.
#[derive(Debug, Clone)]
pub struct Run(Box<[bool; 256]>);

impl Run {
    /// The run that a pattern means, if it is one.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let class = pattern.strip_suffix('+')?;
        let mut bytes = Box::new([false; 256]);
        let mut add = |first: u8, last: u8| {
            for (byte, belongs) in (0..=u8::MAX).zip(bytes.iter_mut()) {
                *belongs |= (first..=last).contains(&byte);
            }
        };
        if class == r"\d" {
            add(b'0', b'9');
            return Some(Self(bytes));
        }
        let mut rest = class.strip_prefix('[')?.strip_suffix(']')?.as_bytes();
        if rest.is_empty() {
            return None;
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        while !rest.is_empty() {
            rest = match rest {
                [b'\\', b'd', rest @ ..] if rest.first() != Some(&b'-') => {
                    add(b'0', b'9');
                    rest
                }
                [first, b'-', last, rest @ ..] if is_plain(*first) && is_plain(*last) && first <= last => {
                    add(*first, *last);
                    rest
                }
                [byte, rest @ ..] if is_plain(*byte) && rest.first() != Some(&b'-') => {
                    add(*byte, *byte);
                    rest
                }
                _ => return None,
            };
            // What stands behind a range is a range of its own, or none.
            if rest.first() == Some(&b'-') {
                return None;
            }
        }
        Some(Self(bytes))
    }

    /// Where the first run is that starts at or after a place.
    #[inline]
    pub(super) fn find(&self, text: &str, start: usize) -> Option<(usize, usize)> {
        let rest = text.as_bytes().get(start..)?;
        let from = rest.iter().position(|byte| self.has(*byte))?;
        let run = rest.get(from..)?;
        let length = run.iter().position(|byte| !self.has(*byte)).unwrap_or(run.len());
        Some((start + from, start + from + length))
    }

    #[inline]
    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::Run;
    use crate::eval::pattern::translate::{Dialect, translate};

    #[test]
    fn runs_are_those_of_the_automaton() {
        let texts = ["", "a", "7", "abc 123_x-Z9é9", "é", "--", "ünd 0", "a[b]c-d+e\\d"];
        for pattern in
            [r"\d+", "[0-9]+", "[a-z]+", "[A-Za-z0-9_]+", r"[\d]+", r"[x\da-c_]+", "[_-a]+", "[Z-a]+", "[7]+"]
        {
            let run = Run::of(pattern).unwrap();
            let regex = regex::Regex::new(&translate(pattern, Dialect::Automaton).unwrap().text).unwrap();
            for text in texts {
                for start in (0..=text.len()).filter(|start| text.is_char_boundary(*start)) {
                    let expected = regex.find_at(text, start).map(|found| (found.start(), found.end()));
                    assert_eq!(run.find(text, start), expected, "{pattern} in {text} from {start}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_run() {
        for pattern in [
            "",
            "+",
            r"\d",
            r"\d*",
            r"\d++",
            r"\D+",
            r"\w+",
            "a+",
            "[]+",
            "[^a]+",
            "[z-a]+",
            "[a-]+",
            "[-a]+",
            r"[a-\d]+",
            r"[\d-a]+",
            "[a]b]+",
            "[a-c-e]+",
            "[é]+",
            "([a]+)+",
            "[a b]+",
            "[[:alpha:]]+",
            "[a]+?",
        ] {
            assert!(Run::of(pattern).is_none(), "{pattern}");
        }
    }
}
