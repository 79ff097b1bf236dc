//! The walk itself, from one place of a text.

use regex_syntax::hir::Look;

use super::{
    Found, NOWHERE, Places, Walk,
    compile::{Span, Step},
    set::Set,
};

/// A way back.
#[derive(Debug)]
pub(super) enum Frame {
    /// Another step at a place.
    Step { step: usize, place: usize },
    /// Fewer characters for a greedy step, down to a place.
    Fewer { step: usize, least: usize, place: usize },
    /// More characters for a lazy step, so many at most.
    More { step: usize, place: usize, left: usize },
    /// What a group's start or end was.
    Place { slot: usize, was: usize },
}

/// What all walks along a text may cost: steps and bytes. A walk that never goes back takes a byte once.
pub(super) fn budget(text: &[u8]) -> usize {
    text.len().saturating_mul(16).saturating_add(1024)
}

impl Walk {
    /// Whether there is a match that begins at a place.
    pub(super) fn walk(&self, text: &[u8], start: usize, places: &mut Places, budget: &mut usize) -> Found {
        let Places { places, frames, end } = places;
        places.fill(NOWHERE);
        frames.clear();
        let (mut step, mut place) = (0, start);
        loop {
            if step == *end {
                if let Some([from, to]) = places.first_chunk_mut() {
                    (*from, *to) = (start, place);
                }
                return Found::Match(start, place);
            }
            let (came_to, cost) = match self.steps.get(step) {
                Some(Step::Byte(byte)) => ((text.get(place) == Some(byte)).then(|| place + 1), 1),
                Some(Step::Text(wanted)) => {
                    let is_there = text.get(place..).is_some_and(|rest| rest.starts_with(wanted));
                    (is_there.then(|| place + wanted.len()), 1)
                }
                Some(Step::One(characters)) => (characters.step(text, place), 1),
                Some(Step::Run(span)) => {
                    let to = most(span, text, place);
                    (to, 1 + to.map_or(0, |to| to - place))
                }
                Some(Step::Greedy(span)) => {
                    let to = most(span, text, place);
                    let least = least(span, text, place);
                    if let (Some(to), Some(least)) = (to, least) {
                        frames.push(Frame::Fewer { step, least, place: to + 1 });
                    }
                    (None, 1 + to.map_or(0, |to| to - place))
                }
                Some(Step::Lazy(span)) => {
                    if let Some(least) = least(span, text, place) {
                        frames.push(Frame::More { step, place: least, left: span.most - span.least });
                    }
                    (None, 1)
                }
                Some(Step::Place(slot)) => {
                    if let Some(slotted) = places.get_mut(*slot) {
                        if !frames.is_empty() {
                            frames.push(Frame::Place { slot: *slot, was: *slotted });
                        }
                        *slotted = place;
                    }
                    (Some(place), 1)
                }
                Some(Step::Look(look)) => (holds(*look, text, place).then_some(place), 1),
                Some(Step::Fork(fork)) => {
                    let takes = fork.first.is_at(text, place);
                    if takes && !fork.is_sure {
                        frames.push(Frame::Step { step: fork.other, place });
                    }
                    // The step counts up behind.
                    step = if takes { fork.preferred } else { fork.other }.wrapping_sub(1);
                    (Some(place), 1)
                }
                Some(Step::Jump(to)) => {
                    step = to.wrapping_sub(1);
                    (Some(place), 1)
                }
                None => (None, 1),
            };
            match budget.checked_sub(cost) {
                Some(rest) => *budget = rest,
                None => return Found::Unknown,
            }
            if let Some(to) = came_to {
                place = to;
                step = step.wrapping_add(1);
                continue;
            }
            match self.back(text, places, frames, budget) {
                Some(back) => (step, place) = back,
                None => return Found::Nothing,
            }
        }
    }

    /// The last way that was left out.
    fn back(
        &self,
        text: &[u8],
        places: &mut [usize],
        frames: &mut Vec<Frame>,
        budget: &mut usize,
    ) -> Option<(usize, usize)> {
        loop {
            let (step, place, cost) = match frames.pop()? {
                Frame::Step { step, place } => return Some((step, place)),
                Frame::Place { slot, was } => {
                    if let Some(slot) = places.get_mut(slot) {
                        *slot = was;
                    }
                    continue;
                }
                Frame::Fewer { step, least, place } => {
                    let Some(Step::Greedy(span)) = self.steps.get(step) else { continue };
                    let fits = |at: &usize| is_boundary(text, *at) && span.next.is_at(text, *at);
                    let fewer = (least..place).rev().find(fits);
                    if let Some(fewer) = fewer.filter(|fewer| *fewer > least) {
                        frames.push(Frame::Fewer { step, least, place: fewer });
                    }
                    (step, fewer, place - fewer.unwrap_or(least))
                }
                Frame::More { step, place, left } => {
                    let Some(Step::Lazy(span)) = self.steps.get(step) else { continue };
                    let more = more(span, &span.next, text, place, left);
                    if let Some((more, left)) = more
                        && left > 0
                        && let Some(next) = span.characters.step(text, more)
                    {
                        frames.push(Frame::More { step, place: next, left: left - 1 });
                    }
                    let more = more.map(|(more, _)| more);
                    (step, more, more.unwrap_or(text.len()) - place)
                }
            };
            // A budget that is spent ends the walk at the next step.
            *budget = budget.saturating_sub(cost);
            if let Some(place) = place {
                return Some((step + 1, place));
            }
        }
    }
}

/// Where the most characters of a span end.
fn most(span: &Span, text: &[u8], place: usize) -> Option<usize> {
    if span.characters.is_wide && (span.least > 1 || span.most != usize::MAX) {
        let mut to = least(span, text, place)?;
        for _ in span.least..span.most {
            let Some(next) = span.characters.step(text, to) else { break };
            to = next;
        }
        return Some(to);
    }
    let rest = text.get(place..)?;
    let rest = rest.get(..span.most).unwrap_or(rest);
    let length = span.characters.run(rest);
    (length >= span.least).then_some(place + length)
}

/// Where the least characters of a span end.
fn least(span: &Span, text: &[u8], place: usize) -> Option<usize> {
    (0..span.least).try_fold(place, |to, _| span.characters.step(text, to))
}

/// The first place where a span can end, after at most so many characters, of which some are left.
fn more(span: &Span, next: &Set, text: &[u8], mut place: usize, mut left: usize) -> Option<(usize, usize)> {
    while !next.is_at(text, place) {
        left = left.checked_sub(1)?;
        place = span.characters.step(text, place)?;
    }
    Some((place, left))
}

fn is_boundary(text: &[u8], place: usize) -> bool {
    text.get(place).is_none_or(|byte| byte & 0xc0 != 0x80)
}

fn holds(look: Look, text: &[u8], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| text.get(before)).copied();
    let behind = text.get(place).copied();
    let is_word = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match look {
        Look::Start => place == 0,
        Look::End => behind.is_none(),
        Look::StartLF => before.is_none_or(|byte| byte == b'\n'),
        Look::EndLF => behind.is_none_or(|byte| byte == b'\n'),
        Look::WordAscii => is_word(before) != is_word(behind),
        Look::WordAsciiNegate => is_word(before) == is_word(behind),
        _ => false,
    }
}
