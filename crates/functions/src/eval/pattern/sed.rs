//! Sed scripts: `rex field=card mode=sed "s/(\d{4}-){3}/XXXX-/g"`.
//!
//! `s/regex/replacement/flags` with the flags `g`, a number and `i`, and `y/from/to/`; several commands are separated
//! by blanks or `;`. Any character can be the delimiter. No other command of sed exists in SPL.

use std::sync::Arc;

use super::{
    regex::{Groups, Regex, compile},
    template::{Escapes, Template},
};
use crate::cache::Cache;

/// A compiled script.
#[derive(Debug)]
pub struct Script {
    commands: Vec<Command>,
}

#[derive(Debug)]
enum Command {
    /// Replaces one match, counted from 1, or from it on all.
    Substitute { regex: Arc<Regex>, template: Template, first: usize, all: bool },
    /// Maps characters one to one.
    Map(Vec<(char, char)>),
}

/// The script, compiled at most once as long as it stays in the cache.
///
/// # Errors
/// Why it is no script, as a short text.
pub fn script(text: &str) -> Result<Arc<Script>, String> {
    static CACHE: Cache<String, Script> = Cache::new(128);
    CACHE.get(text, Script::parse)
}

impl Script {
    fn parse(text: &str) -> Result<Self, String> {
        let mut commands = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
            let mut chars = rest.chars();
            let Some(name) = chars.next() else { break };
            if name != 's' && name != 'y' {
                return Err(format!("a sed script has only `s/…/…/` and `y/…/…/`, not `{name}`"));
            }
            let delimiter = chars.next().ok_or("the sed command ends early")?;
            if delimiter.is_alphanumeric() || delimiter == '\\' || delimiter.is_whitespace() {
                return Err(format!("`{delimiter}` cannot delimit a sed command"));
            }
            let (from, behind) = section(chars.as_str(), delimiter)?;
            let (to, behind) = section(behind, delimiter)?;
            let end = behind.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(behind.len());
            let (flags, behind) = behind.split_at(end);
            commands.push(if name == 's' { substitute(from, to, delimiter, flags)? } else { map(from, to, flags)? });
            rest = behind;
        }
        if commands.is_empty() { Err("the sed script is empty".to_owned()) } else { Ok(Self { commands }) }
    }

    /// Appends the edited text.
    pub fn write(&self, text: &str, out: &mut String) {
        let Some((last, before)) = self.commands.split_last() else { return };
        if before.is_empty() {
            return last.write(text, out);
        }
        let mut text = text.to_owned();
        for command in before {
            let mut edited = String::with_capacity(text.len());
            command.write(&text, &mut edited);
            text = edited;
        }
        last.write(&text, out);
    }
}

impl Command {
    fn write(&self, text: &str, out: &mut String) {
        match self {
            Self::Substitute { regex, template, first, all } => substitute_in(text, regex, template, *first, *all, out),
            Self::Map(pairs) => {
                out.extend(text.chars().map(|c| pairs.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to)));
            }
        }
    }
}

/// Appends a text with matches replaced: the `first` one, and the later ones too if `all`.
pub(super) fn substitute_in(text: &str, regex: &Regex, template: &Template, first: usize, all: bool, out: &mut String) {
    let mut copied = 0;
    let mut count = 0;
    let mut groups = if template.has_groups() { regex.groups() } else { Groups::Whole(None) };
    regex.each(text, &mut groups, |groups, (start, end)| {
        count += 1;
        if count >= first {
            out.push_str(text.get(copied..start).unwrap_or_default());
            template.write(text, groups, out);
            copied = end;
        }
        count < first || all
    });
    out.push_str(text.get(copied..).unwrap_or_default());
}

/// The text up to the delimiter that no backslash escapes, and what is behind it.
fn section(text: &str, delimiter: char) -> Result<(&str, &str), String> {
    let mut escaped = false;
    for (place, c) in text.char_indices() {
        if c == delimiter && !escaped {
            return Ok((&text[..place], &text[place + c.len_utf8()..]));
        }
        escaped = c == '\\' && !escaped;
    }
    Err(format!("the sed command lacks a `{delimiter}`"))
}

fn substitute(from: &str, to: &str, delimiter: char, flags: &str) -> Result<Command, String> {
    let mut all = false;
    let mut ignore_case = false;
    let mut number = String::new();
    for flag in flags.chars() {
        match flag {
            'g' => all = true,
            'i' | 'I' => ignore_case = true,
            '0'..='9' => number.push(flag),
            _ => return Err(format!("the sed command `s` has no flag `{flag}`")),
        }
    }
    let first =
        if number.is_empty() { 1 } else { number.parse().map_err(|_| "the number of the match is too large")? };
    // An escaped delimiter is the character itself; one with a meaning in regular expressions keeps its backslash.
    let pattern = if delimiter.is_ascii_punctuation() {
        from.to_owned()
    } else {
        from.replace(&format!("\\{delimiter}"), &delimiter.to_string())
    };
    let pattern = if ignore_case { format!("(?i){pattern}") } else { pattern };
    Ok(Command::Substitute { regex: compile(&pattern)?, template: Template::new(to, Escapes::Sed), first, all })
}

fn map(from: &str, to: &str, flags: &str) -> Result<Command, String> {
    if !flags.is_empty() {
        return Err("the sed command `y` has no flags".to_owned());
    }
    let (from, to) = (characters(from), characters(to));
    if from.len() != to.len() {
        return Err("the two sides of the sed command `y` differ in length".to_owned());
    }
    Ok(Command::Map(from.into_iter().zip(to).collect()))
}

fn characters(text: &str) -> Vec<char> {
    let mut chars = text.chars();
    std::iter::from_fn(|| {
        Some(match chars.next()? {
            '\\' => match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some(c) => c,
                None => '\\',
            },
            c => c,
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::script;

    fn check(sed: &str, text: &str, expected: &str) {
        let mut out = String::new();
        script(sed).unwrap().write(text, &mut out);
        assert_eq!(out, expected, "{sed}");
    }

    #[test]
    fn substitutes() {
        check(r"s/\d{4}-/XXXX-/g", "1234-5678-90", "XXXX-XXXX-90");
        check("s/a/b/", "aaa", "baa");
        check("s/a/b/2", "aaa", "aba");
        check("s/a/b/2g", "aaa", "abb");
        check("s/A/b/gi", "aaa", "bbb");
        check(r"s/(\w+) (\w+)/\2 \1/", "hello world", "world hello");
        check(r"s/\//|/g", "a/b/c", "a|b|c");
        check("s#/#-#g", "a/b", "a-b");
        check(r"s/,/\n/g", "a,b", "a\nb");
        check("s/x*/-/g", "abc", "-a-b-c-");
        check("s/b/[&$1]/", "abc", "a[&$1]c");
        check("s/é/e/g", "aéé", "aee");
    }

    #[test]
    fn several_commands_follow_each_other() {
        check("s/a/b/g s/b/c/g", "ab", "cc");
        check("s/a/b/g; y/b/x/", "ab", "xx");
    }

    #[test]
    fn maps_characters() {
        check("y/abc/xyz/", "cabbage", "zxyyxge");
        check(r"y/\//-/", "a/b", "a-b");
    }

    #[test]
    fn malformed_scripts() {
        for text in
            ["", "s", "s/a", "s/a/b", "s/a/b/q", "d", "y/ab/c/", "y/a/b/g", "s/(/x/", "s/a/b/99999999999999999999"]
        {
            assert!(script(text).is_err(), "{text}");
        }
    }
}
