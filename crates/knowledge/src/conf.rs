//! The conf file syntax: stanzas of `key = value`.
//!
//! ```text
//! [errors(1)]
//! args = host
//! definition = index=web host="$host$" \
//! | search status>=500
//! ```
//!
//! A backslash as the very last character of a line goes on with the next one; the line break stays in the value. `#` opens a
//! comment only at the start of a line. There is no quoting: quotes belong to the value. Which of several files wins, and what
//! a key means, is the caller's affair.

use std::{collections::VecDeque, path::Path, sync::Arc};

use indexmap::IndexMap;

/// A conf file, or several laid over each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conf {
    /// What `[default]` and the lines before any stanza say; holds for each stanza that does not say otherwise.
    pub defaults: Stanza,
    /// The stanzas in order of their first appearance. Names are case-sensitive.
    pub stanzas: IndexMap<String, Stanza>,
}

/// One stanza.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stanza {
    /// The file of its (last) header, where it came from one.
    pub file: Option<Arc<Path>>,
    /// The line of that header, from 1.
    pub line: usize,
    /// Its settings; keys are case-sensitive.
    pub settings: IndexMap<String, Setting>,
}

/// A value and where it was set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Setting {
    /// The file that set it, where it came from one.
    pub file: Option<Arc<Path>>,
    /// The line of its key, from 1.
    pub line: usize,
    /// The value without blanks around it.
    pub value: String,
}

/// Something in a file that cannot be what its author meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, where it is known.
    pub file: Option<Arc<Path>>,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, where it is known.
    pub column: Option<usize>,
    /// What was found and what was expected.
    pub message: String,
}

/// Where something was written: a file where it is known, and a line from 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file.
    pub file: Option<Arc<Path>>,
    /// The line.
    pub line: usize,
}

impl Place {
    /// The place of a byte of a text that begins here.
    pub fn within(&self, text: &str, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or_default().matches('\n').count();
        Place { line: self.line + before, ..self.clone() }
    }
}

impl From<usize> for Place {
    fn from(line: usize) -> Self {
        Self { file: None, line }
    }
}

impl From<&Setting> for Place {
    fn from(setting: &Setting) -> Self {
        Self { file: setting.file.clone(), line: setting.line }
    }
}

impl From<&Stanza> for Place {
    fn from(stanza: &Stanza) -> Self {
        Self { file: stanza.file.clone(), line: stanza.line }
    }
}

impl From<&Problem> for Place {
    fn from(problem: &Problem) -> Self {
        Self { file: problem.file.clone(), line: problem.line }
    }
}

impl From<&Place> for Place {
    fn from(place: &Place) -> Self {
        place.clone()
    }
}

impl Problem {
    /// A problem at a line, a setting, a stanza.
    pub fn new(place: impl Into<Place>, message: impl Into<String>) -> Self {
        let Place { file, line } = place.into();
        Self { file, line, column: None, message: message.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}:", file.display())?;
        }
        write!(f, "{}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Conf {
    /// Reads a conf file as [`Conf::parse`] does; each setting remembers the file.
    pub fn parse_file(file: &Path, text: &str) -> (Conf, Vec<Problem>) {
        let file: Arc<Path> = file.into();
        let (mut conf, mut problems) = Self::parse(text);
        for stanza in conf.stanzas.values_mut().chain([&mut conf.defaults]) {
            stanza.file = Some(Arc::clone(&file));
            for setting in stanza.settings.values_mut() {
                setting.file = Some(Arc::clone(&file));
            }
        }
        for problem in &mut problems {
            problem.file = Some(Arc::clone(&file));
        }
        (conf, problems)
    }

    /// Reads the text of a conf file. Lines that are neither a stanza, a setting, a comment nor blank are reported and left
    /// out, and so are the ends of lines that look like a continuation and are none.
    pub fn parse(text: &str) -> (Conf, Vec<Problem>) {
        let mut conf = Conf::default();
        let mut problems = Vec::new();
        // None is the part before any stanza and `[default]`.
        let mut current: Option<String> = None;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines: VecDeque<(usize, &str)> = text.lines().enumerate().map(|(n, line)| (n + 1, line)).collect();
        while let Some((number, line)) = lines.pop_front() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if let Some(rest) = trimmed.strip_prefix('[') {
                let Some(end) = rest.rfind(']') else {
                    problems.push(Problem::new(number, "the stanza's `[` has no `]`"));
                    continue;
                };
                let name = rest.get(..end).unwrap_or_default();
                if name == "default" {
                    current = None;
                    conf.defaults.line = number;
                } else {
                    conf.stanzas.entry(name.to_owned()).or_default().line = number;
                    current = Some(name.to_owned());
                }
                continue;
            }
            let Some((key, first)) = line.split_once('=') else {
                problems.push(Problem::new(number, format!("expected `key = value` or `[stanza]`, found `{trimmed}`")));
                continue;
            };
            let value = value(number, first, &mut lines, &mut problems);
            let stanza = match &current {
                Some(name) => conf.stanzas.entry(name.clone()).or_default(),
                None => &mut conf.defaults,
            };
            stanza.settings.insert(key.trim().to_owned(), Setting { file: None, line: number, value });
        }
        (conf, problems)
    }

    /// Lays a file of higher precedence over this one, key by key.
    pub fn layer(&mut self, later: Conf) {
        self.defaults.layer(later.defaults);
        for (name, stanza) in later.stanzas {
            self.stanzas.entry(name).or_default().layer(stanza);
        }
    }

    /// A setting of a stanza, else the default's.
    pub fn get<'a>(&'a self, stanza: &'a Stanza, key: &str) -> Option<&'a Setting> {
        stanza.settings.get(key).or_else(|| self.defaults.settings.get(key))
    }

