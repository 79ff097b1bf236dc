//! Field names with wildcards: `fields src_*`, `rename All_Traffic.* AS *`, `sum(*_bytes) AS *_total`.
//!
//! `*` takes any run of characters, none included; there is no escape. Internal fields (`_time`) match only patterns that
//! begin with `_`.

use crate::relation::is_internal;

/// What each `*` of `pattern` takes so that the pattern becomes `name`; none where it cannot. The first `*` takes as little
/// as it can, so `*.*` splits `a.b.c` after `a`.
pub(crate) fn captures<'a>(pattern: &str, name: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split('*');
    let mut rest = name.strip_prefix(parts.next()?)?;
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty().then(Vec::new) };
    let mut taken = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        let (before, after) = rest.split_at_checked(rest.find(part)?)?;
        taken.push(before);
        rest = after.strip_prefix(part)?;
    }
    taken.push(rest.strip_suffix(last)?);
    Some(taken)
}

/// Whether a field's name fits the pattern; a pattern without `*` is a name.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    (!is_internal(name) || is_internal(pattern)) && captures(pattern, name).is_some()
}

/// Puts what was taken in the place of each `*` of `pattern`.
pub(crate) fn fill(pattern: &str, taken: &[&str]) -> String {
    let mut taken = taken.iter();
    let mut text = String::with_capacity(pattern.len());
    for (n, part) in pattern.split('*').enumerate() {
        if n > 0 {
            text.push_str(taken.next().copied().unwrap_or_default());
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_star_takes_its_part() {
        assert_eq!(captures("EU_*", "EU_a"), Some(vec!["a"]));
        assert_eq!(captures("*.*", "a.b.c"), Some(vec!["a", "b.c"]));
        assert_eq!(captures("a*a", "a"), None, "the two ends may not share a character");
        assert_eq!(captures("a*a", "aa"), Some(vec![""]));
        assert_eq!(captures("plain", "plain"), Some(vec![]));
        assert_eq!(captures("plain", "plainer"), None);
        assert_eq!(captures("é*", "éa"), Some(vec!["a"]));
    }

    #[test]
    fn internal_fields_need_an_internal_pattern() {
        assert!(!matches("*", "_raw"));
        assert!(matches("_*", "_raw"));
        assert!(matches("_raw", "_raw"));
    }

    #[test]
    fn filling_puts_the_parts_back() {
        assert_eq!(fill("*_eu", &["a"]), "a_eu");
        assert_eq!(fill("x_*_*", &["1", "2"]), "x_1_2");
        assert_eq!(fill("none", &["1"]), "none");
    }
}
