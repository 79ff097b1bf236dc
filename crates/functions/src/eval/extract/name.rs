//! Names of fields that are made from keys of events: `user-id=7` gives the field `user_id`.

use std::borrow::Cow;

/// The name of the field that a key makes, as Splunk's `CLEAN_KEYS` says: what is neither a letter nor a digit becomes `_`, and
/// none of these and no digit stands in front. Empty where the key has no letter. Letters of all scripts count.
pub(in crate::eval) fn clean(key: &str) -> Cow<'_, str> {
    let key = key.trim_start_matches(|c: char| !c.is_alphabetic());
    if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Cow::Borrowed(key);
    }
    Cow::Owned(key.chars().map(cleaned).collect())
}

/// Whether a key is the name of a field: the cleaned form of a key and the key itself both count.
pub(super) fn is_name(key: &str, name: &str) -> bool {
    if key == name {
        return true;
    }
    let key = key.trim_start_matches(|c: char| !c.is_alphabetic());
    key.chars().map(cleaned).eq(name.chars())
}

fn cleaned(c: char) -> char {
    if c.is_alphanumeric() { c } else { '_' }
}

#[cfg(test)]
mod tests {
    use super::{clean, is_name};

    #[test]
    fn names_are_cleaned_keys() {
        for (key, name) in [
            ("user", "user"),
            ("user-id", "user_id"),
            ("src.ip", "src_ip"),
            ("1st", "st"),
            ("2fa", "fa"),
            ("_x", "x"),
            ("7", ""),
            ("--", ""),
            ("größe", "größe"),
            ("2026-01-15T10:00:00Z a", "T10_00_00Z_a"),
        ] {
            assert_eq!(clean(key), name, "{key}");
            assert!(name.is_empty() || is_name(key, name), "{key}");
        }
        assert!(is_name("user-id", "user-id"));
        assert!(!is_name("user", "user_id"));
        assert!(!is_name("user_id", "user"));
    }
}
