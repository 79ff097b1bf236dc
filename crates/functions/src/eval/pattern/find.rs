//! Which values of a column a regular expression matches: `mvfind(recipients, "@example")`.

use datafusion::arrow::array::{Array, StringArray};
use memchr::memmem::Finder;

use super::regex::Regex;

/// Whether each value is matched.
pub(super) fn matched(values: &StringArray, regex: &Regex) -> Vec<bool> {
    match regex {
        Regex::Plain(finder, _) => holding(values, finder),
        regex => (0..values.len()).map(|row| regex.is_match(values.value(row))).collect(),
    }
}

/// Values are short, and a search has to get going: all of them are searched at once, as one text.
fn holding(values: &StringArray, finder: &Finder) -> Vec<bool> {
    let mut holds = vec![false; values.len()];
    let (bytes, bounds) = (values.value_data(), values.value_offsets());
    let end = |value: usize| bounds.get(value + 1).map(|end| *end as usize);
    let (mut value, mut from) = (0, bounds.first().map_or(0, |start| *start as usize));
    while let Some(hit) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
        let place = from + hit;
        while end(value).is_some_and(|end| end <= place) {
            value += 1;
        }
        let (Some(end), Some(holds)) = (end(value), holds.get_mut(value)) else { break };
        // What begins in one value and ends in the next is in none.
        *holds = place + finder.needle().len() <= end;
        from = if *holds { end } else { place + 1 };
    }
    holds
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::array::StringArray;

    use super::{super::regex::compile, matched};

    fn check(pattern: &str, values: &StringArray, expected: &[bool]) {
        assert_eq!(matched(values, &compile(pattern).unwrap()), expected, "{pattern}");
    }

    #[test]
    fn a_value_ends_where_it_ends() {
        let values = StringArray::from(vec!["aab", "a", "", "b", "ab", "xabab", "a", "abba"]);
        check("ab", &values, &[true, false, false, false, true, true, false, true]);
        check("aa", &values, &[true, false, false, false, false, false, false, false]);
        check("ba", &values, &[false, false, false, false, false, true, false, true]);
        check("nothing", &values, &[false; 8]);
        check("^a.*b$", &values, &[true, false, false, false, true, false, false, false]);
        check("ab", &values.slice(3, 3), &[false, true, true]);
        check("ab", &values.slice(0, 0), &[]);
    }

    #[test]
    fn a_match_across_two_values_does_not_hide_one_within() {
        check("aba", &StringArray::from(vec!["xab", "aba"]), &[false, true]);
        check("aa", &StringArray::from(vec!["a", "aa", "a"]), &[false, true, false]);
    }
}
