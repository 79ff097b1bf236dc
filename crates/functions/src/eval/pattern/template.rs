//! Replacement texts: `\2/\1` in `replace(date, "(\d+)/(\d+)", "\2/\1")`. `$1` and `&` stand for themselves. In the `FORMAT` of a
//! transform of events it is the other way round: `$2/$1`.

use super::regex::Groups;

/// Whose escapes a template has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Of the eval function: letters behind a backslash stay as they are.
    Eval,
    /// Of sed: `\n`, `\t` and `\r` are control characters.
    Sed,
}

/// A compiled replacement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

impl Template {
    /// Reads a replacement text; any text is one.
    pub(super) fn new(text: &str, escapes: Escapes) -> Self {
        let mut template = Self::default();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '\\' {
                template.push(c);
                continue;
            }
            match chars.next() {
                Some(digit @ '0'..='9') => {
                    template.parts.push(Part::Group(digit.to_digit(10).map_or(0, |digit| digit as usize)));
                }
                Some('n') if escapes == Escapes::Sed => template.push('\n'),
                Some('t') if escapes == Escapes::Sed => template.push('\t'),
                Some('r') if escapes == Escapes::Sed => template.push('\r'),
                Some(c) if c.is_alphanumeric() && escapes == Escapes::Eval => {
                    template.push('\\');
                    template.push(c);
                }
                Some(c) => template.push(c),
                None => template.push('\\'),
            }
        }
        template
    }

    /// Reads a `FORMAT` of index time, `sourcetype::x:$1`; any text is one.
    pub fn of_format(text: &str) -> Self {
        let mut template = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(4);
            match rest.get(..digits).and_then(|digits| digits.parse().ok()).filter(|_| c == '$') {
                Some(group) => {
                    template.parts.push(Part::Group(group));
                    rest = rest.get(digits..).unwrap_or_default();
                }
                None => template.push(c),
            }
        }
        template
    }

    /// The text for one match in `text`; `before` is `$0`. A group that took no part is empty.
    pub fn fill(&self, text: &str, groups: &Groups, before: &str) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Group(0) => filled.push_str(before),
                Part::Group(number) => filled.push_str(groups.text(*number, text).unwrap_or_default()),
            }
        }
        filled
    }

    /// Writes the replacement of one match in `text`. A group that took no part is empty.
    pub(super) fn write(&self, text: &str, groups: &Groups, out: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(number) => out.push_str(groups.text(*number, text).unwrap_or_default()),
            }
        }
    }

    /// Whether it names a group other than the whole match.
    pub(super) fn has_groups(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Group(1..)))
    }

    fn push(&mut self, c: char) {
        if let Some(Part::Text(text)) = self.parts.last_mut() {
            text.push(c);
        } else {
            self.parts.push(Part::Text(c.to_string()));
        }
    }
}
