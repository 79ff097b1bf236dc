//! The nearest of known names, for did-you-mean.

/// How alike two names must be to be worth a suggestion.
const ALIKE: f64 = 0.7;

/// Whether one letter too many, too few, another one, or two swapped are all the difference: in a short name that is much.
fn is_slip(name: &str, candidate: &str) -> bool {
    name.chars().count() >= 3 && strsim::osa_distance(name, &candidate.to_lowercase()) == 1
}

/// The name most like `name`, if any is much like it. A name that differs in case only is the nearest.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, candidate)| *likeness >= ALIKE || is_slip(&lower, candidate))
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}
