//! `key=value` pairs of a text: `src=10.0.0.1 user="Bob Smith", action=login`.
//!
//! A value is quoted, with `\"` for a quote inside, or goes on to a blank, `,`, `;`, `|` or `&`. What stands in a value is
//! no pair of its own.

use std::borrow::Cow;

use memchr::memchr;

/// The pairs of a text, first to last. Keys are as they stand there; empty values are left out.
pub fn pairs(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut place = 0;
    std::iter::from_fn(move || {
        loop {
            let equals = place + memchr(b'=', text.as_bytes().get(place..)?)?;
            let key = key_before(text.get(place..equals)?);
            let behind = text.get(equals + 1..)?;
            if key.is_empty() {
                place = equals + 1;
                continue;
            }
            let (value, length) = value_at(behind);
            place = equals + 1 + length;
            if !value.is_empty() {
                return Some((key, value));
            }
        }
    })
}

/// The key that ends a text; empty where there is none.
fn key_before(text: &str) -> &str {
    let start =
        text.rfind(|c: char| !is_key(c)).map_or(0, |last| last + text[last..].chars().next().map_or(1, char::len_utf8));
    text.get(start..).unwrap_or_default().trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_')
}

fn is_key(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '@' | '/' | '{' | '}')
}

/// The value that starts a text, and how far it goes.
fn value_at(text: &str) -> (Cow<'_, str>, usize) {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut escaped = false;
        for (place, byte) in quoted.bytes().enumerate() {
            match byte {
                b'\\' => escaped = !escaped,
                b'"' if !escaped => return (unescape(quoted.get(..place).unwrap_or_default()), place + 2),
                _ => escaped = false,
            }
        }
        // Without a closing quote it is like any other value.
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|' | '&')).unwrap_or(text.len());
    (Cow::Borrowed(text.get(..end).unwrap_or_default()), end)
}

fn unescape(quoted: &str) -> Cow<'_, str> {
    let quoted = quoted.trim();
    if quoted.contains("\\\"") { Cow::Owned(quoted.replace("\\\"", "\"")) } else { Cow::Borrowed(quoted) }
}

/// Whether a key is the name of a field. In names of fields, what is neither a letter nor a digit is `_`; the cleaned form
/// of a key and the key itself both count.
pub(super) fn is_name(key: &str, name: &str) -> bool {
    if key == name {
        return true;
    }
    cleaned(key).eq(name.chars())
}

/// The name of the field that a key makes; empty where the key has no letter.
pub(super) fn clean(key: &str) -> String {
    cleaned(key).collect()
}

fn cleaned(key: &str) -> impl Iterator<Item = char> {
    // Splunk strips what is no letter in front of a cleaned name.
    let key = key.trim_start_matches(|c: char| !c.is_alphabetic());
    key.chars().map(|c| if c.is_alphanumeric() { c } else { '_' })
}

#[cfg(test)]
mod tests {
    use super::{is_name, pairs};

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
        check("a= b=2 =3 == x", &[("b", "2")]);
        check("a=\"open b=1", &[("a", "\"open"), ("b", "1")]);
        check("größe=5 é=ü", &[("größe", "5"), ("é", "ü")]);
        check("(a=1)", &[("a", "1)")]);
        check("", &[]);
        check("=", &[]);
    }

    #[test]
    fn names_are_cleaned_keys() {
        assert!(is_name("user-id", "user_id"));
        assert!(is_name("user-id", "user-id"));
        assert!(is_name("src.ip", "src_ip"));
        assert!(is_name("1st", "st"));
        assert!(!is_name("user", "user_id"));
    }
}
