#![allow(clippy::unwrap_used)]

use proptest::{prelude::*, sample::select, string::string_regex};

use super::{Found, Walk};

type Groups = Vec<Option<(usize, usize)>>;

/// The groups of the first match at or behind a place; none in place of them where a walk does not tell.
fn walked(walk: &Walk, text: &str, start: usize) -> Option<Option<Groups>> {
    let mut places = walk.places();
    match walk.find(text, start, &mut places) {
        Found::Match(from, to) => {
            assert_eq!(places.get(0), Some((from, to)));
            Some(Some((0..walk.groups).map(|number| places.get(number)).collect()))
        }
        Found::Nothing => Some(None),
        Found::Unknown => None,
    }
}

fn expected(regex: &regex::Regex, text: &str, start: usize) -> Option<Groups> {
    let captures = regex.captures_at(text, start)?;
    Some(captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect())
}

/// Checks a walk against the automaton, from each place; whether the walk told.
fn check(pattern: &str, text: &str) -> bool {
    let regex = regex::Regex::new(pattern).unwrap();
    let Some(walk) = Walk::new(pattern) else { return false };
    let mut told = true;
    for (start, _) in text.char_indices() {
        let wanted = expected(&regex, text, start);
        match walked(&walk, text, start) {
            Some(found) => assert_eq!(found, wanted, "{pattern} in {text:?} from {start}"),
            None => told = false,
        }
        // Up to each group, what comes before it is the same.
        for last in 0..walk.groups {
            let mut places = walk.places_until(last);
            let found = match walk.find(text, start, &mut places) {
                Found::Match(..) => true,
                Found::Nothing => false,
                Found::Unknown => continue,
            };
            assert_eq!(found, wanted.is_some(), "{pattern} in {text:?} from {start} until {last}");
            for group in (1..=last).filter(|_| found) {
                let wanted = wanted.as_ref().and_then(|groups| groups[group]);
                assert_eq!(places.get(group), wanted, "{pattern} in {text:?} from {start} until {last}");
            }
        }
    }
    told
}

const LINE: &str = r#"32.218.157.195 - - [31/Dec/2025:12:00:00 +0000] "GET /shop/cart/19?s=c HTTP/1.1" 304 2008 "https://x/31" "Mozilla/5.0 (X11)""#;

#[test]
fn patterns_of_events() {
    for pattern in [
        r#""(?<verb>[A-Z]+) /shop/(?<part>[0-9A-Za-z_]+)/[^\s]* HTTP/1.1" (?<status>[0-9]{3}) (?<size>[0-9]+)"#,
        r#"" (?<status>[0-9]{3}) "#,
        r#"^(?<ip>\S+) (\S+) (\S+) \[(?<time>[^\]]+)\] "(?<verb>\S+) (?<path>[^ ?]+)(?:\?(?<query>\S*))? [^"]*" (\S+)"#,
        r#"^(?<c>\S+)\s+(?<i>\S+)\s+(?<u>\S+)\s+\[(?<t>[^\]]*)\]\s+"(?:(?<m>[^\s"]+)\s+(?<uri>(?<p>[^\s?"]*)(?<q>\?[^\s"]*)?)(?:\s+(?<v>[^"]*))?|[^"]*)"\s+(?<s>\S+)\s+(?<b>\S+)(?:\s+"(?<r>(?:[^"\\]|\\.)*)"\s+"(?<a>(?:[^"\\]|\\.)*)")?(?:\s+"?(?<k>[^"]*)"?)?"#,
        r#".*"(?<last>[^"]*)"$"#,
        r#""(?<first>.*?)""#,
        r"(?<a>[0-9]+)\.(?<b>[0-9]+)\.(?<c>[0-9]+)",
        r"(?i)http/(?<version>[0-9.]+)",
        r"(?-u:\b)(?<word>[a-z]+)(?-u:\b)",
        r"(?<way>POST|GET|PUT) (?<path>\S+)",
        r"(?<x>GET /shop)/(?<y>cart|search)?",
        r"Failed for (?<user>\w+)",
        r#"(?<number>[0-9]+) "http"#,
        r"(?<clock>[0-9:]*) \+(?<zone>[0-9]+)",
        r"(?m)^(?<first>\S+) (?<second>\S+)$",
        r"(?<way>(?:GET|POST)) (?<path>[^ ?]*)",
    ] {
        assert!(check(pattern, LINE), "{pattern}");
        assert!(check(pattern, &LINE[20..90]), "{pattern}");
        check(pattern, &LINE.replace('/', "é"));
    }
}

#[test]
fn characters_beyond_ascii() {
    for pattern in [r"(\S+) (.)", r"([^a]{2})a", r"(.*)é", r"(.*?)é(.)", r"é+(x?)", "(a|é)+", r"(.{1,2})€", "[^é]+"]
    {
        for text in ["é", "aé€ é", "ééa€", "x€é a", "𝄞é𝄞 𝄞a"] {
            check(pattern, text);
        }
    }
    // Of these characters the pattern has some and lacks others.
    assert!(!check("([à-ü]+)", "aéb"));
    assert!(check("([à-ü]+)", "ab"));
    assert!(!check("([^\u{1000}-\u{17ff}]+)", "aéb"));
}

#[test]
fn what_walks_leave_to_automata() {
    assert!(Walk::new("(a*)*").is_none());
    assert!(Walk::new("(?mR)$").is_none());
    assert!(Walk::new("(?:[a-z]+x){300}").is_none());
    // Quadratic at least.
    let walk = Walk::new("(a*)*b").or_else(|| Walk::new("(a.*a.*a.*)b")).unwrap();
    assert_eq!(walked(&walk, &"a".repeat(5_000), 0), None);
}

/// Patterns of small parts, of which many have several ways to match.
fn patterns() -> impl Strategy<Value = String> {
    let atom = select(vec![
        "a", "b", "ab", "ba", "é", "[ab]", "[^a]", "[^b\n]", ".", "[a-cé]", "1", r"\S", "[0-9]", r"[^\s1]", "\"", "-",
    ]);
    let count = select(vec!["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{1,2}?", "{2,}", "{0,3}"]);
    let look = select(vec!["^", "$", r"(?-u:\b)", r"\B", "(?m:^)", "(?m:$)", r"(?-u:\B)"]);
    let one = (atom, count.clone()).prop_map(|(atom, count)| format!("{atom}{count}"));
    let leaf = prop_oneof![8 => one, 1 => look.prop_map(str::to_owned)];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        let count = count.clone();
        prop_oneof![
            4 => prop::collection::vec(inner.clone(), 2..5).prop_map(|parts| parts.concat()),
            2 => inner.clone().prop_map(|part| format!("({part})")),
            2 => (prop::collection::vec(inner.clone(), 1..4), count.clone()).prop_map(|(ways, count)| format!("(?:{}){count}", ways.join("|"))),
            1 => (inner, count).prop_map(|(part, count)| format!("({part}){count}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// What a walk finds is what the automaton finds.
    #[test]
    fn walks_are_as_automata(pattern in patterns(), text in string_regex("[ab1é\n\" -]{0,12}").unwrap()) {
        check(&pattern, &text);
    }
}
