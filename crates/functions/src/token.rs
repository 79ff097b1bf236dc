//! Tokens of JSON, for readings that need no more than to walk along an event: `{"status": 404}` is a brace, a key, a number.
//!
//! What is usual is read, texts by blocks of bytes, and exactly as `serde_json` reads it. Of everything else (surrogates, numbers
//! beyond 64 bits, what is no JSON) is only said that it is unusual: the reader then leaves the whole event to `serde_json`.

use std::borrow::Cow;

/// How deep values may lie in each other.
pub const DEEPEST: usize = 64;
/// A whole number of up to so many digits has 64 bits.
const DIGITS: usize = 18;
/// A whole number of up to so many digits is exact as a double, and so is what stands before the point of another.
const EXACT_DIGITS: usize = 15;
/// A number of up to so many digits before its point is no larger than the largest double.
const LARGE_DIGITS: usize = 300;

/// A place in an event.
#[derive(Clone, Copy)]
pub struct Tokens<'a> {
    bytes: &'a [u8],
    place: usize,
    /// Whether a number was passed that may be too large for a double.
    is_large: bool,
}

/// A value that holds no others.
#[derive(Debug, Clone, Copy)]
pub enum Plain<'a> {
    /// The word `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of 64 bits, written as it always is.
    Integer(i64),
    /// Another number as it is written, and whether its size is that of one which a double holds exactly.
    Number(&'a [u8], bool),
    /// A text.
    Text(Text<'a>),
}

/// What stands between two quotes.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// As it is written, without the quotes.
    pub bytes: &'a [u8],
    /// Whether characters are escaped.
    pub is_escaped: bool,
}

impl<'a> Text<'a> {
    /// What it says; none where it is no text.
    pub fn plain(self) -> Option<Cow<'a, str>> {
        let text = std::str::from_utf8(self.bytes).ok()?;
        if !self.is_escaped {
            return Some(Cow::Borrowed(text));
        }
        serde_json::from_str(&format!("\"{text}\"")).ok().map(Cow::Owned)
    }
}

