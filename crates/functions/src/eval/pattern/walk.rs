//! The groups of a match by walking along the text: `"(?<verb>[A-Z]+) \S* HTTP/1.1" (?<status>\d{3})`.
//!
//! Most patterns that take fields out of events say at each place by the next byte alone how to go on: the capitals end where a
//! blank is. A walk along them finds the match and its groups at once, where automata first look for its bounds. Where the next byte does
//! not say it, the walk takes the way that Perl would and goes back if it has to. Its first match is thus that of every engine with
//! Perl's order. Going back can take long, which a budget ends: the automaton, linear whatever comes, takes the text then.
//! Deliberately absent: classes with only some characters beyond ASCII, save in texts of ASCII, and repetitions of what may
//! match nothing.

mod ahead;
mod begin;
mod compile;
mod machine;
mod set;
#[cfg(test)]
mod tests;

use memchr::memmem::Finder;

use self::{
    begin::{Begin, first_text, leading_run, longest_text},
    compile::{Compiler, Span, Step},
};

/// The longest pattern that is looked at.
const LONGEST: usize = 4096;

/// The shortest text that is looked for before a walk, where a match must have it.
const TELLING: usize = 3;

/// The longest text of which is looked whether it is ASCII: in a longer one many matches may be searched for, one after the other.
const LONG: usize = 4096;

/// A place that a group does not have.
const NOWHERE: usize = usize::MAX;

/// A pattern as steps.
#[derive(Debug, Clone)]
pub struct Walk {
    steps: Vec<Step>,
    begin: Begin,
    /// The run with which each match begins. If none begins with its first character, none does within it: it would go on from the
    /// same places.
    run: Option<Box<Span>>,
    /// A text that each match has.
    required: Option<Finder<'static>>,
    needs_ascii: bool,
    ends: Vec<(usize, usize)>,
    /// Groups with that of the whole match.
    groups: usize,
}

/// The places of a match, and what a walk has to remember on its way.
#[derive(Debug)]
pub(super) struct Places {
    /// Of each group the start and the end.
    places: Vec<usize>,
    frames: Vec<machine::Frame>,
    /// The step at which a match is complete.
    end: usize,
}

/// How a search ended.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub(super) enum Found {
    /// With a match.
    Match(usize, usize),
    /// There is none.
    Nothing,
    /// It took too long, or the text is none for a walk.
    Unknown,
}

impl Walk {
    /// The walk of a pattern; none where it has something that walks do not know.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        if pattern.len() > LONGEST {
            return None;
        }
        let hir = regex_syntax::parse(pattern).ok()?;
        let mut compiler = Compiler::default();
        compiler.pattern(&hir)?;
        let Compiler { steps, needs_ascii, ends, .. } = compiler;
        let groups = hir.properties().explicit_captures_len() + 1;
        let first = first_text(&hir);
        let begin = Begin::new(&hir, &steps)?;
        // Of what begins vaguely, it is looked first whether it can be there.
        let is_vague = first.is_none() && matches!(begin, Begin::Few(_) | Begin::Set(_));
        let required = longest_text(&hir).filter(|text| is_vague && text.len() >= TELLING);
        let required = required.map(|text| Finder::new(text).into_owned());
        Some(Self {
            run: leading_run(&steps).map(|(run, _)| Box::new(run.clone())),
            steps,
            begin,
            required,
            needs_ascii,
            ends,
            groups,
        })
    }

    /// Room for the places of the groups.
    pub(super) fn places(&self) -> Places {
        Places { places: vec![NOWHERE; 2 * self.groups], frames: Vec::new(), end: self.steps.len() }
    }

    /// As [`Self::places`] where no group counts behind the one that is given, nor where the match ends: it is not followed to its end
    /// if it surely has one.
    pub(super) fn places_until(&self, last: usize) -> Places {
        let end = self.ends.iter().find(|(_, groups)| *groups >= last).map(|(step, _)| *step);
        Places { end: end.unwrap_or(self.steps.len()), ..self.places() }
    }

    /// The first match that begins at or behind a place.
    pub(super) fn find(&self, text: &str, start: usize, places: &mut Places) -> Found {
        let bytes = text.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        // The character before the place counts for `\B`.
        let seen = bytes.get(start.saturating_sub(1)..).unwrap_or_default();
        if self.needs_ascii && (seen.len() > LONG || !seen.is_ascii()) {
            return Found::Unknown;
        }
        if self.required.as_ref().is_some_and(|required| required.find(rest).is_none()) {
            return Found::Nothing;
        }
        let mut budget = machine::budget(rest);
        let mut place = start;
        loop {
            let Some(from) = self.begin.next(self.run.as_deref(), bytes, place) else { return Found::Nothing };
            match self.walk(bytes, from, places, &mut budget) {
                Found::Nothing => {}
                found => return found,
            }
            if let Begin::Start = self.begin {
                return Found::Nothing;
            }
            let run = self.run.as_ref().map_or(0, |run| run.characters.run(bytes.get(from..).unwrap_or_default()));
            place = from + run.max(1);
        }
    }
}

impl Places {
    /// The place of a group.
    pub(super) fn get(&self, number: usize) -> Option<(usize, usize)> {
        let (start, end) = (*self.places.get(2 * number)?, *self.places.get(2 * number + 1)?);
        (end != NOWHERE).then_some((start, end))
    }

    /// Sets the places of all groups.
    pub(super) fn set(&mut self, of: impl Fn(usize) -> Option<(usize, usize)>) {
        for (number, pair) in self.places.chunks_exact_mut(2).enumerate() {
            let (start, end) = of(number).unwrap_or((NOWHERE, NOWHERE));
            pair.copy_from_slice(&[start, end]);
        }
    }
}
