//! What follows a backslash, outside brackets.

use super::{Dialect, Translator};

/// Line ends and vertical blanks, as the inside of a class.
pub(super) const VERTICAL: &str = r"\n\x0B\x0C\r\x{85}\x{2028}\x{2029}";
/// Horizontal blanks.
pub(super) const HORIZONTAL: &str = r"\t\p{Zs}";
const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = r"\t\n\x0B\x0C\r\x20";

/// The inside of the class that a letter names, and whether it is the complement.
pub(super) fn named_class(letter: char) -> Option<(&'static str, bool)> {
    let inside = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        'w' => WORD,
        's' => SPACE,
        'h' => HORIZONTAL,
        'v' => VERTICAL,
        _ => return None,
    };
    Some((inside, letter.is_ascii_uppercase()))
}

impl Translator<'_> {
    pub(super) fn escape(&mut self) -> Result<(), String> {
        let c = self.rest.next().ok_or("a backslash ends the pattern")?;
        if let Some((inside, complement)) = named_class(c) {
            self.out.push_str(if complement { "[^" } else { "[" });
            self.out.push_str(inside);
            self.out.push(']');
            return Ok(());
        }
        match c {
            'b' => self.out.push_str(if self.dialect == Dialect::Automaton { r"(?-u:\b)" } else { r"\b" }),
            'A' | 'z' | 'B' => {
                self.out.push('\\');
                self.out.push(c);
            }
            'Z' => self.out.push_str(r"(?:\n?\z)"),
            'G' | 'K' => {
                self.backtracks = true;
                self.out.push('\\');
                self.out.push(c);
            }
            'R' => {
                self.out.push_str(r"(?:\r\n|[");
                self.out.push_str(VERTICAL);
                self.out.push_str("])");
            }
            'N' => self.out.push_str(r"[^\n]"),
            'X' => self.out.push_str(r"(?:\P{M}\p{M}*)"),
            'p' | 'P' => self.property(c),
            'Q' => self.quoted(),
            'E' => {}
            'g' => self.group_reference(),
            'k' => self.reference_by_name(),
            '1'..='9' => {
                let mut digits = String::from(c);
                digits.extend(std::iter::from_fn(|| self.rest.next_if(char::is_ascii_digit)).take(2));
                self.numbered_reference(&digits);
            }
            _ => {
                let code = self.character(c);
                self.push_code(code);
            }
        }
        Ok(())
    }

    /// The character that an escape stands for; a letter without meaning is itself.
    pub(super) fn character(&mut self, c: char) -> u32 {
        match c {
            'a' => 0x07,
            'e' => 0x1b,
            'f' => 0x0c,
            'n' => 0x0a,
            'r' => 0x0d,
            't' => 0x09,
            '0'..='7' => {
                let mut code = c.to_digit(8).unwrap_or(0);
                for _ in 0..2 {
                    let Some(digit) = self.rest.next_if(|c| c.is_digit(8)) else { break };
                    code = code * 8 + digit.to_digit(8).unwrap_or(0);
                }
                code
            }
            'x' => self.hex(),
            'c' => self.rest.next().map_or(u32::from('c'), |c| u32::from(c.to_ascii_uppercase()) ^ 0x40),
            _ => u32::from(c),
        }
    }

    fn hex(&mut self) -> u32 {
        let closes = self.rest.clone().skip(1).take(9).find(|c| !c.is_ascii_hexdigit()) == Some('}');
        if self.rest.peek() == Some(&'{') && closes {
            let digits: String = self.rest.by_ref().skip(1).take_while(|&c| c != '}').collect();
            return u32::from_str_radix(&digits, 16).unwrap_or(0);
        }
        let digits: String = std::iter::from_fn(|| self.rest.next_if(char::is_ascii_hexdigit)).take(2).collect();
        u32::from_str_radix(&digits, 16).unwrap_or(0)
    }

    /// A character by its code. One that is no scalar value is left for the compiler to refuse.
    pub(super) fn push_code(&mut self, code: u32) {
        match char::from_u32(code) {
            Some(c) if !c.is_control() => self.literal(c),
            _ => self.code(code),
        }
    }

    /// `\pL`, `\p{Greek}`.
    pub(super) fn property(&mut self, letter: char) {
        self.out.push('\\');
        self.out.push(letter);
        match self.rest.next() {
            Some('{') => {
                self.out.push('{');
                for c in self.rest.by_ref() {
                    self.out.push(c);
                    if c == '}' {
                        break;
                    }
                }
            }
            Some(c) => self.out.push(c),
            None => {}
        }
    }

    /// `\Q…\E`: everything stands for itself.
    fn quoted(&mut self) {
        while !self.take("\\E") {
            let Some(c) = self.rest.next() else { return };
            self.literal(c);
        }
    }

    /// `\g1`, `\g{2}`, `\g{-1}`, `\g{name}`.
    fn group_reference(&mut self) {
        let name: String = if self.take("{") {
            self.rest.by_ref().take_while(|&c| c != '}').collect()
        } else {
            std::iter::from_fn(|| self.rest.next_if(|c| c.is_ascii_digit() || *c == '-')).collect()
        };
        match name.parse::<i64>() {
            Ok(number) if number < 0 => {
                let number = i64::try_from(self.groups).unwrap_or(i64::MAX).saturating_add(number).saturating_add(1);
                self.numbered_reference(&number.to_string());
            }
            Ok(number) => self.numbered_reference(&number.to_string()),
            Err(_) => self.named_reference(&name),
        }
    }

    /// `\k<name>`, `\k{name}`, `\k'name'`.
    fn reference_by_name(&mut self) {
        let closing = match self.rest.next() {
            Some('{') => '}',
            Some('\'') => '\'',
            _ => '>',
        };
        let name: String = self.rest.by_ref().take_while(|&c| c != closing).collect();
        self.named_reference(&name);
    }

    fn numbered_reference(&mut self, digits: &str) {
        self.backtracks = true;
        // A digit that follows must not join the number.
        self.out.push_str("(?:\\");
        self.out.push_str(digits);
        self.out.push(')');
    }
}
