//! From a pattern to steps: `"(\d+)` is the byte `"`, the start of group 1, a run of digits, the end of group 1.

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::{
    ahead::Ahead,
    set::{Characters, Set},
};

/// The most steps of a pattern. A larger one is mostly one of counted groups.
const MOST_STEPS: usize = 512;

/// One step of a walk.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// One byte.
    Byte(u8),
    /// A text.
    Text(Box<[u8]>),
    /// One character.
    One(Box<Characters>),
    /// As many characters as there are. Fewer need never be tried.
    Run(Box<Span>),
    /// As many characters as there are, then fewer.
    Greedy(Box<Span>),
    /// As few characters as may be, then more.
    Lazy(Box<Span>),
    /// Notes the place: the start or end of a group.
    Place(usize),
    /// A condition on the place.
    Look(Look),
    /// Two ways.
    Fork(Box<Fork>),
    /// Goes on at another step.
    Jump(usize),
}

/// Characters again and again.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) characters: Characters,
    pub(super) least: usize,
    pub(super) most: usize,
    /// What may follow.
    pub(super) next: Set,
}

/// Two ways, of which one is tried first.
#[derive(Debug, Clone)]
pub(super) struct Fork {
    pub(super) preferred: usize,
    pub(super) other: usize,
    /// The bytes with which the preferred way may begin.
    pub(super) first: Set,
    /// Whether the other way need not be tried where those are met.
    pub(super) is_sure: bool,
}

/// The steps of a pattern so far.
#[derive(Debug, Default)]
pub(super) struct Compiler {
    pub(super) steps: Vec<Step>,
    /// Whether they are right for texts of ASCII alone.
    pub(super) needs_ascii: bool,
    /// How many groups there are before a step behind which nothing can fail, first to last.
    pub(super) ends: Vec<(usize, usize)>,
    groups: usize,
}

impl Compiler {
    /// Adds the whole pattern; none where steps cannot do it.
    pub(super) fn pattern(&mut self, hir: &Hir) -> Option<()> {
        let HirKind::Concat(parts) = hir.kind() else { return self.part(hir, &Ahead::END) };
        let aheads = Ahead::END.each(parts)?;
        for (part, (before, behind)) in parts.iter().zip(aheads.iter().zip(aheads.iter().skip(1))) {
            if before.is_sure {
                self.ends.push((self.steps.len(), self.groups));
            }
            self.part(part, behind)?;
        }
        Some(())
    }

    fn part(&mut self, part: &Hir, behind: &Ahead) -> Option<()> {
        match part.kind() {
            HirKind::Empty => Some(()),
            HirKind::Literal(text) => match *text.0 {
                [byte] => self.push(Step::Byte(byte)),
                _ => self.push(Step::Text(text.0.clone())),
            },
            HirKind::Class(class) => {
                let characters = self.characters(class)?;
                self.push(Step::One(Box::new(characters)))
            }
            HirKind::Look(look) => self.look(*look),
            HirKind::Repetition(repetition) => match repetition.sub.kind() {
                HirKind::Class(class) => self.span(class, repetition, behind),
                _ => self.repeated(repetition, behind),
            },
            HirKind::Capture(capture) => {
                let group = usize::try_from(capture.index).ok()?;
                self.groups = self.groups.max(group);
                self.push(Step::Place(2 * group))?;
                self.part(&capture.sub, behind)?;
                self.push(Step::Place(2 * group + 1))
            }
            HirKind::Concat(parts) => {
                let aheads = behind.each(parts)?;
                parts.iter().zip(aheads.iter().skip(1)).try_for_each(|(part, behind)| self.part(part, behind))
            }
            HirKind::Alternation(ways) => self.alternation(ways, behind),
        }
    }

    fn push(&mut self, step: Step) -> Option<()> {
        self.steps.push(step);
        (self.steps.len() <= MOST_STEPS).then_some(())
    }

    fn characters(&mut self, class: &Class) -> Option<Characters> {
        let (characters, is_cut) = Characters::new(class)?;
        self.needs_ascii |= is_cut;
        Some(characters)
    }

    fn look(&mut self, look: Look) -> Option<()> {
        match look {
            Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::WordAscii | Look::WordAsciiNegate => {
                self.push(Step::Look(look))
            }
            Look::WordUnicode | Look::WordUnicodeNegate => {
                self.needs_ascii = true;
                let negated = look == Look::WordUnicodeNegate;
                self.push(Step::Look(if negated { Look::WordAsciiNegate } else { Look::WordAscii }))
            }
            _ => None,
        }
    }

