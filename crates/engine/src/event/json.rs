//! Fields of JSON events that are taken out when they are made: `INDEXED_EXTRACTIONS = json`.
//!
//! `{"user": {"name": "a"}, "tags": ["x"], "items": [{"id": 1}]}` has `user.name`, `tags{}`, `items{}.id`. Null, `{}` and `[]` are absent.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::source::quote_numbers;

/// The fields of a text; none where it is no object. With `trims_braces` an array's plain values have its name without `{}`.
pub(super) fn fields(text: &str, trims_braces: bool) -> Vec<(Arc<str>, String)> {
    let mut found = Vec::new();
    // As texts, numbers are what was written.
    if let Ok(Value::Object(map)) = serde_json::from_str(&quote_numbers(text.trim())) {
        object(map, &mut String::new(), trims_braces, &mut found);
    }
    found
}

fn object(map: Map<String, Value>, path: &mut String, trims_braces: bool, found: &mut Vec<(Arc<str>, String)>) {
    for (key, inner) in map {
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(&key);
        value(inner, path, trims_braces, found);
        path.truncate(length);
    }
}

fn value(inner: Value, path: &mut String, trims_braces: bool, found: &mut Vec<(Arc<str>, String)>) {
    match inner {
        Value::Null => {}
        Value::Bool(flag) => found.push((path.as_str().into(), flag.to_string())),
        Value::Number(number) => found.push((path.as_str().into(), number.to_string())),
        Value::String(text) => found.push((path.as_str().into(), text)),
        Value::Object(map) => object(map, path, trims_braces, found),
        Value::Array(items) => {
            let length = path.len();
            for item in items {
                if !trims_braces || item.is_object() || item.is_array() {
                    path.push_str("{}");
                }
                value(item, path, trims_braces, found);
                path.truncate(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, trims_braces: bool, expected: &[(&str, &str)]) {
        let found = fields(text, trims_braces);
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn paths_are_names() {
        let text = r#"{"user": {"name": "a"}, "n": 1.50, "tags": ["x", null, 2], "items": [{"id": true}], "none": {}}"#;
        let rest = [("items{}.id", "true")];
        check(
            text,
            false,
            &[&[("user.name", "a"), ("n", "1.50"), ("tags{}", "x"), ("tags{}", "2")][..], &rest].concat(),
        );
        check(text, true, &[&[("user.name", "a"), ("n", "1.50"), ("tags", "x"), ("tags", "2")][..], &rest].concat());
        check("[1]", false, &[]);
        check("{\"a\": ", false, &[]);
    }
}
