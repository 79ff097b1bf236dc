//! The words of a text: runs of letters, digits and `_`. `error | relevancy`
//!
//! Commands that compare texts by their words share this notion. Not here: what bounds a term of `search`, which follows Splunk's
//! segmenters.

use std::{convert::Infallible, sync::Arc};

use crate::{cache::Cache, eval::search::glob::Glob};

/// Whether a character belongs to a word.
pub fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The words of a text in their order.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character| !is_word(character)).filter(|word| !word.is_empty())
}

/// The pieces of a text in their order: words, and each other character for itself.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let word = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at_checked(word.max(first.len_utf8()))?;
        rest = behind;
        Some(piece)
    })
}

/// Words that are looked for; `*` is any run of characters, and case does not count.
#[derive(Debug)]
pub(crate) struct Wanted(Vec<Glob>);

static WANTED: Cache<String, Wanted> = Cache::new(64);

impl Wanted {
    /// The words of a literal argument, one a line.
    pub(crate) fn of_lines(lines: &str) -> Arc<Self> {
        let compile = |lines: &str| Ok(Self(lines.lines().map(|word| Glob::new(word, false)).collect()));
        match WANTED.get(lines, compile) {
            Ok(wanted) => wanted,
            Err::<_, Infallible>(never) => match never {},
        }
    }

    /// The places of the wanted words that a word is.
    pub(crate) fn places<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.0.iter().enumerate().filter(move |(_, wanted)| wanted.matches(word)).map(|(place, _)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, pieces, words};

    #[test]
    fn words_and_what_is_between() {
        let text = "a_b=1, grün!";
        assert_eq!(words(text).collect::<Vec<_>>(), ["a_b", "1", "grün"]);
        assert_eq!(pieces(text).collect::<Vec<_>>(), ["a_b", "=", "1", ",", " ", "grün", "!"]);
        assert_eq!(pieces("").count() + words(" - ").count(), 0);
    }

    #[test]
    fn wanted_words_ignore_case_and_take_stars() {
        let wanted = Wanted::of_lines("disk\nerr*");
        let places = |word| wanted.places(word).collect::<Vec<_>>();
        assert_eq!((places("DISK"), places("error"), places("terror")), (vec![0], vec![1], vec![]));
        assert_eq!(Wanted::of_lines("").places("x").count(), 0);
    }
}
