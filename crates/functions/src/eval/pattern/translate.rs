//! From PCRE, which SPL speaks, to the dialect of Rust's regular expressions.
//!
//! `(?<user>\w+)\/[^[]` becomes `(?P<user>[0-9A-Za-z_]+)/[^\[]`. As in PCRE without its Unicode option, `\d \w \s \b`
//! know ASCII only. Absent: branch reset, recursion, verbs other than the encoding ones.

mod class;
mod escape;

use std::{iter::Peekable, str::Chars};

/// The deepest nesting of groups; parsers behind this one recurse.
const DEEPEST: usize = 200;

/// Who will compile the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Finite automata: linear time, no look-around, no back-references.
    Automaton,
    /// Backtracking.
    Backtracking,
}

/// A translated pattern.
#[derive(Debug)]
pub(super) struct Translated {
    /// The pattern for the other dialect.
    pub(super) text: String,
    /// Whether it has something that only backtracking can do.
    pub(super) backtracks: bool,
}

/// Translates a pattern; the error is a short text.
pub(super) fn translate(pattern: &str, dialect: Dialect) -> Result<Translated, String> {
    let mut translator = Translator {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 16),
        dialect,
        backtracks: false,
        depth: 0,
        groups: 0,
        extended: false,
    };
    translator.pattern()?;
    Ok(Translated { text: translator.out, backtracks: translator.backtracks })
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    dialect: Dialect,
    backtracks: bool,
    depth: usize,
    /// Capturing groups so far.
    groups: usize,
    /// Whether `(?x)` was seen.
    extended: bool,
}

impl Translator<'_> {
    fn pattern(&mut self) -> Result<(), String> {
        // Whether a quantifier just ended, so that `+` makes it possessive and `?` lazy.
        let mut quantified = false;
        while let Some(c) = self.rest.next() {
            let was_quantified = std::mem::take(&mut quantified);
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                ')' => {
                    self.depth = self.depth.checked_sub(1).ok_or("unopened group")?;
                    self.out.push(')');
                }
                '{' => match self.repetition() {
                    Some(repetition) => {
                        self.out.push_str(&repetition);
                        quantified = true;
                    }
                    None => self.out.push_str("\\{"),
                },
                '*' | '+' | '?' => {
                    self.backtracks |= was_quantified && c == '+';
                    self.out.push(c);
                    quantified = !was_quantified;
                }
                '#' if self.extended => while self.rest.next().is_some_and(|c| c != '\n') {},
                '}' | ']' => self.literal(c),
                _ => self.out.push(c),
            }
        }
        if self.depth > 0 { Err("unclosed group".to_owned()) } else { Ok(()) }
    }

    /// `{2}`, `{2,}` or `{2,4}` behind its brace; anything else means the brace itself.
    fn repetition(&mut self) -> Option<String> {
        let ahead: String = self.rest.clone().take(24).take_while(|&c| c != '}').collect();
        let (least, most) = ahead.split_once(',').unwrap_or((&ahead, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if least.is_empty() || !all_digits(least) || !all_digits(most) || ahead.len() >= 24 {
            return None;
        }
        // The brace must be closed.
        self.rest.clone().nth(ahead.len()).filter(|&c| c == '}')?;
        self.rest.nth(ahead.len());
        Some(format!("{{{ahead}}}"))
    }

    /// What an opening parenthesis begins.
    fn group(&mut self) -> Result<(), String> {
        if self.take("*") {
            let verb: String = self.rest.by_ref().take_while(|&c| c != ')').collect();
            let is_encoding = matches!(verb.as_str(), "UTF8" | "UTF" | "UCP" | "ANYCRLF" | "CRLF" | "LF");
            return if is_encoding { Ok(()) } else { Err(format!("the verb `(*{verb})` is not supported")) };
        }
        if self.take("?#") {
            self.rest.by_ref().take_while(|&c| c != ')').for_each(drop);
            return Ok(());
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("groups are nested more than {DEEPEST} deep"));
        }
        if !self.take("?") {
            self.groups += 1;
            self.out.push('(');
            return Ok(());
        }
        for opening in ["<=", "<!", "=", "!", ">"] {
            if self.take(opening) {
                self.backtracks = true;
                self.out.push_str("(?");
                self.out.push_str(opening);
                return Ok(());
            }
        }
        if self.take("P=") {
            let name: String = self.rest.by_ref().take_while(|&c| c != ')').collect();
            self.depth -= 1;
            self.named_reference(&name);
            return Ok(());
        }
        for (opening, closing) in [("P<", '>'), ("<", '>'), ("'", '\'')] {
            if self.take(opening) {
                let name: String = self.rest.by_ref().take_while(|&c| c != closing).collect();
                return self.named_group(&name);
            }
        }
        self.flags()
    }

    fn named_group(&mut self, name: &str) -> Result<(), String> {
        let mut chars = name.chars();
        let starts_well = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
        if !starts_well || !chars.all(|c| c.is_alphanumeric() || c == '_') {
            return Err(format!("`{name}` is no name for a group: letters, digits and `_`, no digit in front"));
        }
        self.groups += 1;
        self.out.push_str("(?P<");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    /// `(?i)`, `(?im-s:…)`, `(?:…)`; what it cannot read it leaves to backtracking.
    fn flags(&mut self) -> Result<(), String> {
        self.out.push_str("(?");
        let mut flags = String::new();
        while let Some(c) = self.rest.next_if(|c| c.is_ascii_alphabetic() || *c == '-') {
            flags.push(c);
        }
        match self.rest.peek() {
            Some(':' | ')') => {}
            Some('|') => return Err("branch reset `(?|` is not supported".to_owned()),
            _ => {
                // Conditionals, recursion, subroutines.
                self.backtracks = true;
                self.out.push_str(&flags);
                return Ok(());
            }
        }
        // `J` allows duplicate names, `n` is not PCRE's; neither changes what matches.
        flags.retain(|c| !matches!(c, 'J' | 'n'));
        let flags = flags.strip_suffix('-').unwrap_or(&flags);
        let (on, off) = flags.split_once('-').unwrap_or((flags, ""));
        self.extended = (self.extended || on.contains('x')) && !off.contains('x');
        self.out.push_str(flags);
        if flags.is_empty() && self.rest.peek() == Some(&')') {
            self.out.push(':');
        }
        Ok(())
    }

    fn named_reference(&mut self, name: &str) {
        self.backtracks = true;
        self.out.push_str("\\k<");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Moves past a text if it comes next.
    fn take(&mut self, text: &str) -> bool {
        let mut ahead = self.rest.clone();
        if !text.chars().all(|c| ahead.next() == Some(c)) {
            return false;
        }
        self.rest = ahead;
        true
    }

    /// A character that stands for itself.
    fn literal(&mut self, c: char) {
        match c {
            '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
                self.out.push('\\');
                self.out.push(c);
            }
            // `(?x)` would skip these.
            ' ' | '#' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => self.code(u32::from(c)),
            _ => self.out.push(c),
        }
    }

    fn code(&mut self, code: u32) {
        self.out.push_str(&format!("\\x{{{code:X}}}"));
    }
}

#[cfg(test)]
mod tests;
