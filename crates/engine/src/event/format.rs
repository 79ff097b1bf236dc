//! `FORMAT` of index-time transforms: `$1-$2`, `sourcetype::x:$1`, `user::$1 host::"$2"`.
//!
//! `$0` is what the destination held before. A group that took no part is empty.

use speleo_functions::eval::pattern::regex::Groups;

/// A text with places for groups.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

impl Template {
    /// Reads a format; any text is one.
    pub(super) fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(4);
            match rest.get(..digits).and_then(|digits| digits.parse().ok()).filter(|_| c == '$') {
                Some(group) => {
                    if !plain.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(Part::Group(group));
                    rest = rest.get(digits..).unwrap_or_default();
                }
                None => plain.push(c),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Self(parts)
    }

    /// The text for a match; `before` is `$0`.
    pub(super) fn fill(&self, text: &str, groups: &Groups, before: &str) -> String {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Group(0) => filled.push_str(before),
                Part::Group(number) => filled.push_str(groups.text(*number, text).unwrap_or_default()),
            }
        }
        filled
    }
}

/// The pairs `name::value` of a format that makes fields.
pub(super) fn pairs(format: &str) -> Vec<(Template, Template)> {
    words(format)
        .iter()
        .filter_map(|word| word.split_once("::"))
        .map(|(name, value)| (Template::new(name), Template::new(&value.replace('"', ""))))
        .collect()
}

/// The words of a text; blanks in double quotes part nothing.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        match words.last_mut() {
            Some(word) if quoted || !c.is_whitespace() => word.push(c),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use speleo_functions::eval::pattern::regex::compile;

    use super::*;

    fn check(regex: &str, format: &str, expected: &str) {
        let (text, regex) = ("abc 42", compile(regex).unwrap());
        let mut groups = regex.groups();
        regex.find(text, 0, &mut groups).unwrap();
        assert_eq!(Template::new(format).fill(text, &groups, "old"), expected);
    }

    #[test]
    fn groups_are_filled_in() {
        check(r"(\w+) (\d+)", "$2-$1$$3", "42-abc$");
        check(r"(\w+) (x)?", "[$2]é$0", "[]éold");
        check("a", "cost $", "cost $");
    }

    #[test]
    fn fields_are_pairs() {
        let found = pairs("a::$1 b::\"x $2\"  none $1::y");
        let expected = [("a", "$1"), ("b", "x $2"), ("$1", "y")];
        let expected: Vec<_> = expected.iter().map(|(n, v)| (Template::new(n), Template::new(v))).collect();
        assert_eq!(found, expected);
    }
}
