#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;

#[test]
fn the_end_of_a_text_is_found_wherever_it_is() {
    for length in 0..40 {
        for end in ["\"", "\\", "\u{1}", "\u{1f}"] {
            // Bytes that differ from what is looked for in one bit, and those beyond ASCII.
            for fill in ["a", "#", "!", "]", " ", "\u{7f}", "é"] {
                let text = format!("{}{end}\"\\", fill.repeat(length));
                assert_eq!(special(text.as_bytes(), 0), Some(length * fill.len()), "{text:?}");
            }
        }
    }
    assert_eq!(special(b"no end of this text", 0), None);
}

#[test]
fn numbers_are_those_of_the_slower_reading() {
    let check = |text: &str| {
        let read = Tokens::new(text.as_bytes()).plain(text.as_bytes()[0]);
        let known = serde_json::from_str::<serde_json::Number>(text).ok();
        match read {
            Some(Plain::Integer(whole)) => assert_eq!(Some(whole), known.unwrap().as_i64(), "{text}"),
            Some(Plain::Number(bytes, _)) => assert_eq!(bytes, text.as_bytes()),
            _ => assert!(known.is_none(), "{text}"),
        }
    };
    for whole in ["0", "-0", "7", "-7", "10", "999999999999999999", "-9223372036854775808", "18446744073709551616"] {
        for rest in ["", ".5", ".50", "e3", "E-3", ".5e+3"] {
            check(&format!("{whole}{rest}"));
        }
    }
    for none in ["01", "-", "-a", "1.", "1.e5", "1e", "1e+"] {
        check(none);
    }
}

#[test]
fn half_a_character_is_unusual() {
    let check = |text: &str, expected: Option<&str>| {
        let read = Tokens::new(text.as_bytes()).text().and_then(Text::plain);
        assert_eq!(read.as_deref(), expected, "{text}");
    };
    check(r#""a\u00e4\n\/b""#, Some("aä\n/b"));
    check(r#""\ud83d\ude00""#, None);
    check(r#""\ud83d""#, None);
    check(r#""\x""#, None);
    check("\"a\tb\"", None);
    check("\"a", None);
}
