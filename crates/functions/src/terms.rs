//! The words of a row that a filter of words is made of, and those that a row must hold to match. `index=mail 4XbQzz12 user=bob`
//!
//! A word is a run of bytes between breakers of `search`, in lower case. Every match of a term holds the words between its
//! breakers, and every row whose field has a value holds that value's words: a block of rows that lacks one of them is not read.
//! Words of other letters than ASCII's, and those of fewer than three bytes, are neither kept nor asked for.

use crate::{
    eval::search::term::{Class, class, encoded_length},
    value::{format_number, parse_number},
};

/// The name of the rule by which words are found: filters that were made by another say nothing.
pub const RULE: &str = "words-1";

/// Shorter words are everywhere.
const SHORTEST: usize = 3;
/// Of longer words the start counts.
const LONGEST: usize = 64;

/// Calls `keep` for each word of a text, which may come again.
///
/// Texts that were written with escapes hold the words of what was meant, too: `\nbob` and `%20bob` hold `bob`.
pub fn each(text: &str, keep: &mut dyn FnMut(&[u8])) {
    let bytes = text.as_bytes();
    let lower = bytes.to_ascii_lowercase();
    let mut escaped = false;
    let mut start = 0;
    for end in ends(&lower) {
        let word = lower.get(start..end).unwrap_or_default();
        if word.len() >= SHORTEST {
            keep_word(word, keep);
            let before = start.checked_sub(1).and_then(|place| bytes.get(place));
            match before {
                Some(b'%') => {
                    let code = encoded_length(bytes.get(start - 1..).unwrap_or_default());
                    code.and_then(|length| word.get(length - 1..)).into_iter().for_each(|rest| keep_word(rest, keep));
                }
                Some(b'\\') => {
                    word.get(1..).into_iter().for_each(|rest| keep_word(rest, keep));
                    word.get(5..).filter(|_| word.starts_with(b"u")).into_iter().for_each(|rest| keep_word(rest, keep));
                }
                _ => {}
            }
        }
        if has_exponent(word) {
            keep_number(bytes, start, end, keep);
        }
        escaped |= bytes.get(end) == Some(&b'\\') && hides_a_letter(bytes.get(end + 1..).unwrap_or_default());
        start = end + 1;
    }
    if (escaped || bytes.starts_with(b"\\u"))
        && let Ok(meant) = serde_json::from_str::<String>(&format!("\"{}\"", quoted(text)))
        && meant != text
    {
        each(&meant, keep);
    }
}

/// Where the words of a text end, empty ones as well: at each breaker, and at the end.
fn ends(text: &[u8]) -> impl Iterator<Item = usize> {
    // A bit for each byte of a block: to look for the next breaker byte by byte is to guess wrong at the end of every word.
    let blocks = text.chunks(64).zip((0..).step_by(64)).flat_map(|(block, start)| {
        let set = |bits: u64, (place, byte): (usize, &u8)| bits | u64::from(class(*byte) != Class::Word) << place;
        let mut bits = block.iter().enumerate().fold(0, set);
        std::iter::from_fn(move || {
            let place = (bits != 0).then(|| start + bits.trailing_zeros() as usize)?;
            bits &= bits - 1;
            Some(place)
        })
    });
    blocks.chain((!text.is_empty()).then_some(text.len()))
}

/// The words that stand in every text that a pattern of `search` matches: `*` is any run of characters. Where it does not begin
/// or end with a star, a breaker or the end of the text is there.
pub fn of_pattern(pattern: &str) -> Vec<Vec<u8>> {
    let lower = pattern.to_ascii_lowercase();
    let bytes = lower.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let length = bytes.iter().skip(start).position(|byte| class(*byte) != Class::Word);
        let end = length.map_or(bytes.len(), |length| start + length);
        let is_bounded =
            start.checked_sub(1).and_then(|place| bytes.get(place)) != Some(&b'*') && bytes.get(end) != Some(&b'*');
        let word = bytes.get(start..end).unwrap_or_default();
        if is_bounded && word.len() >= SHORTEST {
            keep_word(word, &mut |word: &[u8]| {
                if !found.iter().any(|known: &Vec<u8>| known == word) {
                    found.push(word.to_vec());
                }
            });
        }
        start = end + 1;
    }
    found
}