    /// A setting's text.
    pub fn text<'a>(&'a self, stanza: &'a Stanza, key: &str) -> Option<&'a str> {
        self.get(stanza, key).map(|setting| setting.value.as_str())
    }

    /// A setting as a truth value; a text that is none is reported and counts as absent.
    pub fn flag(&self, stanza: &Stanza, key: &str, problems: &mut Vec<Problem>) -> Option<bool> {
        let setting = self.get(stanza, key)?;
        let flag = truth(&setting.value);
        if flag.is_none() {
            problems.push(Problem::new(
                setting,
                format!("`{key}` takes a truth value (0, 1, true, false, yes, no), found `{}`", setting.value),
            ));
        }
        flag
    }
}

/// The text of a conf file that reads as the same stanzas. Comments and blank lines are gone.
impl std::fmt::Display for Conf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.defaults.settings.is_empty() {
            writeln!(f, "[default]\n{}", self.defaults)?;
        }
        for (name, stanza) in &self.stanzas {
            writeln!(f, "[{name}]\n{stanza}")?;
        }
        Ok(())
    }
}

/// The settings, a line each; line breaks in values are continued.
impl std::fmt::Display for Stanza {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (key, setting) in &self.settings {
            // A blank keeps a backslash at the end from going on with the next line.
            let end = if setting.value.ends_with('\\') { " " } else { "" };
            writeln!(f, "{key} = {}{end}", setting.value.replace('\n', "\\\n"))?;
        }
        Ok(())
    }
}

impl Stanza {
    fn layer(&mut self, later: Stanza) {
        (self.file, self.line) = (later.file, later.line);
        self.settings.extend(later.settings);
    }
}

/// Joins a value with the lines that continue it.
fn value<'a>(
    number: usize,
    first: &'a str,
    lines: &mut VecDeque<(usize, &'a str)>,
    problems: &mut Vec<Problem>,
) -> String {
    let mut value = String::new();
    let (mut number, mut part) = (number, first);
    loop {
        if let Some(head) = part.strip_suffix('\\') {
            value.push_str(head);
            let Some(next) = lines.pop_front() else { break };
            value.push('\n');
            (number, part) = next;
            continue;
        }
        if part.trim_end().ends_with('\\') && part.ends_with([' ', '\t']) {
            problems.push(Problem::new(
                number,
                "a blank after the `\\` ends the value here: the next line is not part of it",
            ));
        }
        value.push_str(part);
        break;
    }
    value.trim().to_owned()
}

/// Splunk's truth values: 1 and 0, true and false, yes and no and their first letters, in any case.
pub fn truth(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" => Some(true),
        "0" | "false" | "f" | "no" | "n" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn value_of(conf: &Conf, stanza: &str, key: &str) -> Option<String> {
        conf.text(conf.stanzas.get(stanza)?, key).map(str::to_owned)
    }

    #[test]
    fn everything_after_the_first_equals_sign_is_the_value() {
        let (conf, problems) =
            Conf::parse("[a]\n  definition =  index=web \"x\" # no comment \r\n# a comment\n;k = v\n");
        assert_eq!(value_of(&conf, "a", "definition").unwrap(), "index=web \"x\" # no comment");
        assert_eq!(value_of(&conf, "a", ";k").unwrap(), "v");
        assert!(problems.is_empty());
    }

    #[test]
    fn a_backslash_at_the_end_joins_lines_and_keeps_the_break() {
        let (conf, problems) = Conf::parse("[a]\nsearch = one \\\n| two \\\r\n[three]\nnext = 1\n");
        assert_eq!(value_of(&conf, "a", "search").unwrap(), "one \n| two \n[three]");
        assert_eq!(value_of(&conf, "a", "next").unwrap(), "1");
        assert!(problems.is_empty());
    }

    #[test]
    fn a_blank_after_the_backslash_ends_the_value_and_is_reported() {
        let (conf, problems) = Conf::parse("[a]\nsearch = one \\ \n| two\n");
        assert_eq!(value_of(&conf, "a", "search").unwrap(), "one \\");
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn defaults_hold_for_each_stanza_and_are_overruled_by_it() {
        let (conf, _) = Conf::parse("\u{feff}x = 1\n[default]\ny = 2\n[a]\ny = 3\n[b]\n");
        assert_eq!(value_of(&conf, "a", "x").unwrap(), "1");
        assert_eq!(value_of(&conf, "a", "y").unwrap(), "3");
        assert_eq!(value_of(&conf, "b", "y").unwrap(), "2");
    }

    #[test]
    fn the_last_key_wins_within_a_file_and_across_files() {
        let (mut conf, _) = Conf::parse("[a]\nk = 1\nm = 1\n[b]\n[a]\nk = 2\n");
        assert_eq!(value_of(&conf, "a", "k").unwrap(), "2");
        conf.layer(Conf::parse("[a]\nm = 9\n[c]\n").0);
        assert_eq!(value_of(&conf, "a", "k").unwrap(), "2");
        assert_eq!(value_of(&conf, "a", "m").unwrap(), "9");
        assert_eq!(conf.stanzas.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn a_stanza_without_its_bracket_and_a_bare_word_are_reported() {
        let (conf, problems) = Conf::parse("[a\nword\n[b]]\n");
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(conf.stanzas.keys().collect::<Vec<_>>(), ["b]"]);
    }

    #[test]
    fn truth_values() {
        assert_eq!(truth(" Yes "), Some(true));
        assert_eq!(truth("F"), Some(false));
        assert_eq!(truth("on"), None);
    }
}
