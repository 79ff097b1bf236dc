//! Forms: texts with places for fields. `Age: [[int:age]] Zip: [[int:zip]]`

use speleo_functions::eval::pattern;
use speleo_syntax::{Code, Diagnostic, Span};

/// The kinds of values, and the regular expression of each.
const KINDS: &[(&str, &str)] = &[
    ("all", r"[\s\S]*"),
    ("alnums", "[a-zA-Z0-9]+"),
    ("alphas", "[a-zA-Z]+"),
    ("float", r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"),
    ("hex", "(?:0[xX])?[0-9a-fA-F]+"),
    ("int", r"[+-]?\d+"),
    ("ip", r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)"),
    ("nspaces", r"\S+"),
    ("qstring", r#"[^"]*"#),
    (TEXT, r"[^\r\n]*"),
    ("word", r"\w+"),
];

/// The kind that is as short as what follows allows.
const TEXT: &str = "string";

/// A form as a regular expression.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) pattern: String,
    /// The fields, which are its groups.
    pub(super) fields: Vec<String>,
}

impl Form {
    /// Reads a form. The error says what is wrong with it.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut pattern = String::new();
        let mut fields: Vec<String> = Vec::new();
        let mut rest = text.trim();
        while let Some((before, place, behind)) = next(rest) {
            static_text(&mut pattern, before);
            let (kind, name) = place.split_once(':').unwrap_or((TEXT, place));
            let (kind, name) = (kind.trim(), name.trim());
            let Some((_, value)) = KINDS.iter().find(|(known, _)| *known == kind) else {
                let known: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
                return Err(format!("`{kind}` is no kind of value; there are {}", known.join(", ")));
            };
            if fields.iter().any(|known| known == name) {
                return Err(format!("the field `{name}` has two places"));
            }
            let lazy = if kind == TEXT && !behind.is_empty() { "?" } else { "" };
            let quote = if kind == "qstring" { "\"" } else { "" };
            pattern.push_str(&format!("{quote}(?<{name}>{value}{lazy}){quote}"));
            fields.push(name.to_owned());
            rest = behind;
        }
        static_text(&mut pattern, rest);
        if fields.is_empty() {
            return Err("it has no place for a field, such as `[[int:age]]`".to_owned());
        }
        match pattern::group_names(&pattern) {
            Ok(names) if names == fields => Ok(Self { pattern, fields }),
            _ => Err("letters, digits and `_` make the name of a field".to_owned()),
        }
    }
}

/// What is wrong with a form, where it is named.
pub(super) fn bad(name: &str, reason: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::Data, span, format!("the form `{name}` cannot be used: {reason}"))
}

/// The next place for a field: the text before it, what it says, and the text behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("[[")?;
    let (place, behind) = rest.split_once("]]")?;
    Some((before, place, behind))
}

/// Text as it is; a run of blanks is any run of blanks.
fn static_text(pattern: &mut String, text: &str) {
    let mut rest = text;
    while let Some(start) = rest.find(char::is_whitespace) {
        let (word, blanks) = rest.split_at(start);
        pattern.push_str(&pattern::literal(word));
        pattern.push_str(r"\s+");
        rest = blanks.trim_start();
    }
    pattern.push_str(&pattern::literal(rest));
}

#[cfg(test)]
mod tests {
    use super::Form;

    fn check(text: &str, expected: Result<&str, &str>) {
        let found = Form::read(text).map(|form| form.pattern);
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
    }

    #[test]
    fn places_become_groups() {
        check("Age: [[int:age]]\n  Zip([[word: zip ]])\n", Ok(r"Age:\s+(?<age>[+-]?\d+)\s+Zip\((?<zip>\w+)\)"));
        check("[[a]] [[string:b]]", Ok(r"(?<a>[^\r\n]*?)\s+(?<b>[^\r\n]*)"));
        check("by [[qstring:q]] ]] [[", Ok(r#"by\s+"(?<q>[^"]*)"\s+\]\]\s+\[\["#));
    }

    #[test]
    fn what_is_no_form() {
        check("Name:", Err("it has no place for a field, such as `[[int:age]]`"));
        check("[[int:a]] [[int:a]]", Err("the field `a` has two places"));
        check("[[int:a b]]", Err("letters, digits and `_` make the name of a field"));
        assert!(Form::read("[[date:x]]").is_err_and(|reason| reason.starts_with("`date` is no kind of value")));
    }
}
