//! Tags of field values, as `tags.conf` defines them.
//!
//! ```text
//! [host=web%201]
//! production = enabled
//! ```

use indexmap::IndexMap;
use percent_encoding::percent_decode_str;

use crate::conf::{Conf, Problem};

/// The tags of each field and value.
pub type Tags = IndexMap<(String, String), Vec<String>>;

/// The tags of a `tags.conf` that are enabled. The value in the name of a stanza is encoded as in an address: `%20` is a blank.
pub fn from_conf(conf: &Conf) -> (Tags, Vec<Problem>) {
    let mut tags = Tags::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        let Some((field, value)) = name.split_once('=') else {
            problems.push(Problem::new(stanza, format!("`[{name}]` is no `[field=value]`")));
            continue;
        };
        let mut enabled = Vec::new();
        for (tag, setting) in &stanza.settings {
            match setting.value.to_lowercase().as_str() {
                "enabled" => enabled.push(tag.clone()),
                "disabled" => {}
                _ => problems.push(Problem::new(setting, "a tag is `enabled` or `disabled`".to_owned())),
            }
        }
        if !enabled.is_empty() {
            tags.insert(
                (field.trim().to_owned(), percent_decode_str(value.trim()).decode_utf8_lossy().into_owned()),
                enabled,
            );
        }
    }
    (tags, problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enabled_tags_belong_to_a_value() {
        let text = "[host=web%201]\nproduction = enabled\nold = disabled\n[eventtype=a=b]\nx = enabled\n[nothing]\ny = enabled\n\
                    [user=100%]\nfull = enabled\nodd = perhaps\n";
        let (tags, problems) = from_conf(&Conf::parse(text).0);
        let of = |field: &str, value: &str| tags.get(&(field.to_owned(), value.to_owned())).cloned();
        assert_eq!(of("host", "web 1"), Some(vec!["production".to_owned()]));
        assert_eq!(of("eventtype", "a=b"), Some(vec!["x".to_owned()]));
        assert_eq!(of("user", "100%"), Some(vec!["full".to_owned()]));
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [6, 10]);
    }
}
