//! Where a match can begin: `(\d+)ms` only with digits before `ms`, of which a search for that text finds the places.

use memchr::{memchr, memmem::Finder};
use regex_syntax::hir::{Hir, HirKind, Look};

use super::{
    ahead::Ahead,
    compile::{Span, Step},
    set::{Set, first_of},
};

/// Where a match can begin.
#[derive(Debug, Clone)]
pub(super) enum Begin {
    /// At the start of the text alone.
    Start,
    /// At the start of a line.
    Line,
    /// Where a text is.
    Text(Finder<'static>),
    /// Where a run of characters is that ends before a text, which the run cannot hold.
    Before(Finder<'static>),
    /// Where one of a few bytes is.
    Few(Vec<u8>),
    /// Where one of some bytes is.
    Set(Box<Set>),
}

impl Begin {
    /// That of a pattern and its steps.
    pub(super) fn new(hir: &Hir, steps: &[Step]) -> Option<Self> {
        let looks = hir.properties().look_set_prefix();
        if looks.contains(Look::Start) {
            return Some(Self::Start);
        }
        if looks.contains(Look::StartLF) {
            return Some(Self::Line);
        }
        let finder = |text: &[u8]| Finder::new(text).into_owned();
        if let Some(text) = first_text(hir).filter(|text| text.len() > 1) {
            return Some(Self::Text(finder(text)));
        }
        if let Some((_, Some(text))) = leading_run(steps) {
            return Some(Self::Before(finder(text)));
        }
        let set = Ahead::END.before(hir)?.set;
        Some(set.few().map_or_else(|| Self::Set(Box::new(set)), Self::Few))
    }

    /// The first place at or behind another one where a match can begin.
    pub(super) fn next(&self, run: Option<&Span>, text: &[u8], place: usize) -> Option<usize> {
        let rest = text.get(place..)?;
        let ahead = match self {
            Self::Start => (place == 0).then_some(0),
            Self::Line if place == 0 => Some(0),
            Self::Line => return memchr(b'\n', text.get(place - 1..)?).map(|end| place + end),
            Self::Text(finder) => finder.find(rest),
            Self::Before(finder) => return before(finder, run?, text, place),
            Self::Few(few) => first_of(few, rest),
            Self::Set(set) => {
                // No character begins with a byte that continues one.
                let begins = |byte: &u8| set.has(*byte) && *byte & 0xc0 != 0x80;
                rest.iter().position(begins).or_else(|| set.end.then_some(rest.len()))
            }
        };
        ahead.map(|ahead| place + ahead)
    }
}

/// The start of the first run behind which a text is.
fn before(finder: &Finder, span: &Span, text: &[u8], place: usize) -> Option<usize> {
    let mut from = place;
    loop {
        let end = from + finder.find(text.get(from..)?)?;
        let before = text.get(place..end)?;
        let length = before.iter().rev().position(|byte| !span.characters.set.has(*byte)).unwrap_or(before.len());
        if length >= span.least {
            return Some(end - length);
        }
        from = end + 1;
    }
}

/// The text with which each match begins.
pub(super) fn first_text(hir: &Hir) -> Option<&[u8]> {
    match hir.kind() {
        HirKind::Literal(text) => Some(&text.0),
        HirKind::Capture(capture) => first_text(&capture.sub),
        HirKind::Concat(parts) => parts.first().and_then(first_text),
        _ => None,
    }
}

/// The longest text that each match has.
pub(super) fn longest_text(hir: &Hir) -> Option<&[u8]> {
    match hir.kind() {
        HirKind::Literal(text) => Some(&text.0),
        HirKind::Capture(capture) => longest_text(&capture.sub),
        HirKind::Concat(parts) => parts.iter().filter_map(longest_text).max_by_key(|text| text.len()),
        _ => None,
    }
}

/// The run with which each match begins, and the text behind it where the run ends at its first byte.
pub(super) fn leading_run(steps: &[Step]) -> Option<(&Span, Option<&[u8]>)> {
    let mut steps = steps.iter().filter(|step| !matches!(step, Step::Place(_)));
    let first = steps.next()?;
    let (Step::Run(span) | Step::Greedy(span) | Step::Lazy(span)) = first else { return None };
    let text = match steps.next() {
        Some(Step::Text(text)) if matches!(first, Step::Run(_)) => Some(&**text),
        _ => None,
    };
    (span.least <= 1 && span.most == usize::MAX).then_some((span, text))
}
