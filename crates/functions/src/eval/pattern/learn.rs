//! A regular expression from examples: `erex port examples="8080, 443"` learns `port=(?<port>\d+)`.
//!
//! Values become runs of character classes where the examples agree on them, else a class of all their characters (pattern
//! induction by least general generalisation, Plotkin 1970). The text around is the longest that all places have in common, of
//! which the shortest part is taken, cut at words, with which the first match in each text is an example.

use super::regex::{Regex, compile};
use crate::words::is_word;

/// How many characters around a value are looked at.
const AROUND: usize = 40;

/// A pattern whose group `name` takes the examples out of the texts that hold them, and none of the counterexamples; none
/// where no text holds an example, or no pattern does it.
pub fn learn(name: &str, texts: &[String], examples: &[String], counterexamples: &[String]) -> Option<String> {
    let mut places: Vec<(&str, &str, &str)> = Vec::new();
    for text in texts {
        // `8080` stands there rather than the `80` in it.
        let found = examples.iter().filter(|example| !example.is_empty()).filter_map(|example| {
            let (before, after) = text.split_once(example.as_str())?;
            Some((before, text.get(before.len()..before.len() + example.len())?, after))
        });
        places.extend(found.max_by_key(|(_, value, _)| value.len()));
    }
    let mut values: Vec<&str> = Vec::new();
    for (_, value, _) in &places {
        if !values.contains(value) {
            values.push(value);
        }
    }
    let value = generalised(&values)?;
    let left = common(places.iter().map(|(before, ..)| before.chars().rev().take(AROUND).collect()));
    let right = common(places.iter().map(|(.., after)| after.chars().take(AROUND).collect()));
    let at_start = places.iter().all(|(before, ..)| before.is_empty());
    let at_end = places.iter().all(|(.., after)| after.is_empty());
    let before: Vec<String> = if at_start {
        vec!["^".to_owned()]
    } else {
        cuts(&left).into_iter().map(|cut| escaped(left.iter().take(cut).rev())).collect()
    };
    let after: Vec<String> = if at_end {
        vec![String::new(), "$".to_owned()]
    } else {
        (0..=right.len().min(3)).map(|cut| escaped(right.iter().take(cut))).collect()
    };
    for after in &after {
        for before in &before {
            let pattern = format!("{before}(?<{name}>{value}){after}");
            let Ok(regex) = compile(&pattern) else { continue };
            let fits = texts.iter().all(|text| match first(&regex, text) {
                Some(found) => {
                    let holds = examples.iter().any(|example| text.contains(example.as_str()));
                    !counterexamples.iter().any(|counter| counter == found)
                        && (!holds || examples.iter().any(|example| example == found))
                }
                None => !examples.iter().any(|example| text.contains(example.as_str())),
            });
            if fits {
                return Some(pattern);
            }
        }
    }
    None
}

/// The pattern of just this text.
pub fn literal(text: &str) -> String {
    regex::escape(text)
}

fn first<'t>(regex: &Regex, text: &'t str) -> Option<&'t str> {
    let mut groups = regex.groups();
    let mut found = None;
    regex.each(text, &mut groups, |groups, _| {
        found = groups.text(1, text);
        false
    });
    found
}

/// What all have at the start.
fn common(texts: impl Iterator<Item = Vec<char>>) -> Vec<char> {
    let shared = |all: Vec<char>, one: Vec<char>| {
        all.iter().zip(&one).take_while(|(a, b)| a == b).map(|(a, _)| *a).collect::<Vec<char>>()
    };
    texts.reduce(shared).unwrap_or_default()
}

/// How much of the text before a value to take, read backward: first what ends at whole words, then less, then nothing.
fn cuts(backward: &[char]) -> Vec<usize> {
    let is_boundary = |cut: &usize| {
        let inside = cut.checked_sub(1).and_then(|place| backward.get(place)).copied().is_some_and(is_word);
        inside && !backward.get(*cut).copied().is_some_and(is_word)
    };
    let words: Vec<usize> = (1..=backward.len()).filter(is_boundary).collect();
    let others = (0..=backward.len()).rev().filter(|cut| !words.contains(cut));
    words.iter().copied().chain(others).collect()
}

fn escaped<'a>(characters: impl Iterator<Item = &'a char>) -> String {
    regex::escape(&characters.collect::<String>())
}

/// A piece of a value.
#[derive(PartialEq, Clone)]
enum Run {
    Digits,
    Letters,
    Literal(char),
}

fn runs(value: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for character in value.chars() {
        let run = match character {
            _ if character.is_ascii_digit() => Run::Digits,
            _ if character.is_ascii_alphabetic() => Run::Letters,
            other => Run::Literal(other),
        };
        if runs.last() != Some(&run) || matches!(run, Run::Literal(_)) {
            runs.push(run);
        }
    }
    runs
}

fn generalised(values: &[&str]) -> Option<String> {
    let all: Vec<Vec<Run>> = values.iter().map(|value| runs(value)).collect();
    let first = all.first()?;
    if all.iter().all(|runs| runs == first) {
        return Some(first.iter().map(pattern).collect());
    }
    let mut digits = false;
    let mut letters = false;
    let mut others: Vec<char> = Vec::new();
    for run in all.iter().flatten() {
        match run {
            Run::Digits => digits = true,
            Run::Letters => letters = true,
            Run::Literal(character) if !others.contains(character) => others.push(*character),
            Run::Literal(_) => {}
        }
    }
    let digits = if digits { "\\d" } else { "" };
    let letters = if letters { "a-zA-Z" } else { "" };
    let others: String = others.iter().map(|character| regex::escape(&character.to_string())).collect();
    Some(format!("[{letters}{digits}{others}]+"))
}

fn pattern(run: &Run) -> String {
    match run {
        Run::Digits => "\\d+".to_owned(),
        Run::Letters => "[a-zA-Z]+".to_owned(),
        Run::Literal(character) => regex::escape(&character.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::learn;

    fn check(texts: &[&str], examples: &[&str], counters: &[&str], expected: Option<&str>) {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let found = learn("f", &owned(texts), &owned(examples), &owned(counters));
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn patterns_from_examples() {
        check(&["a=1 port=80 x", "a=2 port=8080 y"], &["80", "8080"], &[], Some(r"port=(?<f>\d+)"));
        check(&["ip 10.0.0.1 ok"], &["10.0.0.1"], &[], Some(r"ip (?<f>\d+\.\d+\.\d+\.\d+)"));
        check(&["bob logged in", "eve logged in"], &["bob", "eve"], &[], Some(r"^(?<f>[a-zA-Z]+)"));
        check(&["user bob-1 in", "user eve in"], &["bob-1", "eve"], &[], Some(r"user (?<f>[a-zA-Z\d\-]+)"));
        check(&["x"], &["y"], &[], None);
        check(&[], &[], &[], None);
    }
}
