//! Tags of field values, as `tags.conf` defines them.
//!
//! ```text
//! [host=web%201]
//! production = enabled
//! ```

use indexmap::IndexMap;

use crate::conf::{Conf, Problem};

/// The tags of each field and value.
pub type Tags = IndexMap<(String, String), Vec<String>>;

/// The tags of a `tags.conf` that are enabled. The value in the name of a stanza is encoded as in an address: `%20` is a blank.
pub fn from_conf(conf: &Conf) -> (Tags, Vec<Problem>) {
    let mut tags = Tags::new();
    let mut problems = Vec::new();
    for (name, stanza) in &conf.stanzas {
        let Some((field, value)) = name.split_once('=') else {
            problems.push(Problem::new(stanza.line, format!("`[{name}]` is no `[field=value]`")));
            continue;
        };
        let mut enabled = Vec::new();
        for (tag, setting) in &stanza.settings {
            match setting.value.to_lowercase().as_str() {
                "enabled" => enabled.push(tag.clone()),
                "disabled" => {}
                _ => problems.push(Problem::new(setting.line, "a tag is `enabled` or `disabled`".to_owned())),
            }
        }
        if !enabled.is_empty() {
            tags.insert((field.trim().to_owned(), decoded(value.trim())), enabled);
        }
    }
    (tags, problems)
}

/// The text with its `%20` as blanks; what is no such pair of digits stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.first_chunk::<2>().and_then(|digits| std::str::from_utf8(digits).ok());
        match code.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
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
