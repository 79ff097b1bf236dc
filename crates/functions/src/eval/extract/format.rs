//! `FORMAT` of a transform of search time: `$1::$2 kind::static`, names and values by pairs.
//!
//! Each side is a text or a group. A text with a group in it is none of Splunk's forms of search time: such pairs are left out, and
//! so are those with `$0`, of which a real Splunk makes no field.

use super::super::pattern::regex::Regex;

/// One side of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    /// The text itself.
    Text(String),
    /// What a group captured.
    Group(usize),
}

/// A name and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: Side,
    pub(super) value: Side,
}

/// The pairs of a `FORMAT`; without one, those that the pattern's named groups make. None where a group does not exist: the
/// transform fails then.
pub(super) fn pairs(format: &str, regex: &Regex) -> Option<Vec<Pair>> {
    let count = regex.group_count();
    if format.trim().is_empty() {
        return Some(of_groups(&regex.names()));
    }
    let mut pairs = Vec::new();
    for word in words(format) {
        let Some((name, value)) = word.split_once("::") else { continue };
        match (side(name, count), side(value, count)) {
            (Ok(name), Ok(value)) => pairs.push(Pair { name, value }),
            (Err(Fault::NoGroup), _) | (_, Err(Fault::NoGroup)) => return None,
            _ => {}
        }
    }
    Some(pairs)
}

/// The names that a `FORMAT` or a pattern's groups say outright, and whether captures make more.
pub(super) fn static_names(format: &str, regex: &Regex) -> (Vec<String>, bool) {
    let pairs = pairs(format, regex).unwrap_or_default();
    let is_dynamic = pairs.iter().any(|pair| matches!(pair.name, Side::Group(_)));
    let names = pairs.into_iter().filter_map(|pair| match pair.name {
        Side::Text(name) => Some(name),
        Side::Group(_) => None,
    });
    (names.collect(), is_dynamic)
}

enum Fault {
    NoGroup,
    NoForm,
}

fn side(text: &str, groups: usize) -> Result<Side, Fault> {
    let text = text.trim_matches('"');
    let Some((before, behind)) = text.split_once('$') else { return Ok(Side::Text(text.to_owned())) };
    match behind.parse::<usize>() {
        Ok(0) => Err(Fault::NoForm),
        Ok(number) if before.is_empty() && number <= groups => Ok(Side::Group(number)),
        Ok(number) if number > groups => Err(Fault::NoGroup),
        _ => Err(Fault::NoForm),
    }
}

/// The words of a format; blanks in double quotes separate none.
pub fn words(format: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let is_end = |c: char| {
        is_quoted ^= c == '"';
        !is_quoted && c.is_whitespace()
    };
    format.split(is_end).filter(|word| !word.is_empty()).collect()
}

/// `_KEY_x` and `_VAL_x` belong together; other groups are fields.
fn of_groups(groups: &[(usize, String)]) -> Vec<Pair> {
    let number = |wanted: &str| groups.iter().find(|(_, name)| name == wanted).map(|(number, _)| *number);
    let mut pairs = Vec::new();
    for (group, name) in groups {
        if let Some(tail) = name.strip_prefix("_KEY_") {
            if let Some(value) = number(&format!("_VAL_{tail}")) {
                pairs.push(Pair { name: Side::Group(*group), value: Side::Group(value) });
            }
        } else if !name.starts_with("_VAL_") {
            pairs.push(Pair { name: Side::Text(name.clone()), value: Side::Group(*group) });
        }
    }
    pairs
}
