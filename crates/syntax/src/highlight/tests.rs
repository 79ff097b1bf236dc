//! What words of half and whole searches are.

use super::{TokenKind, tokens};

/// The words of a text with a letter for what they are.
fn drawn(text: &str) -> String {
    let letter = |kind| match kind {
        TokenKind::Pipe => '|',
        TokenKind::Bracket(_) => 'b',
        TokenKind::Command => 'C',
        TokenKind::UnknownCommand => 'U',
        TokenKind::Function => 'f',
        TokenKind::Keyword => 'k',
        TokenKind::Option => 'o',
        TokenKind::Field => 'n',
        TokenKind::Operator => '=',
        TokenKind::Text => 't',
        TokenKind::Number => '1',
        TokenKind::Macro => 'm',
        TokenKind::Comment => '#',
        TokenKind::Word => 'w',
    };
    tokens(text).iter().map(|token| letter(token.kind)).collect()
}

#[test]
fn words_are_what_they_stand_for() {
    for (text, kinds) in [
        ("index=web error", "n=ww"),
        ("search index=web", "Cn=w"),
        ("search=1", "n=1"),
        ("a | stats count BY host", "w|Cwkw"),
        ("a | stats sum(bytes) as b by host", "w|Cfbwbkwkw"),
        ("| statz count", "|Uw"),
        ("| dedup 2 host keepempty=true sortby -_time", "|C1wo=wkw"),
        ("x [search b | fields c] d", "wbCw|Cwbw"),
        ("x [| inputlookup t]", "wb|Cwb"),
        ("| where a=1 or b IN(2) and like(c, \"x\")", "|Cn=1kwkb1bkfbw=tb"),
        ("error OR fail (a)", "wkwbwb"),
        ("`m(1, \"`\")` | head 5", "m|C1"),
        ("``` a | b ``` x", "#w"),
        ("| eval x='a b'.\"c\", y=round(1.5)", "|Cn=nwt=n=fb1b"),
    ] {
        assert_eq!(drawn(text), kinds, "{text}");
    }
}

#[test]
fn an_open_end_is_seen() {
    for (text, open) in
        [("a \"b", true), ("a \"b\"", false), ("a \"b\\\"", true), ("`m", true), ("```x", true), ("\"", true)]
    {
        assert_eq!(tokens(text).last().is_some_and(|token| token.open), open, "{text}");
    }
}

#[test]
fn tokens_know_their_command() {
    let text = "a | stats count [search b | dedup c] by d";
    let of = |word: &str| {
        let token = tokens(text).into_iter().find(|token| text.get(token.span.range()) == Some(word));
        token.and_then(|token| token.command).map(|spec| spec.name())
    };
    assert_eq!(of("a"), Some("search"));
    assert_eq!(of("count"), Some("stats"));
    assert_eq!(of("b"), Some("search"));
    assert_eq!(of("c"), Some("dedup"));
    assert_eq!(of("d"), Some("stats"));
}

#[test]
fn any_text_is_covered() {
    let pieces =
        ["|", "[", "]", "(", "\"", "'", "`", "```", " ", "é", "a", "=", "\\", "search", "stats", "\n", "!", ","];
    let mut state = 7_usize;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..(state % 12) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) % pieces.len()]);
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mut at = 0;
        for token in tokens(&text) {
            let range = token.span.range();
            assert!(range.start >= at && range.start < range.end, "{text:?}");
            assert!(text[at..range.start].trim().is_empty(), "{text:?}");
            at = range.end;
        }
        assert!(text[at..].trim().is_empty(), "{text:?}");
    }
}
