//! What a stanza of `props.conf` holds for: `[source::/var/log/.../*.log]`, `[host::web*]`, `[sshd]`, `[(?::){0}aws:*]`.
//!
//! A pattern is a Perl regex for the whole text, in which `...` is any text, `*` any text within one step of a path, and `.` a
//! dot. Hosts are compared without regard to case unless the pattern says `(?-i)`. A source type is a pattern only where the
//! name begins with a kind of nothing, the trick `(?::){0}`.

use regex::Regex;

/// Which property of an event a stanza looks at. The order is that of precedence, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `[source::…]`
    Source,
    /// `[host::…]`
    Host,
    /// A source type.
    Sourcetype,
}

/// A compiled stanza name.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The text after `source::` or `host::`.
    text: String,
    matcher: Matcher,
}

#[derive(Debug, Clone)]
enum Matcher {
    Text(String),
    TextInAnyCase(String),
    OneOf(Vec<String>),
    Regex(Regex),
    // Look-around and back-references.
    Backtracking(Box<fancy_regex::Regex>),
}

/// What opens a source type that is a pattern.
const SOURCETYPE_PATTERN: &str = "(?::){0}";

/// What takes the place of `*`: paths of both worlds may occur in the events of one project.
const WITHIN_A_STEP: &str = r"[^/\\]*";

impl Pattern {
    /// Reads a stanza's name. None for the kinds that guess source types, `[rule::…]` and `[delayedrule::…]`.
    ///
    /// # Errors
    /// The message of the regex engine for a pattern that cannot be compiled.
    pub fn of_stanza(name: &str) -> Result<Option<(Scope, Pattern)>, String> {
        if let Some(text) = name.strip_prefix("source::") {
            return Self::new(text, false).map(|pattern| Some((Scope::Source, pattern)));
        }
        if let Some(text) = name.strip_prefix("host::") {
            return Self::new(text, true).map(|pattern| Some((Scope::Host, pattern)));
        }
        if name.starts_with("rule::") || name.starts_with("delayedrule::") {
            return Ok(None);
        }
        if let Some(text) = name.strip_prefix(SOURCETYPE_PATTERN) {
            return Self::new(text, false).map(|pattern| Some((Scope::Sourcetype, pattern)));
        }
        let pattern = Self { text: name.to_owned(), matcher: Matcher::Text(name.to_owned()) };
        Ok(Some((Scope::Sourcetype, pattern)))
    }

    fn new(text: &str, any_case: bool) -> Result<Pattern, String> {
        let matcher = match literal(text) {
            Some(literal) if any_case => Matcher::TextInAnyCase(literal.to_lowercase()),
            Some(literal) => Matcher::Text(literal),
            None => match alternatives(text).filter(|_| !any_case) {
                Some(texts) => Matcher::OneOf(texts),
                None => compile(text, any_case)?,
            },
        };
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// The text after `source::`, `host::` or `(?::){0}`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it stands for one text alone, whatever its case.
    pub fn is_literal(&self) -> bool {
        matches!(self.matcher, Matcher::Text(_) | Matcher::TextInAnyCase(_))
    }

    /// Whether it takes the whole of a text. A pattern that runs away on a text does not match it.
    pub fn matches(&self, value: &str) -> bool {
        match &self.matcher {
            Matcher::Text(text) => text == value,
            Matcher::TextInAnyCase(text) => *text == value.to_lowercase(),
            Matcher::OneOf(texts) => texts.iter().any(|text| text == value) || self.text == value,
            // A Windows path whose backslashes are not doubled means itself.
            Matcher::Regex(regex) => regex.is_match(value) || self.text == value,
            Matcher::Backtracking(regex) => regex.is_match(value).unwrap_or(false) || self.text == value,
        }
    }
}

/// The one text that a pattern without any special character stands for.
fn literal(pattern: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(escaped) if !escaped.is_alphanumeric() => text.push(escaped),
                _ => return None,
            },
            '*' | '|' | '(' | ')' | '[' | ']' | '{' | '}' | '?' | '+' | '^' | '$' => return None,
            c => text.push(c),
        }
    }
    (!pattern.contains("...")).then_some(text)
}

