//! The words that a search looks for, to be found again in the events: `index=web error user=bob*` marks `error` and `bobby`.
//!
//! They come from the conditions of its `search` commands as typed. Absent on purpose: what stands under `NOT`, and what macros
//! and subsearches add.

use std::{borrow::Cow, sync::Arc};

use regex::{Regex, RegexBuilder};
use speleo_syntax::{Command, CompareOp, SearchExpr, SearchExprKind, SearchValue, parse};

/// Fields that say where events come from; their values stand in few of them.
const ORIGINS: [&str; 8] = ["index", "host", "source", "sourcetype", "eventtype", "tag", "splunk_server", "nodename"];
/// So many words at most.
const MOST: usize = 200;

/// What to mark; nothing where no person looks on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Terms(Option<Arc<Regex>>);

impl Terms {
    /// The words of a search.
    pub(crate) fn of(text: &str) -> Self {
        let (search, _) = parse(text);
        let mut patterns = Vec::new();
        for command in &search.commands {
            if let Command::Search(search) = command {
                collect(&search.expr, &mut patterns);
            }
        }
        // Of words that begin alike the longest one is marked.
        patterns.sort_by_key(|pattern: &String| std::cmp::Reverse(pattern.len()));
        patterns.dedup();
        patterns.truncate(MOST);
        if patterns.is_empty() {
            return Self(None);
        }
        Self(RegexBuilder::new(&patterns.join("|")).case_insensitive(true).build().ok().map(Arc::new))
    }

    /// The text with its words marked.
    pub(crate) fn highlight<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.0 {
            Some(regex) => regex.replace_all(text, "\x1b[1;33m$0\x1b[0m"),
            None => Cow::Borrowed(text),
        }
    }
}

fn collect(expr: &SearchExpr, patterns: &mut Vec<String>) {
    match &expr.kind {
        SearchExprKind::And(all) | SearchExprKind::Or(all) => all.iter().for_each(|one| collect(one, patterns)),
        SearchExprKind::Comparison { field, op: CompareOp::Equal, value } if !is_origin(&field.name) => {
            patterns.extend(value_of(value));
        }
        SearchExprKind::In { field, values, negated: false } if !is_origin(&field.name) => {
            patterns.extend(values.iter().filter_map(value_of));
        }
        SearchExprKind::Term { text, .. }
        | SearchExprKind::TermDirective(text)
        | SearchExprKind::CaseDirective(text) => patterns.extend(pattern(text)),
        _ => {}
    }
}

fn is_origin(field: &str) -> bool {
    ORIGINS.contains(&field)
}

fn value_of(value: &SearchValue) -> Option<String> {
    match value {
        SearchValue::Text { text, .. } | SearchValue::Case(text) | SearchValue::Term(text) => pattern(text),
        SearchValue::Subsearch(_) => None,
    }
}

/// A word as a regex; none for one that says nothing.
fn pattern(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.contains(|c: char| c != '*') {
        return None;
    }
    // A wildcard stands for the rest of a word.
    let literal: Vec<String> = text.split('*').map(regex::escape).collect();
    let bound = |c: Option<char>| if c.is_some_and(|c| c.is_alphanumeric() || c == '_') { r"\b" } else { "" };
    let (start, end) = (bound(text.chars().next()), bound(text.chars().last()));
    Some(format!("{start}{}{end}", literal.join(r#"[^\s"',;&]*"#)))
}

#[cfg(test)]
mod tests {
    use super::Terms;

    fn check(search: &str, text: &str, expected: &str) {
        let marked = Terms::of(search).highlight(text).replace("\x1b[1;33m", "<").replace("\x1b[0m", ">");
        assert_eq!(marked, expected, "{search}");
    }

    #[test]
    fn words_and_values_are_marked() {
        check("index=web Error", "an error in web", "an <error> in web");
        check("index=web user=bob* status=404", "user=bobby 404 4040", "user=<bobby> <404> 4040");
        check("index=web \"not found\" OR uri IN (\"/a\", \"/b\")", "/a Not Found", "</a> <Not Found>");
        check("index=web | search late", "too late", "too <late>");
    }

    #[test]
    fn what_must_not_be_there_is_not_marked() {
        check("index=web NOT error user!=bob", "error bob", "error bob");
        check("index=web * user=*", "error bob", "error bob");
        check("| makeresults", "error", "error");
    }
}
