//! Did you mean: the nearest of several names. `stast` is nearest to `stats`

/// The name with the smallest distance to `name`, where that is small enough to be a slip: a third of its letters, two at
/// most.
/// Case does not count.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let limit = (length / 3).clamp(1, 2);
    let own = letters(&lower);
    candidates
        .filter(|candidate| *candidate != name && candidate.chars().count().abs_diff(length) <= limit)
        // The distance takes its time: most names differ by too many letters to come near.
        .filter(|candidate| (letters(candidate) ^ own).count_ones() as usize <= 2 * limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, candidate)| (distance, candidate.len()))
        .map(|(_, candidate)| candidate)
}

/// A bit for each letter that occurs, in any case. One change of a text changes two bits at most.
fn letters(text: &str) -> u64 {
    let bit = |letter: char| 1_u64 << (u32::from(letter.to_lowercase().next().unwrap_or(letter)) % 64);
    text.chars().map(bit).fold(0, |letters, letter| letters | letter)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    fn check(name: &str, expected: Option<&str>) {
        assert_eq!(nearest(name, ["stats", "search", "eval", "Web"].into_iter()), expected, "{name}");
    }

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        check("stast", Some("stats"));
        check("sarch", Some("search"));
        check("web", Some("Web"));
        check("evil", Some("eval"));
        check("table", None);
        check("EVAL", Some("eval"));
        check("sraech", Some("search"));
        check("searchxy", Some("search"));
        check("", None);
    }
}
