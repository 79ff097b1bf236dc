//! The search of a detection in YAML, as content repositories keep them.
//!
//! ```text
//! name: Mail from raw addresses
//! search: |-
//!   index=mail
//!   | stats count by src
//! ```
//!
//! Only `id`, `name` and `search` are looked at. A file of several documents is its first one.

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::detection::{first_line, mistake};

/// What was found.
#[derive(Debug, PartialEq)]
pub(crate) struct Detection {
    /// `id`
    pub(crate) id: Option<String>,
    /// `name`
    pub(crate) name: Option<String>,
    /// `search`
    pub(crate) search: String,
    /// The line of the search's first character, from 1.
    pub(crate) line: usize,
}

/// The keys as a file has them; others are of no interest, whatever they hold.
#[derive(Deserialize)]
struct Document {
    id: Option<serde_json::Value>,
    name: Option<serde_json::Value>,
    search: Option<Spanned<serde_json::Value>>,
}

/// Reads a detection; none where the file has no `search`.
///
/// # Errors
/// Where the text is no YAML: the line and what was wrong.
pub(crate) fn read(text: &str) -> Result<Option<Detection>, (usize, String)> {
    // `n` and `off` are texts, as in YAML 1.2.
    let options = serde_saphyr::options! { strict_booleans: true };
    let document: Document = match serde_saphyr::from_str_with_options(text, options) {
        Ok(document) => document,
        Err(error) => return Err(mistake(&error)),
    };
    let Some(found) = document.search else { return Ok(None) };
    let serde_json::Value::String(search) = &found.value else { return Ok(None) };
    let line = first_line(&found.referenced, text);
    let as_text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let (id, name) = (document.id.map(as_text), document.name.map(as_text));
    Ok(Some(Detection { id, name, search: search.trim_end().to_owned(), line }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::read;

    fn search(text: &str) -> String {
        read(text).unwrap().unwrap().search
    }

    #[test]
    fn each_way_of_writing_a_scalar() {
        assert_eq!(search("search: index=a | head"), "index=a | head");
        assert_eq!(search("search: |-\n  index=a\n    | head\n\nstatus: x"), "index=a\n  | head");
        assert_eq!(search("search: >\n  index=a\n  | head\nstatus: x"), "index=a | head");
        assert_eq!(search("search: 'index=a x=\"it''s\"\n  | head'\nstatus: x"), "index=a x=\"it's\" | head");
        assert_eq!(search("search: \"index=a x=\\\"b\\\" \\\\d\"\n"), "index=a x=\"b\" \\d");
        assert_eq!(search("search: index=a\n  | head\nstatus: x"), "index=a | head");
        assert_eq!(search("{\"search\": \"index=a\", \"other\": [1]}"), "index=a");
        assert_eq!(search("common: &s index=a\nsearch: *s\n"), "index=a");
    }

    #[test]
    fn the_first_line_is_known() {
        let found = read("name: N\nid: 7\nsearch: |\n  index=a\n").unwrap().unwrap();
        assert_eq!((found.id.as_deref(), found.name.as_deref(), found.line), (Some("7"), Some("N"), 4));
        assert_eq!(read("name: N\nsearch: index=a\n").unwrap().unwrap().line, 2);
        assert_eq!(read("name: N\nsearch:\n  index=a\n").unwrap().unwrap().line, 3);
        assert_eq!(read("name: N\nsearch_time: 5\n"), Ok(None));
        assert_eq!(read("name: N\nsearch: [a\n").unwrap_err().0, 2);
    }
}
