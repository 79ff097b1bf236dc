//! What people bring along from other languages, and what SPL writes instead. `a <> b` is `a != b`
//!
//! Only advice for diagnostics: nothing here makes a text valid.

use crate::{Code, Diagnostic, Span, cursor::Cursor, token};

/// Operators that are none, and SPL's.
const OPERATORS: &[(&str, &str)] = &[("<>", "!="), ("===", "=="), ("!==", "!="), ("=<", "<="), ("=>", ">=")];

/// Operators that a function replaces.
const FUNCTIONS: &[(&str, &str)] =
    &[("**", "`pow(x, y)` raises to a power"), ("=~", "`match(field, \"regex\")` compares with a regular expression")];

/// Commands of other languages, and what does the same here.
const COMMANDS: &[(&str, &str)] = &[
    ("count", "`stats count` counts rows"),
    ("distinct", "`dedup field` keeps one row of each value"),
    ("extend", "`eval field=…` adds a field"),
    ("filter", "`where` and `search` filter rows"),
    ("grep", "`search` and `regex` filter rows"),
    ("group", "`stats … by field` groups rows"),
    ("limit", "`head 10` keeps the first rows"),
    ("order", "`sort field` orders rows"),
    ("orderby", "`sort field` orders rows"),
    ("project", "`table field` and `fields field` choose columns"),
    ("select", "`table field` and `fields field` choose columns"),
    ("take", "`head 10` keeps the first rows"),
];

/// Words behind an operand.
const WORDS: &[(&str, &str)] = &[
    ("between", "two comparisons do: `x>=1 AND x<=2`"),
    ("contains", "`like(field, \"%text%\")` looks for a part of a value"),
    ("is", "`isnull(field)` and `isnotnull(field)` test for a missing value"),
    ("matches", "`match(field, \"regex\")` compares with a regular expression"),
    ("when", "`case(condition, value, …)` chooses a value"),
];

/// What to write for a command of another language.
pub(crate) fn command(name: &str) -> Option<&'static str> {
    find(COMMANDS, name)
}

fn find(table: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(word)).map(|&(_, ours)| ours)
}

/// The error for an operator that is none, where an operand is expected and a first part of it was read as SPL's.
pub(crate) fn operator(cursor: &Cursor) -> Option<Diagnostic> {
    let at = cursor.position();
    let (before, rest) = (cursor.text().get(..at)?, cursor.rest());
    let place = |operator: &str| {
        (1..operator.len()).find_map(|cut| {
            let (first, last) = operator.split_at_checked(cut)?;
            (before.ends_with(first) && rest.starts_with(last)).then(|| Span::new(at - cut, at - cut + operator.len()))
        })
    };
    let error =
        |operator: &str, span| Diagnostic::new(Code::Syntax, span, format!("there is no operator `{operator}`"));
    let swapped = OPERATORS.iter().filter_map(|&(operator, ours)| {
        let span = place(operator)?;
        Some(error(operator, span).edit(format!("`{ours}` is the operator"), span, ours))
    });
    let replaced = FUNCTIONS.iter().filter_map(|&(operator, help)| Some(error(operator, place(operator)?).help(help)));
    // The longest first: `===` holds `==`.
    swapped.chain(replaced).max_by_key(|found| found.span().map_or(0, |span| span.end - span.start))
}

/// Adds advice about what follows a complete operand.
pub(crate) fn advise(cursor: &Cursor, diagnostic: Diagnostic) -> Diagnostic {
    let (rest, at) = (cursor.rest(), cursor.position());
    if rest.starts_with(';') && cursor.command_name() == "eval" {
        return diagnostic.edit("a comma separates assignments", Span::new(at, at + 1), ",");
    }
    if rest.starts_with('?') {
        return diagnostic.help("`if(condition, x, y)` chooses one of two values");
    }
    match token::word(rest).ok().and_then(|(_, word)| find(WORDS, word)) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
