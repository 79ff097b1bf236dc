//! Whatever the input is: a tree, diagnostics, and no panic. Places lie inside the text and between characters.

#![allow(clippy::unwrap_used)]

use proptest::{collection::vec, prelude::*, sample::select};
use speleo_syntax::{NoMacros, expand, parse, parse_expr, parse_search_expr, print};

/// Searches with most of the grammar in them.
const SEARCHES: &[&str] = &[
    "index=web (status=404 OR status=\"5*\") NOT user IN (a, \"b c\") TERM(10.0.0.1) earliest=-1d@d | stats count AS n BY host",
    "index=a[| inputlookup x.csv where a=1 | fields b] | eval x=if(a.b=\"c\\\"\", -1.5e3, 'd e'), {k}=2 | where x IN (1, 2)",
    "| tstats summariesonly=t sum(A.b) as c from datamodel=D where A.x=y by A.z _time span=1h | rename \"A.*\" as *",
    "a | rex field=b \"(?<c>[^|\\]]+)\\\\\" max_match=0 | sort 10 -c +str(d) | dedup 2 e sortby -f | head (g<5) null=t",
    "a | stats earliest(t) AS first_seenvalues(d) count(eval(x=\"y\")) sparkline(count, 1h) | bin span=5m@h _time AS s",
    "a | lookup u.csv id AS uid OUTPUT name | fillnull value=\"\" | top limit=5 x BY y | return 3 $ip a=b | format \"(\" \"(\" \"OR\" \")\" \"OR\" \")\"",
    "`m(\"a, b\", c)` ```note | \"``` | foreach * [eval <<FIELD>>=1] | append [search größe=\u{a0}é | join id [search b]]",
    "| makeresults format=csv data=\"a,b\n1,2\" | map search=\"search x=$a$\" | where $tok|s$ > 'x' XOR NOT y LIKE \"%z\"",
];

/// Pieces that mean something to one grammar or another.
const PIECES: &[&str] = &[
    "|", "[", "]", "(", ")", "\"", "'", "\\", "`", "```", ",", "=", "==", "!=", "<", ">", "::", "-", "+", "*", "/",
    "%", ".", "!", " ", "\n", "\u{a0}", "$", "{", "}", "search", "eval", "stats", "where", "tstats", "rename", "sort",
    "rex", "head", "lookup", "by", "as", "AND", "OR", "NOT", "IN", "not in", "like", "xor", "TERM", "CASE", "count",
    "eval(", "1", ".5", "1e", "5m", "@", "x", "é", "日本", "💥", "\u{301}", "span=", "limit=", "append=t", "\0",
];

fn read(text: &str) {
    let check = |text: &str, diagnostics: &[speleo_syntax::Diagnostic]| {
        for found in diagnostics {
            for label in &found.labels {
                assert!(text.get(label.span.range()).is_some(), "{found:?} in {text:?}");
            }
            for edit in found.help.iter().filter_map(|help| help.edit.as_ref()) {
                assert!(text.get(edit.span.range()).is_some(), "{found:?} in {text:?}");
            }
        }
    };
    let (expansion, diagnostics) = expand(text, &NoMacros);
    check(text, &diagnostics);
    let (search, diagnostics) = parse(&expansion.text);
    check(&expansion.text, &diagnostics);
    check(text, &expansion.locate(diagnostics));
    let printed = print(&search);
    let (_, diagnostics) = parse(&printed);
    check(&printed, &diagnostics);
    check(text, &parse(text).1);
    check(text, &parse_expr(text).1);
    check(text, &parse_search_expr(text).1);
}

#[test]
fn every_truncation_is_read() {
    for text in SEARCHES {
        for (at, _) in text.char_indices() {
            read(&text[..at]);
            read(&text[at..]);
        }
    }
}

#[test]
fn every_search_without_one_character_is_read() {
    for text in SEARCHES {
        for (at, character) in text.char_indices() {
            read(&format!("{}{}", &text[..at], &text[at + character.len_utf8()..]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        read(&text);
    }

    #[test]
    fn any_pieces_are_read(pieces in vec(select(PIECES), 0..40)) {
        read(&pieces.concat());
    }

    #[test]
    fn any_pieces_inside_a_search_are_read(search in select(SEARCHES), at in 0_usize..200, pieces in vec(select(PIECES), 1..4)) {
        let at = search.char_indices().map(|(at, _)| at).take(at).last().unwrap_or(0);
        read(&format!("{}{}{}", &search[..at], pieces.concat(), &search[at..]));
    }
}