/// The texts that a pattern such as `(nginx|nginx:access)` lists: a regex costs more to make than most searches to plan.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    pattern.strip_prefix('(')?.strip_suffix(')')?.split('|').map(literal).collect()
}

fn compile(pattern: &str, any_case: bool) -> Result<Matcher, String> {
    let flags = if any_case { "(?si)" } else { "(?s)" };
    let regex = format!("{flags}^(?:{})$", translate(pattern));
    if let Ok(regex) = Regex::new(&regex) {
        return Ok(Matcher::Regex(regex));
    }
    match fancy_regex::Regex::new(&regex) {
        Ok(regex) => Ok(Matcher::Backtracking(Box::new(regex))),
        Err(error) => Err(error.to_string()),
    }
}

/// The regex that a pattern means.
fn translate(pattern: &str) -> String {
    let mut regex = String::new();
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        match c {
            '\\' => {
                taken += rest.chars().nth(1).map_or(0, char::len_utf8);
                regex.push_str(rest.get(..taken).unwrap_or_default());
            }
            c if in_class => {
                in_class = c != ']';
                regex.push(c);
            }
            '[' => {
                in_class = true;
                regex.push('[');
            }
            '.' if rest.starts_with("...") => {
                taken = 3;
                regex.push_str(".*");
            }
            '.' => regex.push_str(r"\."),
            '*' => regex.push_str(WITHIN_A_STEP),
            c => regex.push(c),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    regex
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(stanza: &str, yes: &[&str], no: &[&str]) {
        let (_, pattern) = Pattern::of_stanza(stanza).unwrap().unwrap();
        for text in yes {
            assert!(pattern.matches(text), "{stanza} should take {text}");
        }
        for text in no {
            assert!(!pattern.matches(text), "{stanza} should not take {text}");
        }
    }

    #[test]
    fn a_pattern_takes_whole_texts() {
        check(
            "source::/var/log/*.log",
            &["/var/log/a.log"],
            &["/var/log/a/b.log", "/var/log/axlog", "x/var/log/a.log"],
        );
        check("source::/var/.../x", &["/var/a/b/x", "/var//x"], &["/var/x"]);
        check("source::...fx_a...", &["fx_a", "/tmp/fx_az"], &["fx_b"]);
        check("source::....(?<!tar.)(gz|bz2)", &["/a/b.gz", "c.bz2"], &["a.tar.gz", "gz"]);
        check("source::C:\\\\logs\\\\*.txt", &["C:\\logs\\a.txt"], &["C:\\logs\\b\\a.txt"]);
        check("source::(a|b).[0-9]*", &["a.7", "b.7x"], &["c.7", "a.x"]);
    }

    #[test]
    fn hosts_have_no_case_and_sources_have() {
        check("host::Web*", &["web1", "WEB"], &["1web"]);
        check("host::Web", &["wEB"], &["web1"]);
        check("host::(?-i)Web*", &["Web1"], &["web1"]);
        check("source::Web", &["Web"], &["web"]);
        check("Web", &["Web"], &["web"]);
    }

    #[test]
    fn a_source_type_is_a_pattern_behind_the_trick_only() {
        check("(?::){0}aws:*", &["aws:cloudtrail"], &["Aws:x"]);
        check("a*", &["a*"], &["ab"]);
        check("(?::){0}(iis|ms:iis:auto|a.b)", &["iis", "ms:iis:auto", "a.b"], &["IIS", "ms", "iis|a.b", "axb", ""]);
        check(r"(?::){0}(a\|b|c)", &["a|b", "c"], &["a", "b"]);
        check("(?::){0}(a|b)(c|d)", &["ac", "bd"], &["a", "b)(c", "d"]);
        assert!(Pattern::of_stanza("rule::x").unwrap().is_none());
        assert!(Pattern::of_stanza("source::(").is_err());
    }

    #[test]
    fn what_counts_as_literal() {
        let literal = |name| Pattern::of_stanza(name).unwrap().unwrap().1.is_literal();
        assert!(
            literal("source::/var/log/a.log") && literal("source::C:\\\\x") && literal("host::h") && literal("x(y")
        );
        assert!(!literal("source::a*") && !literal("source::...b") && !literal("(?::){0}x*"));
        assert!(!literal("(?::){0}(a|b)"));
    }
}
