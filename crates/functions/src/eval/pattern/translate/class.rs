//! Bracketed classes. In PCRE `[`, `&&`, `--` and `~~` mean themselves there, and a `-` that cannot be a range does.

use super::{Translator, escape::named_class};

/// What the last item of a class was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing that a range could start with.
    Nothing,
    /// A character.
    Character,
    /// A character and the `-` behind it.
    Dash,
}

impl Translator<'_> {
    pub(super) fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        let mut last = Last::Nothing;
        let mut is_first = true;
        loop {
            let c = self.rest.next().ok_or("unclosed class")?;
            last = match c {
                ']' if !is_first => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.posix_class() => Last::Nothing,
                '\\' => self.class_escape(last)?,
                '-' => self.dash(last),
                _ => self.member(u32::from(c), last),
            };
            is_first = false;
        }
    }

    /// One character; what it leaves behind depends on whether it ends a range.
    fn member(&mut self, code: u32, last: Last) -> Last {
        match char::from_u32(code) {
            Some(c) if c.is_alphanumeric() => self.out.push(c),
            _ => self.code(code),
        }
        if last == Last::Dash { Last::Nothing } else { Last::Character }
    }

    fn dash(&mut self, last: Last) -> Last {
        let mut ahead = self.rest.clone();
        let next_is_set = match (ahead.next(), ahead.next()) {
            (Some('\\'), Some(c)) => named_class(c).is_some() || matches!(c, 'p' | 'P'),
            (Some('['), Some(':')) => true,
            (Some(']'), _) => true,
            _ => false,
        };
        if last == Last::Character && !next_is_set {
            self.out.push('-');
            return Last::Dash;
        }
        self.member(u32::from('-'), last)
    }

    fn class_escape(&mut self, last: Last) -> Result<Last, String> {
        let c = self.rest.next().ok_or("unclosed class")?;
        if let Some((inside, complement)) = named_class(c) {
            if complement {
                self.out.push_str("[^");
                self.out.push_str(inside);
                self.out.push(']');
            } else {
                self.out.push_str(inside);
            }
            return Ok(Last::Nothing);
        }
        match c {
            'p' | 'P' => {
                self.property(c);
                Ok(Last::Nothing)
            }
            'b' => Ok(self.member(0x08, last)),
            'E' => Ok(last),
            'Q' => {
                let mut last = last;
                while !self.take("\\E") {
                    let c = self.rest.next().ok_or("unclosed class")?;
                    last = self.member(u32::from(c), last);
                }
                Ok(last)
            }
            _ => {
                let code = self.character(c);
                Ok(self.member(code, last))
            }
        }
    }

    /// `[:alpha:]` behind its bracket.
    fn posix_class(&mut self) -> bool {
        let ahead: String = self.rest.clone().take(14).collect();
        let Some(name) = ahead.strip_prefix(':').and_then(|ahead| ahead.split_once(":]")).map(|(name, _)| name) else {
            return false;
        };
        let word = name.strip_prefix('^').unwrap_or(name);
        if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return false;
        }
        self.out.push_str("[:");
        self.out.push_str(name);
        self.out.push_str(":]");
        // The colon in front, the name, and the closing `:]`.
        self.rest.nth(name.len() + 2);
        true
    }
}