/// Whether a value that was taken out of JSON may be written otherwise there: `1.5` as `1.50`. Whole numbers are kept in any form.
pub fn is_written_otherwise(value: &str) -> bool {
    parse_number(value).is_some() && !value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Keeps a word in lower case, if words of its kind are kept.
fn keep_word(word: &[u8], keep: &mut dyn FnMut(&[u8])) {
    if word.len() >= SHORTEST && word.is_ascii() {
        keep(word.get(..LONGEST).unwrap_or(word));
    }
}

/// Whether an escape behind a backslash stands for a character that belongs to words, or to numbers: `\u0041`, `\u002e`.
fn hides_a_letter(escape: &[u8]) -> bool {
    let Some((b"u00", digits)) = escape.split_at_checked(3) else { return false };
    let digits = digits.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
    let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
    byte.is_some_and(|byte| byte < 0x80 && (class(byte) == Class::Word || b".+-".contains(&byte)))
}

/// A text with escapes as the inside of a JSON string, its own quotes and controls as blanks: they end words as well.
fn quoted(text: &str) -> String {
    let mut before = ' ';
    let mut quoted = String::with_capacity(text.len());
    for next in text.chars() {
        let is_escaped = before == '\\';
        match next {
            '"' if !is_escaped => quoted.push(' '),
            next if next.is_control() => quoted.push(' '),
            '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u' => quoted.push(next),
            // No escape of JSON: the backslash stands for itself.
            next if is_escaped => quoted.extend(['\\', next]),
            next => quoted.push(next),
        }
        before = if is_escaped && next == '\\' { ' ' } else { next };
    }
    quoted
}

/// Whether a word is what follows the point of a number with an exponent, or all of it: `8213e4`, `1E`.
fn has_exponent(word: &[u8]) -> bool {
    let mut parts = word.splitn(2, |byte| matches!(byte, b'e' | b'E'));
    let is_number = |part: Option<&[u8]>| part.is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    word.first().is_some_and(u8::is_ascii_digit) && is_number(parts.next()) && is_number(parts.next())
}

/// Keeps the words of a whole number that is written with an exponent, as it prints.
fn keep_number(bytes: &[u8], start: usize, end: usize, keep: &mut dyn FnMut(&[u8])) {
    let is_before = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let before = bytes.get(..start).unwrap_or_default().iter().rev().take_while(|byte| is_before(byte)).count();
    let mut behind = bytes.get(end..).unwrap_or_default().iter();
    let is_sign = matches!(behind.clone().next(), Some(b'+'));
    let sign = usize::from(is_sign && behind.next().is_some());
    let digits = if is_sign { behind.take_while(|byte| byte.is_ascii_digit()).count() } else { 0 };
    let number = bytes.get(start - before..end + sign + digits).and_then(|text| std::str::from_utf8(text).ok());
    if let Some(number) = number.and_then(|text| text.trim_start_matches('.').parse::<f64>().ok()) {
        keep_word(format_number(number).as_bytes(), keep);
    }
}

#[cfg(test)]
mod tests {
    use super::{each, is_written_otherwise, of_pattern};

    fn words(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        each(text, &mut |word| words.push(String::from_utf8_lossy(word).into_owned()));
        words
    }

    fn asked(pattern: &str) -> Vec<String> {
        of_pattern(pattern).iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn words_are_between_breakers_and_in_lower_case() {
        assert_eq!(words("User=Bob.Smith [10.100.0.1] a_über caf\u{e9}s"), ["user", "bob", "smith", "100"]);
        assert_eq!(words(&"x".repeat(70)), ["x".repeat(64)]);
    }

    #[test]
    fn what_escapes_hide_counts_too() {
        assert_eq!(words("a%20bob"), ["20bob", "bob"]);
        assert_eq!(words(r#""say\nbob\ttim""#), ["say", "nbob", "bob", "ttim", "tim"]);
        assert_eq!(words(r"x\u003cbob"), ["u003cbob", "003cbob", "bob"]);
        assert!(words(r#"{"user":"b\u006fb"}"#).contains(&"bob".to_owned()));
        assert!(words(r#"\u0062ob \q"#).contains(&"bob".to_owned()));
    }

    #[test]
    fn whole_numbers_are_kept_as_they_print() {
        for text in ["4.8213e4,", "48213.0", "48213", "48213e0", "4.8213e+4"] {
            assert!(words(&format!("{{\"n\":{text}}}")).contains(&"48213".to_owned()), "{text}");
        }
        assert!(is_written_otherwise("1.5") && is_written_otherwise("1e5") && is_written_otherwise("-12"));
        assert!(!is_written_otherwise("48213") && !is_written_otherwise("bob"));
    }

    #[test]
    fn patterns_ask_for_their_whole_words() {
        assert_eq!(asked("Login.Failed"), ["login", "failed"]);
        assert_eq!(asked("adm*"), Vec::<String>::new());
        assert_eq!(asked("*@evil.com"), ["evil", "com"]);
        assert_eq!(asked("10.100.*.200"), ["100", "200"]);
        assert_eq!(asked("*"), Vec::<String>::new());
        assert_eq!(asked("über.bob"), ["bob"]);
    }
}
