//! Tokens, as the searches of dashboards have them: `index=web user=$user$`, also `$user|s$`.
//!
//! ````text
//! ```param user: *
//! default.span: 1h```
//! index=web user=$user$ | timechart span=$span$ count
//! ````
//!
//! What `map` and alert actions put into `$field$` for each row is no affair of a file's parameters.

use speleo_syntax::{Code, Diagnostic, PieceKind, Span, pieces};

use super::Query;

/// What a key of the leading comment begins with to give a token its value.
const KEYS: [&str; 2] = ["param ", "default."];
/// How a token may ask for its value: `$name|s$` in quotes.
const FILTERS: [&str; 4] = ["s", "h", "u", "n"];
/// Commands that fill tokens themselves, by the fields of each row.
const FILLERS: [&str; 4] = ["map", "sendalert", "sendemail", "foreach"];

impl Query {
    /// The values that the leading comment gives tokens. Names are in lower case there.
    pub(super) fn defaults(&self) -> impl Iterator<Item = (&str, &str)> {
        self.keys.iter().filter_map(|(key, value)| {
            let name = KEYS.iter().find_map(|prefix| key.strip_prefix(prefix))?;
            Some((name.trim(), value.as_str()))
        })
    }

    /// The tokens that have a default and no value yet, with that default.
    pub(crate) fn defaulted(&self) -> Vec<(Span, String)> {
        let value = |(span, name): (Span, &str)| {
            let (_, value) = self.defaults().find(|(known, _)| *known == name.to_lowercase())?;
            let written = self.text.get(span.range()).unwrap_or_default();
            let filter = written.rsplit_once('|').map_or("", |(_, filter)| filter.trim_end_matches('$'));
            Some((span, filtered(value, filter)))
        };
        tokens(&self.text).into_iter().filter_map(value).collect()
    }

    /// Fills the tokens that have a default and no value yet.
    pub(crate) fn fill_defaults(&mut self) {
        let mut filled = String::with_capacity(self.text.len());
        let mut end = 0;
        for (span, value) in self.defaulted() {
            filled.push_str(self.text.get(end..span.range().start).unwrap_or_default());
            filled.push_str(&value);
            end = span.range().end;
        }
        filled.push_str(self.text.get(end..).unwrap_or_default());
        self.text = filled;
    }

    /// The tokens without a value, an error each, the first time that each stands.
    pub(crate) fn unfilled(&self) -> Vec<Diagnostic> {
        let mut known: Vec<&str> = Vec::new();
        let mut missing = Vec::new();
        for (span, name) in tokens(&self.text) {
            if known.contains(&name) {
                continue;
            }
            known.push(name);
            let message = format!("`${name}$` has no value");
            let help = format!("`-p {name}=…` gives one, and so does a line `param {name}: …` in the comment on top");
            missing.push(Diagnostic::new(Code::UnsupportedForm, span, message).help(help));
        }
        missing
    }
}

/// The text with the value in the place of each token of that name, in each form.
pub(super) fn fill(text: &str, name: &str, value: &str) -> String {
    let mut filled = text.replace(&format!("${name}$"), value);
    for filter in FILTERS {
        filled = filled.replace(&format!("${name}|{filter}$"), &filtered(value, filter));
    }
    filled
}

/// A value as a filter wants it: in quotes, for HTML, for an address, as it is.
fn filtered(value: &str, filter: &str) -> String {
    match filter {
        "s" => format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")),
        "h" => [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")]
            .iter()
            .fold(value.to_owned(), |text, (plain, escaped)| text.replace(plain, escaped)),
        "u" => url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        _ => value.to_owned(),
    }
}

/// The tokens of a text with their names, those of comments and of commands that fill them left out.
fn tokens(text: &str) -> Vec<(Span, &str)> {
    let mut found = Vec::new();
    let mut is_filled = false;
    // Whether the next word names a command.
    let mut begins = false;
    for piece in pieces(text) {
        let (start, inner) = (piece.span.range().start, text.get(piece.span.range()).unwrap_or_default());
        match piece.kind {
            PieceKind::Comment => continue,
            PieceKind::Pipe | PieceKind::Open('[') => {
                (begins, is_filled) = (true, false);
                continue;
            }
            PieceKind::Word if begins => is_filled = FILLERS.iter().any(|name| inner.eq_ignore_ascii_case(name)),
            _ => {}
        }
        begins = false;
        if !is_filled {
            found.extend(within(inner).map(|(at, length, name)| (Span::new(start + at, start + at + length), name)));
        }
    }
    found
}

/// The tokens of a piece: place, length, name.
fn within(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(offset) = text.get(at..)?.find('$') {
            let start = at + offset;
            let rest = text.get(start + 1..)?;
            let name_length =
                rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))).unwrap_or(rest.len());
            let (name, behind) = rest.split_at_checked(name_length)?;
            let filter =
                behind.strip_prefix('|').and_then(|rest| FILTERS.iter().find(|filter| rest.starts_with(**filter)));
            let filter = filter.map_or(0, |filter| filter.len() + 1);
            let is_escaped = start > 0 && text.as_bytes().get(start - 1) == Some(&b'\\');
            let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
            if is_name && !is_escaped && behind.get(filter..).is_some_and(|end| end.starts_with('$')) {
                let length = name_length + filter + 2;
                at = start + length;
                return Some((start, length, name));
            }
            at = start + 1;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn query(text: &str) -> Query {
        Query { keys: speleo_knowledge::saved_search::leading_keys(text), ..Query::typed(text) }
    }

    #[test]
    fn defaults_fill_what_nobody_gave() {
        let mut query =
            query("```param User: *\ndefault.span: 1h```\nuser=$User$ host=\"$host|s$\" | timechart span=$span$ count");
        query.fill_known(&[("User".to_owned(), "anna".to_owned())]);
        query.fill_defaults();
        assert!(query.text.ends_with("user=anna host=\"$host|s$\" | timechart span=1h count"), "{}", query.text);
        let missing = query.unfilled();
        assert_eq!(missing.first().unwrap().message, "`$host$` has no value");
        assert_eq!(query.text.get(missing.first().unwrap().span().unwrap().range()), Some("$host|s$"));
        assert_eq!(missing.len(), 1);
    }

    #[test]
    fn a_value_is_written_as_its_token_asks() {
        assert_eq!(fill("a=$x$ b=$x|s$ c=$x|n$ $y|s$", "x", "p \"q\""), "a=p \"q\" b=\"p \\\"q\\\"\" c=p \"q\" $y|s$");
        assert_eq!(fill("$x|u$ $x|h$", "x", "a&b c"), "a%26b+c a&amp;b c");
        let mut query = query("```param x: a b```index=$x|s$");
        query.fill_defaults();
        assert!(query.text.ends_with("index=\"a b\""), "{}", query.text);
    }

    #[test]
    fn what_is_filled_by_rows_or_is_no_token_stays() {
        for text in [
            "index=a | map search=\"search index=b host=$host$\"",
            "index=a | where x=\"costs $5 or $6\" | rex \"^a$|b$\" | rex \"\\$name$\"",
            "index=a ```$x$``` | sendemail to=a message=\"$result.host$\"",
        ] {
            assert_eq!(query(text).unfilled(), [], "{text}");
        }
        assert_eq!(query("index=a | map search=\"$a$\" | where b=$c$ OR d=$c$").unfilled().len(), 1);
    }
}
