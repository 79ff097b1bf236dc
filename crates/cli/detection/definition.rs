//! The macros and lookups that a repository of detections keeps as YAML, as stanzas of conf files.
//!
//! ```text
//! name: security_content_ctime
//! arguments:
//! - field
//! definition: convert timeformat="%Y-%m-%dT%H:%M:%S" ctime($field$)
//! ```

use std::path::Path;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::read::stem;

#[derive(Deserialize)]
struct Macro {
    name: String,
    #[serde(default)]
    definition: String,
    #[serde(default)]
    arguments: Vec<String>,
}

#[derive(Deserialize)]
struct Lookup {
    name: String,
    #[serde(default)]
    filename: Option<String>,
    #[serde(default)]
    collection: Option<String>,
    #[serde(default)]
    lookup_type: Option<String>,
    #[serde(default)]
    match_type: Option<Value>,
    #[serde(default)]
    default_match: Option<Value>,
    #[serde(default)]
    case_sensitive_match: Option<Value>,
    #[serde(default)]
    min_matches: Option<Value>,
    #[serde(default)]
    max_matches: Option<Value>,
    #[serde(default, alias = "fields_list")]
    fields: Option<Value>,
    #[serde(default)]
    filter: Option<Value>,
}

/// The name of the macro that a YAML text defines, and its stanza of macros.conf.
///
/// # Errors
/// Where the text is no YAML or has no name.
pub(crate) fn macro_stanza(text: &str) -> Result<(String, String), serde_saphyr::Error> {
    let Macro { name, arguments, definition } = read(text)?;
    let head = match arguments.len() {
        0 => format!("[{name}]\n"),
        count => format!("[{name}({count})]\nargs = {}\n", arguments.join(", ")),
    };
    Ok((name, head + &setting("definition", &definition)))
}

/// The stanza of transforms.conf for the lookup that the YAML text of a file defines. Without a `filename` it is the CSV file beside
/// it.
///
/// # Errors
/// Where the text is no YAML or has no name.
pub(crate) fn lookup_stanza(path: &Path, text: &str) -> Result<String, serde_saphyr::Error> {
    Ok(stanza(path, read(text)?))
}

/// A YAML text of a repository.
///
/// # Errors
/// Where it is none, or lacks what it must have.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    // `n` and `off` are texts, as in YAML 1.2: arguments have such names.
    serde_saphyr::from_str_with_options(text, serde_saphyr::options! { strict_booleans: true })
}

fn stanza(path: &Path, lookup: Lookup) -> String {
    let mut text = format!("[{}]\n", lookup.name);
    let is_collection = lookup.lookup_type.as_deref() == Some("kvstore") || lookup.collection.is_some();
    if is_collection {
        text.push_str("external_type = kvstore\n");
        text.push_str(&setting("collection", lookup.collection.as_deref().unwrap_or(&lookup.name)));
    } else {
        let beside = format!("{}.csv", stem(path));
        text.push_str(&setting("filename", lookup.filename.as_deref().unwrap_or(&beside)));
    }
    let others = [
        ("match_type", lookup.match_type),
        ("default_match", lookup.default_match),
        ("case_sensitive_match", lookup.case_sensitive_match),
        ("min_matches", lookup.min_matches),
        ("max_matches", lookup.max_matches),
        ("fields_list", lookup.fields),
        ("filter", lookup.filter),
    ];
    for (key, value) in others {
        let value = match value {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(", "),
            Some(Value::String(text)) => text,
            None | Some(Value::Null) => continue,
            Some(other) => other.to_string(),
        };
        text.push_str(&setting(key, &value));
    }
    text
}

/// A setting whose value may have several lines.
fn setting(key: &str, value: &str) -> String {
    format!("{key} = {}\n", value.trim().lines().collect::<Vec<_>>().join("\\\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_macro_is_a_stanza_by_its_number_of_arguments() {
        let (name, stanza) = macro_stanza("name: m\narguments: [n, off]\ndefinition: |-\n  a\n  | b\n").unwrap();
        assert_eq!((name.as_str(), stanza.as_str()), ("m", "[m(2)]\nargs = n, off\ndefinition = a\\\n| b\n"));
        assert!(macro_stanza("definition: x").is_err());
    }

    #[test]
    fn a_lookup_keeps_lists_and_is_a_file_or_a_collection() {
        let check = |text: &str, expected: &str| {
            assert_eq!(lookup_stanza(Path::new("lookups/own.yml"), text).unwrap(), expected, "{text}");
        };
        check(
            "name: l\nmatch_type:\n- WILDCARD(a)\n- CIDR(b)\nmin_matches: 1\ncase_sensitive_match: false\nfields_list: a, b\n",
            "[l]\nfilename = own.csv\nmatch_type = WILDCARD(a), CIDR(b)\ncase_sensitive_match = false\nmin_matches = 1\nfields_list = a, b\n",
        );
        check("name: k\nlookup_type: kvstore\n", "[k]\nexternal_type = kvstore\ncollection = k\n");
    }
}
