//! Classic traps: content that Splunk takes and that does not do what its author meant.
//!
//! ```text
//! FIELDALIAS-a = src AS source_ip
//! FIELDALIAS-b = src_ip AS source_ip        the second takes the first one's value away
//! ```
//!
//! A blank behind a continuation and unknown fields of data models are found by the readers of conf files and by planning.

use std::collections::BTreeMap;

use speleo_knowledge::{
    Place, Props,
    props::{LookupOutput, SearchTime},
};

use super::content::Found;

/// A trap and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trap {
    pub(super) place: Place,
    pub(super) message: String,
}

/// The traps in the text of a search.
pub(super) fn of_search(found: &Found) -> Vec<Trap> {
    let mut traps = Vec::new();
    let mut add = |offset: usize, message: String| {
        traps.push(Trap { place: found.place.within(&found.text, offset), message });
    };
    if let Some(offset) = escaped_quote(&found.text) {
        add(offset, "`\\\"` outside of a string: a quote was escaped once too often".to_owned());
    }
    if let Some(offset) = hard_coded_summaries(&found.text) {
        add(offset, "`summariesonly` is hard-coded: without summaries the search finds nothing".to_owned());
    }
    traps
}

/// Where a `\"` stands in place of a quote that opens a string. Inside a word of a search it may be meant.
fn escaped_quote(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    let (mut quoted, mut last) = (false, ' ');
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => {
                let next = chars.next();
                let opens = last.is_whitespace() || matches!(last, '=' | '(' | ',' | '.');
                if !quoted && opens && matches!(next, Some((_, '"'))) {
                    return Some(at);
                }
            }
            '"' => quoted = !quoted,
            _ => {}
        }
        last = c;
    }
    None
}

/// Where `summariesonly=true` stands, in whatever way.
fn hard_coded_summaries(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..).and_then(|rest| rest.find("summariesonly")) {
        let start = from + at;
        let rest = lower.get(start + "summariesonly".len()..).unwrap_or_default().trim_start();
        let value = rest.strip_prefix('=').map(|value| value.trim_start().trim_start_matches('"'));
        if value.is_some_and(|value| value.starts_with('t') || value.starts_with('1')) {
            return Some(start);
        }
        from = start + 1;
    }
    None
}

/// The traps in props, stanza by stanza.
pub(super) fn of_props(props: &Props) -> Vec<Trap> {
    props.stanzas().iter().flat_map(|stanza| of_search_time(&stanza.alone().search_time())).collect()
}

fn of_search_time(found: &SearchTime) -> Vec<Trap> {
    let mut traps = Vec::new();
    let mut add = |place: &Place, message: String| traps.push(Trap { place: place.clone(), message });
    let mut aliases: BTreeMap<&str, &str> = BTreeMap::new();
    for alias in &found.aliases {
        match aliases.insert(&alias.alias, &alias.field) {
            Some(field) if alias.overwrite && field != alias.field => {
                let message = format!(
                    "both `{field}` and `{}` are aliased to `{}`: an event without the second loses the first",
                    alias.field, alias.alias
                );
                add(&alias.place, message);
            }
            _ => {}
        }
    }
    let made: BTreeMap<&str, &str> = found
        .lookups
        .iter()
        .flat_map(|lookup| match &lookup.output {
            LookupOutput::Overwrite(pairs) | LookupOutput::New(pairs) => {
                pairs.iter().map(|(_, field)| (field.as_str(), lookup.class.as_str())).collect()
            }
            LookupOutput::All => Vec::new(),
        })
        .collect();
    for eval in &found.evals {
        for field in fields(&eval.expression) {
            if field != eval.field && found.evals.iter().any(|other| other.field == field) {
                let message = format!(
                    "`EVAL-{}` reads `{field}`, which is calculated too: all see the fields as they were before",
                    eval.field
                );
                add(&eval.place, message);
            }
            if let Some(class) = made.get(field.as_str()) {
                let message =
                    format!("`EVAL-{}` reads `{field}`, which `LOOKUP-{class}` makes: lookups run after", eval.field);
                add(&eval.place, message);
            }
        }
    }
    for alias in &found.aliases {
        if let Some(class) = made.get(alias.field.as_str()) {
            let message = format!(
                "`FIELDALIAS-{}` reads `{}`, which `LOOKUP-{class}` makes: lookups run after",
                alias.class, alias.field
            );
            add(&alias.place, message);
        }
    }
    traps
}

/// The names in an expression that may be fields, each once: no strings, no functions, no operators in words.
fn fields(expression: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        let quoted = |quote: char| {
            let body = rest.get(1..).unwrap_or_default();
            let mut escaped = false;
            body.char_indices().find(|(_, c)| {
                let ends = *c == quote && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            })
        };
        let (name, taken) = match c {
            '"' => (None, quoted('"').map_or(rest.len(), |(at, _)| at + 2)),
            '\'' => match quoted('\'') {
                Some((at, _)) => (rest.get(1..=at), at + 2),
                None => (None, rest.len()),
            },
            c if c.is_alphabetic() || c == '_' => {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '{' | '}');
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let is_function = rest.get(end..).unwrap_or_default().trim_start().starts_with('(');
                (rest.get(..end).filter(|_| !is_function), end)
            }
            c if c.is_ascii_digit() => (None, rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())),
            c => (None, c.len_utf8()),
        };
        if let Some(name) = name
            && !["AND", "OR", "NOT", "XOR", "IN", "LIKE"].contains(&name.to_ascii_uppercase().as_str())
            && !found.iter().any(|known| known == name)
        {
            found.push(name.to_owned());
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use speleo_knowledge::Conf;

    use super::*;

    fn lines(settings: &str) -> Vec<usize> {
        let (props, problems) = Props::from_conf(&Conf::parse(&format!("[s]\n{settings}")).0);
        assert!(problems.is_empty(), "{problems:?}");
        of_props(&props).into_iter().map(|trap| trap.place.line).collect()
    }

    #[test]
    fn what_props_cannot_do_in_one_go() {
        assert_eq!(lines("FIELDALIAS-a = x AS z\nFIELDALIAS-b = y AS z\n"), [3]);
        assert_eq!(lines("FIELDALIAS-a = x AS z\nFIELDALIAS-b = y ASNEW z\n"), [] as [usize; 0]);
        assert_eq!(lines("EVAL-a = lower(b)\nEVAL-b = \"a\".c\n"), [2]);
        assert_eq!(lines("EVAL-a = coalesce(a, 'x y')\n"), [] as [usize; 0]);
        assert_eq!(lines("LOOKUP-l = t k OUTPUT v AS w\nEVAL-a = if(w=1, 2, 3)\nFIELDALIAS-f = w AS u\n"), [3, 4]);
    }

    #[test]
    fn quotes_that_were_escaped_twice() {
        assert_eq!(escaped_quote(r#"eval x=\"a\""#), Some(7));
        assert_eq!(escaped_quote(r#"index=a x=*\"privileged\":true*"#), None);
        assert_eq!(escaped_quote(r#"rex "a\"b" | eval x="\\""#), None);
    }

    #[test]
    fn summaries() {
        assert_eq!(hard_coded_summaries("| tstats summariesonly = true count"), Some(9));
        assert_eq!(hard_coded_summaries("| tstats summariesonly=f `summariesonly` count"), None);
    }

    #[test]
    fn fields_of_an_expression() {
        assert_eq!(fields(r#"if(a.b > 1e5 AND 'c d'="x", match(e, "f\"g"), null())"#), ["a", "b", "c d", "e"]);
    }
}
