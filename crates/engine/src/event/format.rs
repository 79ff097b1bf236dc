//! `FORMAT` of index-time transforms: `$1-$2`, `sourcetype::x:$1`, `user::$1 host::"$2"`.
//!
//! `$0` is what the destination held before. A group that took no part is empty.

use speleo_functions::eval::{extract::format_words, pattern::template::Template};

/// The pairs `name::value` of a format that makes fields.
pub(super) fn pairs(format: &str) -> Vec<(Template, Template)> {
    format_words(format)
        .into_iter()
        .filter_map(|word| word.split_once("::"))
        .map(|(name, value)| (Template::of_format(name), Template::of_format(&value.replace('"', ""))))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use speleo_functions::eval::pattern::regex::compile;

    use super::*;

    fn check(regex: &str, format: &str, expected: &str) {
        let (text, regex) = ("abc 42", compile(regex).unwrap());
        let mut groups = regex.groups();
        regex.find(text, 0, &mut groups).unwrap();
        assert_eq!(Template::of_format(format).fill(text, &groups, "old"), expected);
    }

    #[test]
    fn groups_are_filled_in() {
        check(r"(\w+) (\d+)", "$2-$1$$3", "42-abc$");
        check(r"(\w+) (x)?", "[$2]é$0", "[]éold");
        check("a", "cost $", "cost $");
    }

    #[test]
    fn fields_are_pairs() {
        let found = pairs("a::$1 b::\"x $2\"  none $1::y");
        let expected = [("a", "$1"), ("b", "x $2"), ("$1", "y")];
        let expected: Vec<_> = expected.iter().map(|(n, v)| (Template::of_format(n), Template::of_format(v))).collect();
        assert_eq!(found, expected);
    }
}
