//! `key=value` pairs of a text: `src=10.0.0.1 user="Bob Smith", action=login`.
//!
//! A value is quoted, or goes on to a blank, `,`, `;`, `|` or `&`. What stands in a value is no pair of its own.

use std::borrow::Cow;

use memchr::memchr;

/// What a backslash is in a value in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// It takes a quote or a backslash into the value: Splunk's `KV_MODE = auto_escaped`.
    Known,
    /// A character like others: the first quote ends the value, as with `KV_MODE = auto`.
    Plain,
}

/// The pairs of a text, first to last. Keys are as they stand there; empty values are left out. In quotes `\"` is a quote.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    Pairs::new(text, Escapes::Known, true)
}

/// The pairs of a text that are left.
pub(crate) struct Pairs<'t> {
    text: &'t str,
    place: usize,
    escapes: Escapes,
    trims: bool,
}

impl<'t> Pairs<'t> {
    /// All pairs of a text. `trims` leaves out blanks around a value in quotes.
    pub(crate) fn new(text: &'t str, escapes: Escapes, trims: bool) -> Self {
        Self { text, place: 0, escapes, trims }
    }

    /// The next pair whose key may be wanted by its last byte. The others are passed over, which is cheaper.
    pub(crate) fn next_ending(&mut self, is_wanted: impl Fn(u8) -> bool) -> Option<(&'t str, Cow<'t, str>)> {
        let bytes = self.text.as_bytes();
        loop {
            let start = self.place;
            let equals = start + memchr(b'=', bytes.get(start..)?)?;
            let last = equals.checked_sub(1).filter(|last| *last >= start).and_then(|last| bytes.get(last).copied());
            let key = match last {
                Some(last) if is_key(last) => key_before(self.text.get(start..equals)?),
                _ => "",
            };
            self.place = equals + 1;
            if key.is_empty() {
                continue;
            }
            let (start, end, next, is_quoted) = value_at(bytes, equals + 1, self.escapes);
            self.place = next;
            if start < end && last.is_some_and(&is_wanted) {
                let value = self.text.get(start..end)?;
                let value = if is_quoted { self.unquoted(value) } else { Cow::Borrowed(value) };
                if !value.is_empty() {
                    return Some((key, value));
                }
            }
        }
    }

    fn unquoted(&self, value: &'t str) -> Cow<'t, str> {
        let value = if self.trims { value.trim() } else { value };
        if self.escapes == Escapes::Known && value.contains("\\\"") {
            Cow::Owned(value.replace("\\\"", "\""))
        } else {
            Cow::Borrowed(value)
        }
    }
}

impl<'t> Iterator for Pairs<'t> {
    type Item = (&'t str, Cow<'t, str>);