impl<'a> Tokens<'a> {
    /// The beginning of an event.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, place: 0, is_large: false }
    }

    /// How many bytes were passed.
    #[inline]
    pub fn place(&self) -> usize {
        self.place
    }

    /// Whether a number was passed that may be too large for a double, which only readers that build numbers find.
    #[inline]
    pub fn is_large(&self) -> bool {
        self.is_large
    }

    /// The next byte that is not blank; none at the end.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.place)?;
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.place += 1;
        }
    }

    /// Passes over a byte that was peeked at.
    #[inline]
    pub fn pass(&mut self) {
        self.place += 1;
    }

    /// Passes over a byte, and what is blank before it; none where another one is there.
    #[inline]
    pub fn take(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.place += 1;
        Some(())
    }

    /// Passes over bytes if they are next.
    #[inline]
    pub fn take_if(&mut self, bytes: &[u8]) -> bool {
        let is_next = self.bytes.get(self.place..).is_some_and(|rest| rest.starts_with(bytes));
        if is_next {
            self.place += bytes.len();
        }
        is_next
    }

    /// Passes over what is between two values of an object or an array that `close` ends; whether another one follows.
    #[inline]
    pub fn goes_on(&mut self, close: u8) -> Option<bool> {
        let byte = self.peek()?;
        self.place += 1;
        match byte {
            b',' => Some(true),
            _ if byte == close => Some(false),
            _ => None,
        }
    }

    /// A text whose opening quote was peeked at.
    #[inline]
    pub fn text(&mut self) -> Option<Text<'a>> {
        let start = self.place + 1;
        let (mut place, mut is_escaped) = (start, false);
        loop {
            place = special(self.bytes, place)?;
            match self.bytes.get(place)? {
                b'"' => break,
                b'\\' => {
                    is_escaped = true;
                    place += escape(self.bytes.get(place..)?)?;
                }
                // A control character, which only escapes may give.
                _ => return None,
            }
        }
        self.place = place + 1;
        Some(Text { bytes: self.bytes.get(start..place)?, is_escaped })
    }

    /// A value that begins with a byte that was peeked at, and that is no object and no array.
    #[inline]
    pub fn plain(&mut self, first: u8) -> Option<Plain<'a>> {
        match first {
            b'"' => self.text().map(Plain::Text),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.take_if(b"true").then_some(Plain::Bool(true)),
            b'f' => self.take_if(b"false").then_some(Plain::Bool(false)),
            b'n' => self.take_if(b"null").then_some(Plain::Null),
            _ => None,
        }
    }

    #[inline]
    fn number(&mut self) -> Option<Plain<'a>> {
        let rest = self.bytes.get(self.place..)?;
        let is_negative = rest.first() == Some(&b'-');
        let start = usize::from(is_negative);
        let mut size = 0_i64;
        let mut place = start;
        while let Some(digit) = rest.get(place).filter(|byte| byte.is_ascii_digit()) {
            size = size.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            place += 1;
        }
        let digits = place - start;
        if digits == 0 || (digits > 1 && rest.get(start) == Some(&b'0')) {
            return None;
        }
        let is_whole = !matches!(rest.get(place), Some(b'.' | b'e' | b'E'));
        // Minus zero is a double.
        if is_whole && digits <= DIGITS && !(is_negative && size == 0) {
            self.place += place;
            return Some(Plain::Integer(if is_negative { -size } else { size }));
        }
        if rest.get(place) == Some(&b'.') {
            let end = place + 1 + run_of_digits(rest.get(place + 1..)?);
            if end == place + 1 {
                return None;
            }
            place = end;
        }
        let mut is_exact = digits <= EXACT_DIGITS;
        self.is_large |= digits > LARGE_DIGITS;
        if matches!(rest.get(place), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(place + 1), Some(b'+' | b'-')));
            let begin = place + 1 + sign;
            place = begin + run_of_digits(rest.get(begin..)?);
            if place == begin {
                return None;
            }
            is_exact = false;
            self.is_large = true;
        }
        self.place += place;
        Some(Plain::Number(rest.get(..place)?, is_exact))
    }

    /// Passes over a value that begins with a byte that was peeked at.
    #[inline]
    pub fn skip(&mut self, first: u8, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let close = match first {
            b'{' => b'}',
            b'[' => b']',
            _ => return self.plain(first).map(|_| ()),
        };
        self.pass();
        if self.peek()? == close {
            self.pass();
            return Some(());
        }
        loop {
            if first == b'{' {
                if self.peek()? != b'"' {
                    return None;
                }
                self.text()?;
                self.take(b':')?;
            }
            let next = self.peek()?;
            self.skip(next, depth + 1)?;
            if !self.goes_on(close)? {
                return Some(());
            }
        }
    }

    /// Whether nothing follows but blanks.
    #[inline]
    pub fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }
}

fn run_of_digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The length of an escape; none of half a character, and of what is no escape.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => {
            let digits = bytes.get(2..6).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
            let code = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
            (!(0xD800..0xE000).contains(&code)).then_some(6)
        }
        _ => None,
    }
}

/// The first place from one on with a quote, a backslash or a control character.
#[inline]
fn special(bytes: &[u8], from: usize) -> Option<usize> {
    let mut place = from;
    while let Some(word) = bytes.get(place..)?.first_chunk() {
        let marks = marks(u64::from_le_bytes(*word));
        if marks != 0 {
            return Some(place + marks.trailing_zeros() as usize / 8);
        }
        place += word.len();
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    bytes.get(place..)?.iter().position(is_special).map(|found| place + found)
}

/// The highest bit of the first byte that is a quote, a backslash or a control character; bytes behind it may have theirs without a
/// reason. Most texts are short: that stays in one register, while blocks of 16 bytes would go through memory.
#[inline]
fn marks(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let is_below = |word: u64, least: u64| word.wrapping_sub(EACH * least) & !word;
    let (quote, backslash) = (word ^ (EACH * 0x22), word ^ (EACH * 0x5C));
    (is_below(quote, 1) | is_below(backslash, 1) | is_below(word, 0x20)) & (EACH << 7)
}

#[cfg(test)]
mod tests;
