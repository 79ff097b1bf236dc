//! Did you mean: the nearest of several names. `stast` is nearest to `stats`

/// The name with the smallest distance to `name`, where that is small enough to be a slip: a third of its letters.
/// Case does not count.
pub(crate) fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    let limit = (length / 3).clamp(1, 3);
    candidates
        .filter(|candidate| *candidate != name && candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= limit)
        .min_by_key(|&(distance, candidate)| (distance, candidate.len()))
        .map(|(_, candidate)| candidate)
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
        check("", None);
    }
}