    fn next(&mut self) -> Option<Self::Item> {
        self.next_ending(|_| true)
    }
}

/// Which bytes are in a set, for all 256 of them.
const fn set(bytes: &[u8]) -> [bool; 256] {
    let mut set = [false; 256];
    let mut place = 0;
    while place < bytes.len() {
        set[bytes[place] as usize] = true;
        place += 1;
    }
    set
}

/// Bytes of keys; those beyond ASCII may be part of a letter.
const KEYS: [bool; 256] = {
    let mut keys = set(b"_-.@{}");
    let mut byte = 0;
    while byte < keys.len() {
        keys[byte] |= byte >= 128 || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    keys
};

/// Bytes that end a value without quotes.
const ENDS: [bool; 256] = set(b" \t\r\n\x0b\x0c,;|&");

fn is_key(byte: u8) -> bool {
    KEYS.get(usize::from(byte)).copied().unwrap_or(false)
}

/// The key that ends a text; empty where there is none.
fn key_before(text: &str) -> &str {
    let bytes = text.as_bytes();
    let is_part = |byte: &u8| is_key(*byte) && byte.is_ascii();
    let mut start = bytes.iter().rposition(|byte| !is_part(byte)).map_or(0, |place| place + 1);
    match start.checked_sub(1).and_then(|before| bytes.get(before)) {
        Some(before) if !before.is_ascii() => {
            let is_other = |c: char| !(c.is_alphanumeric() || c.is_ascii() && is_key(c as u8));
            let last = text.char_indices().rev().find(|(_, c)| is_other(*c));
            start = last.map_or(0, |(place, c)| place + c.len_utf8());
        }
        _ if bytes.get(start).is_some_and(u8::is_ascii_alphanumeric) => return text.get(start..).unwrap_or_default(),
        _ => {}
    }
    let key = text.get(start..).unwrap_or_default();
    key.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Where the value at a place begins and ends, where the text goes on behind it, and whether it is in quotes.
fn value_at(bytes: &[u8], start: usize, escapes: Escapes) -> (usize, usize, usize, bool) {
    let rest = bytes.get(start..).unwrap_or_default();
    if rest.first() == Some(&b'"') {
        let mut place = start + 1;
        while let Some(behind) = bytes.get(place..)
            && let Some(quote) = memchr(b'"', behind)
        {
            let quote = place + quote;
            let inside = bytes.get(start + 1..quote).unwrap_or_default();
            let backslashes = inside.iter().rev().take_while(|byte| **byte == b'\\').count();
            if escapes == Escapes::Plain || backslashes % 2 == 0 {
                return (start + 1, quote, quote + 1, true);
            }
            place = quote + 1;
        }
        // Without a closing quote it is like any other value.
    }
    let length = rest.iter().position(|byte| ENDS.get(usize::from(*byte)).copied().unwrap_or(false));
    let end = start + length.unwrap_or(rest.len());
    (start, end, end, false)
}

#[cfg(test)]
mod tests {
    use super::{Escapes, Pairs, pairs};

    fn check(text: &str, expected: &[(&str, &str)]) {
        let found: Vec<(&str, String)> = pairs(text).map(|(key, value)| (key, value.into_owned())).collect();
        let expected: Vec<(&str, String)> = expected.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn keys_and_values() {
        check(
            "a=1 b=\"x y\",c=3;d=4|e=5&f=6",
            &[("a", "1"), ("b", "x y"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "6")],
        );
        check("2024 host x: user-id=7, src.ip=10.0.0.1", &[("user-id", "7"), ("src.ip", "10.0.0.1")]);
        check("say=\"he said \\\"hi\\\"\" x=1", &[("say", "he said \"hi\""), ("x", "1")]);
        check("url=http://h/p?a=1&b=2", &[("url", "http://h/p?a=1"), ("b", "2")]);
        check("GET /p?a=1&b=2", &[("a", "1"), ("b", "2")]);
        check("ip:port=1.2.3.4 /var/x=y", &[("port", "1.2.3.4"), ("x", "y")]);
        check("a= b=2 =3 == x", &[("b", "2")]);
        check("a=\"open b=1", &[("a", "\"open"), ("b", "1")]);
        check("größe=5 é=ü «x=1", &[("größe", "5"), ("é", "ü"), ("x", "1")]);
        check("(a=1)", &[("a", "1)")]);
        check("filter=a=b query=x=y=z", &[("filter", "a=b"), ("query", "x=y=z")]);
        check("", &[]);
        check("=", &[]);
    }

    #[test]
    fn a_backslash_is_plain_unless_it_escapes() {
        let text = r#"a="say \"hi\"" b=1"#;
        let found: Vec<_> = Pairs::new(text, Escapes::Plain, true).collect();
        assert_eq!(found, [("a", r"say \".into()), ("b", "1".into())]);
    }

    #[test]
    fn blanks_in_quotes_are_trimmed_on_request() {
        let value = |trims| Pairs::new("a=\" x \"", Escapes::Plain, trims).next().map(|(_, value)| value.into_owned());
        assert_eq!(value(true).as_deref(), Some("x"));
        assert_eq!(value(false).as_deref(), Some(" x "));
    }

    #[test]
    fn keys_are_passed_over_by_their_last_byte() {
        let mut pairs = Pairs::new("user=x id=2 b=\"id=3\"", Escapes::Plain, true);
        let found: Vec<_> = std::iter::from_fn(|| pairs.next_ending(|byte| byte == b'd')).collect();
        assert_eq!(found, [("id", "2".into())]);
    }
}
