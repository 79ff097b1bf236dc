//! The patterns of `like`: `where like(uri, "/api/%")`. There is no escape character.

use memchr::memmem::Finder;

/// A pattern, prepared for many texts.
pub(super) enum Pattern {
    /// No wildcard.
    Whole(String),
    /// `text%`
    Start(String),
    /// `%text`
    End(String),
    /// `%text%`
    Within(Box<Finder<'static>>),
    /// Anything else, character by character.
    Mixed(Vec<Part>),
}

/// One place of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// This character.
    Exactly(char),
    /// `_`: one character, whichever.
    Any,
    /// `%`: any run of characters, also of none.
    Run,
}

impl Pattern {
    /// Prepares a pattern.
    pub(super) fn new(pattern: &str) -> Self {
        let inner = pattern.trim_matches('%');
        if inner.contains(['%', '_']) {
            let mut parts: Vec<Part> = pattern
                .chars()
                .map(|c| match c {
                    '%' => Part::Run,
                    '_' => Part::Any,
                    other => Part::Exactly(other),
                })
                .collect();
            parts.dedup_by(|next, before| *next == Part::Run && *before == Part::Run);
            return Self::Mixed(parts);
        }
        match (pattern.starts_with('%'), pattern.ends_with('%')) {
            (false, false) => Self::Whole(inner.to_owned()),
            (false, true) => Self::Start(inner.to_owned()),
            (true, false) => Self::End(inner.to_owned()),
            (true, true) => Self::Within(Box::new(Finder::new(inner).into_owned())),
        }
    }

    /// Whether the whole text fits.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Whole(whole) => text == whole,
            Self::Start(start) => text.starts_with(start.as_str()),
            Self::End(end) => text.ends_with(end.as_str()),
            Self::Within(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Mixed(parts) => matches_parts(parts, text),
        }
    }
}

/// Greedy with one point of return: when a place does not fit, the last run takes one more character.
fn matches_parts(parts: &[Part], text: &str) -> bool {
    let mut rest = text.chars();
    let mut place = 0;
    let mut last_run: Option<(usize, std::str::Chars)> = None;
    loop {
        let before = rest.clone();
        let next = rest.next();
        match (parts.get(place), next) {
            (Some(Part::Run), _) => {
                place += 1;
                rest = before.clone();
                last_run = Some((place, before));
                continue;
            }
            (Some(Part::Any), Some(_)) => {
                place += 1;
                continue;
            }
            (Some(Part::Exactly(expected)), Some(found)) if *expected == found => {
                place += 1;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, start)) = &mut last_run else { return false };
        if start.next().is_none() {
            return false;
        }
        place = *after;
        rest = start.clone();
    }
}
