//! What may come next at a place of a pattern: behind `\w+` in `(\w+)=(\d+)` an equals sign.
//!
//! It is the FIRST set of parsers, and may be larger than what really comes. Behind the end of a pattern anything may.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::set::{Characters, Set};

/// What may come next.
#[derive(Debug, Clone)]
pub(super) struct Ahead {
    /// The bytes with which the rest of the pattern can begin.
    pub(super) set: Set,
    /// Whether the rest matches whatever comes, were it nothing.
    pub(super) is_sure: bool,
}

impl Ahead {
    /// Behind the end of the pattern.
    pub(super) const END: Self = Self { set: Set::ALL, is_sure: true };

    /// Before one of two ways.
    fn either(mut self, other: &Self) -> Self {
        self.set.join(&other.set);
        Self { set: self.set, is_sure: self.is_sure || other.is_sure }
    }

    /// Whether the next byte tells this from a way that begins with some bytes.
    pub(super) fn settles(&self, way: &Set) -> bool {
        self.set.is_disjoint(way)
    }

    /// Before a part of a pattern behind which is `self`.
    pub(super) fn before(&self, part: &Hir) -> Option<Self> {
        let only = |set: Set| Some(Self { set, is_sure: false });
        match part.kind() {
            HirKind::Empty => Some(self.clone()),
            HirKind::Literal(text) => only(Set::of(*text.0.first()?)),
            HirKind::Class(class) => only(Characters::new(class)?.0.set),
            HirKind::Look(Look::End) => only(Set::END),
            HirKind::Look(Look::EndLF) => {
                let mut set = Set::of(b'\n');
                set.join(&Set::END);
                only(set)
            }
            HirKind::Look(_) => only(self.set.clone()),
            HirKind::Repetition(repetition) => {
                let once = self.before(&repetition.sub)?;
                Some(if repetition.min == 0 { once.either(self) } else { once })
            }
            HirKind::Capture(capture) => self.before(&capture.sub),
            HirKind::Concat(parts) => self.each(parts)?.into_iter().next(),
            HirKind::Alternation(ways) => {
                let ways: Option<Vec<Self>> = ways.iter().map(|way| self.before(way)).collect();
                ways?.into_iter().reduce(|one, other| one.either(&other))
            }
        }
    }

    /// Before each of some parts that follow one another, and behind the last of them.
    pub(super) fn each(&self, parts: &[Hir]) -> Option<Vec<Self>> {
        let mut all = vec![self.clone()];
        for (place, part) in parts.iter().enumerate().rev() {
            let mut ahead = all.last()?.before(part)?;
            // Behind a word, `\b` lets no other byte of a word come.
            let previous = place.checked_sub(1).and_then(|place| parts.get(place));
            if matches!(part.kind(), HirKind::Look(Look::WordAscii)) && previous.is_some_and(ends_in_word) {
                ahead.set.leave_out(&Set::word());
            }
            all.push(ahead);
        }
        all.reverse();
        Some(all)
    }
}

/// Whether a part takes at least one character, all of them of words.
fn ends_in_word(part: &Hir) -> bool {
    match part.kind() {
        HirKind::Class(class) => Characters::new(class).is_some_and(|(class, _)| class.set.is_within(&Set::word())),
        HirKind::Repetition(repetition) => repetition.min > 0 && ends_in_word(&repetition.sub),
        HirKind::Capture(capture) => ends_in_word(&capture.sub),
        _ => false,
    }
}
