use super::{Dialect, translate};

fn check(pattern: &str, expected: &str) {
    let found = translate(pattern, Dialect::Automaton).map(|translated| translated.text);
    assert_eq!(found, Ok(expected.to_owned()), "{pattern}");
}

fn check_backtracks(pattern: &str, expected: bool) {
    let found = translate(pattern, Dialect::Backtracking).map(|translated| translated.backtracks);
    assert_eq!(found, Ok(expected), "{pattern}");
}

#[test]
fn groups() {
    check("(?<user>a)(?P<b>c)(?'d'e)(f)(?:g)", "(?P<user>a)(?P<b>c)(?P<d>e)(f)(?:g)");
    check("(?#note)a(?J)", "a(?:)");
    check("(?i)a(?i-s:b)", "(?i)a(?i-s:b)");
    assert!(translate("(?<1a>x)", Dialect::Automaton).is_err());
    assert!(translate("(?<a-b>x)", Dialect::Automaton).is_err());
    assert!(translate("(a", Dialect::Automaton).is_err());
    assert!(translate("a)", Dialect::Automaton).is_err());
    assert!(translate("(?|a|b)", Dialect::Automaton).is_err());
    assert!(translate(&"(".repeat(100_000), Dialect::Automaton).is_err());
}

#[test]
fn escapes() {
    check(r#"\/\"\-\@\<\>\_"#, r#"/"-@<>_"#);
    check(r"\d\W\s", r"[0-9][^0-9A-Za-z_][\t\n\x0B\x0C\r\x20]");
    check(r"\bx\b", r"(?-u:\b)x(?-u:\b)");
    check(r"\Qa.b\E.", r"a\.b.");
    check(r"\x41\x{e9}\x4G", r"Aé\x{4}G");
    check(r"\012\e", r"\x{A}\x{1B}");
    check(r"\pL\p{Greek}", r"\pL\p{Greek}");
    check(r"a\ b", r"a\x{20}b");
    assert!(translate("a\\", Dialect::Automaton).is_err());
}

#[test]
fn braces() {
    check("a{2}b{2,}c{2,3}", "a{2}b{2,}c{2,3}");
    check("{a}{,3}{", r"\{a\}\{,3\}\{");
    check("]", r"\]");
}

#[test]
fn classes() {
    check("[a-z]", "[a-z]");
    check("[^[]", r"[^\x{5B}]");
    check("[]a]", r"[\x{5D}a]");
    check("[[:alpha:]_[:^digit:]]", r"[[:alpha:]\x{5F}[:^digit:]]");
    check(r"[\w-.]", r"[0-9A-Za-z_\x{2D}\x{2E}]");
    check(r"[a-\d]", r"[a\x{2D}0-9]");
    check("[a-c-e]", r"[a-c\x{2D}e]");
    check("[&&~~+--]", r"[\x{26}\x{26}\x{7E}\x{7E}\x{2B}-\x{2D}]");
    check(r"[\b\D\]]", r"[\x{8}[^0-9]\x{5D}]");
    check("[-a]", r"[\x{2D}a]");
    check("[a-]", r"[a\x{2D}]");
    assert!(translate("[a", Dialect::Automaton).is_err());
}

#[test]
fn comments_of_extended_patterns() {
    check("(?x)a # b (\nc", "(?x)a c");
}

#[test]
fn what_needs_backtracking() {
    check_backtracks("(?=a)", true);
    check_backtracks("(?<!a)b", true);
    check_backtracks(r"(a)\1", true);
    check_backtracks(r"(?<n>a)\k<n>(?P=n)", true);
    check_backtracks("a++", true);
    check_backtracks("(?>a)", true);
    check_backtracks("a+?b??c{2}?", false);
    check_backtracks("(?<n>a)", false);
}
