//! Collections of the key-value store, as `collections.conf` declares them: `[assets]` with `field.priority = number`.

use indexmap::IndexMap;

use crate::conf::{Conf, Problem};

/// The type of a collection's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionType {
    /// `number`
    Number,
    /// `bool`
    Bool,
    /// `string`, and `cidr`, which are texts.
    String,
    /// `time`
    Time,
    /// `array`
    Array,
}

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Collection {
    /// Fields with a declared type.
    pub fields: IndexMap<String, CollectionType>,
    /// Whether values of another type are refused.
    pub enforces_types: bool,
}

/// The collections of a `collections.conf` that are not disabled; unknown types are reported and left out.
pub fn from_conf(conf: &Conf) -> (IndexMap<String, Collection>, Vec<Problem>) {
    let mut collections = IndexMap::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        if conf.flag(stanza, "disabled", &mut problems) == Some(true) {
            continue;
        }
        let mut found = Collection {
            enforces_types: conf.flag(stanza, "enforceTypes", &mut problems).unwrap_or(false),
            ..Collection::default()
        };
        for (key, setting) in &stanza.settings {
            let Some(field) = key.strip_prefix("field.") else { continue };
            let kind = match setting.value.to_ascii_lowercase().as_str() {
                "number" => CollectionType::Number,
                "bool" => CollectionType::Bool,
                "string" | "cidr" => CollectionType::String,
                "time" => CollectionType::Time,
                "array" => CollectionType::Array,
                other => {
                    let message = format!("the type of a field is number, bool, string or time, found `{other}`");
                    problems.push(Problem::new(setting, message));
                    continue;
                }
            };
            found.fields.insert(field.to_owned(), kind);
        }
        collections.insert(name.clone(), found);
    }
    (collections, problems)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn fields_have_types() {
        let text = "[assets]\nenforceTypes = true\nfield.ip = cidr\nfield.n = number\nfield.x = money\naccelerated_fields.a = {\"ip\": 1}\n[off]\ndisabled = 1\n";
        let (collections, problems) = from_conf(&Conf::parse(text).0);
        assert_eq!(collections.len(), 1);
        assert!(collections["assets"].enforces_types);
        assert_eq!(collections["assets"].fields["n"], CollectionType::Number);
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [5]);
    }
}