    fn span(&mut self, class: &Class, repetition: &Repetition, behind: &Ahead) -> Option<()> {
        let characters = self.characters(class)?;
        let least = usize::try_from(repetition.min).ok()?;
        let most = repetition.max.map_or(Some(usize::MAX), |most| usize::try_from(most).ok())?;
        let is_settled = behind.settles(&characters.set);
        let mut span = Box::new(Span { characters, least, most, next: behind.set.clone() });
        self.push(match (repetition.greedy, is_settled, behind.is_sure) {
            (_, true, _) | (true, _, true) => Step::Run(span),
            (false, _, true) => {
                span.most = least;
                Step::Run(span)
            }
            _ if least == most => Step::Run(span),
            (true, ..) => Step::Greedy(span),
            (false, ..) => Step::Lazy(span),
        })
    }

    /// A repetition of more than a class. What matches nothing is not repeated: when that ends is a matter of its own.
    fn repeated(&mut self, repetition: &Repetition, behind: &Ahead) -> Option<()> {
        let part = &repetition.sub;
        let is_optional = (repetition.min, repetition.max) == (0, Some(1));
        if !is_optional && part.properties().minimum_len().is_none_or(|least| least == 0) {
            return None;
        }
        let again = behind.before(&Hir::repetition(Repetition { min: 0, ..repetition.clone() }))?;
        let must = Ahead { is_sure: false, ..again.clone() };
        // Whether it comes again behind so many times.
        let next = |time: u32| match time + 1 {
            times if Some(times) == repetition.max => behind,
            times if times < repetition.min => &must,
            _ => &again,
        };
        for time in 0..repetition.min {
            self.part(part, next(time))?;
        }
        let Some(most) = repetition.max else {
            let head = self.steps.len();
            self.runs(part, behind)?;
            let fork = self.fork(repetition.greedy, &again.before(part)?, behind)?;
            self.part(part, &again)?;
            self.push(Step::Jump(head))?;
            return self.close(repetition.greedy, fork);
        };
        let mut forks = Vec::new();
        for time in repetition.min..most {
            forks.push(self.fork(repetition.greedy, &next(time).before(part)?, behind)?);
            self.part(part, next(time))?;
        }
        forks.into_iter().try_for_each(|fork| self.close(repetition.greedy, fork))
    }

    /// `(?:[^"\\]|\\.)*`: what is a run of characters, within a loop over ways that begin otherwise, is taken as one.
    fn runs(&mut self, part: &Hir, behind: &Ahead) -> Option<()> {
        let HirKind::Alternation(ways) = part.kind() else { return Some(()) };
        let Some(place) = ways.iter().position(|way| matches!(way.kind(), HirKind::Class(_))) else { return Some(()) };
        let mut others = behind.clone();
        for (_, way) in ways.iter().enumerate().filter(|(other, _)| *other != place) {
            others.set.join(&behind.before(way)?.set);
        }
        let Some(HirKind::Class(class)) = ways.get(place).map(Hir::kind) else { return Some(()) };
        let characters = self.characters(class)?;
        if !others.settles(&characters.set) {
            return Some(());
        }
        self.push(Step::Run(Box::new(Span { characters, least: 0, most: usize::MAX, next: Set::ALL })))
    }

    /// A fork before a part that may be left out. Where it leads to is known at [`Self::close`].
    fn fork(&mut self, greedy: bool, part: &Ahead, behind: &Ahead) -> Option<usize> {
        let (preferred, other) = if greedy { (part, behind) } else { (behind, part) };
        let place = self.steps.len();
        let is_sure = preferred.is_sure || other.settles(&preferred.set);
        let first = preferred.set.clone();
        self.push(Step::Fork(Box::new(Fork { preferred: place + 1, other: place + 1, first, is_sure })))?;
        Some(place)
    }

    /// The part that may be left out ends here.
    fn close(&mut self, greedy: bool, fork: usize) -> Option<()> {
        let end = self.steps.len();
        let Step::Fork(fork) = self.steps.get_mut(fork)? else { return None };
        *(if greedy { &mut fork.other } else { &mut fork.preferred }) = end;
        Some(())
    }

    fn alternation(&mut self, ways: &[Hir], behind: &Ahead) -> Option<()> {
        let aheads: Vec<Ahead> = ways.iter().map(|way| behind.before(way)).collect::<Option<_>>()?;
        let mut jumps = Vec::new();
        for (number, (way, ahead)) in ways.iter().zip(&aheads).enumerate() {
            let mut rest = Ahead { set: Set::EMPTY, is_sure: false };
            aheads.iter().skip(number + 1).for_each(|other| rest.set.join(&other.set));
            if number + 1 == ways.len() {
                self.part(way, behind)?;
                break;
            }
            let fork = self.fork(true, ahead, &rest)?;
            self.part(way, behind)?;
            jumps.push(self.steps.len());
            self.push(Step::Jump(0))?;
            self.close(true, fork)?;
        }
        let end = self.steps.len();
        for jump in jumps {
            *self.steps.get_mut(jump)? = Step::Jump(end);
        }
        Some(())
    }
}
