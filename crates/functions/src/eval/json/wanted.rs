//! Several values of a JSON text in one walk along its bytes: `user.name`, `items{}.sku` and `response.bytes`.
//!
//! What is unusual (an escaped key, a wanted key twice in an object, a key with points that may be a way as well) is only said to be
//! so: the caller then reads the text as `serde_json` does. What is off all ways is checked as there, and built nowhere.

use serde_json::Value;

use super::path::Step;
use crate::{
    token::{DEEPEST, Plain, Tokens},
    value::format_number,
};

/// So many keys of an object can be wanted.
const MOST_KEYS: usize = 64;

/// The ways to what is wanted, as a tree. The first place is the root.
#[derive(Debug)]
pub(crate) struct Wanted {
    places: Vec<Place>,
    form: Form,
}

/// How what is wanted is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// By one path; objects and arrays count.
    Path,
    /// By the names that values get which hold no others.
    Names,
}

/// A place in texts.
#[derive(Debug, Default)]
struct Place {
    keys: Vec<(Box<[u8]>, usize)>,
    /// The place of an array's elements.
    elements: Option<usize>,
    /// The place of one element.
    element: Option<(usize, usize)>,
    /// Which of the wanted values stands here.
    slot: Option<usize>,
}

/// What a key means at a place.
enum Meaning {
    /// Nothing.
    Off,
    /// The way to a place, and which of the keys it is.
    Way(usize, u64),
    /// What only a slower reading knows.
    Unusual,
}

impl Wanted {
    /// The tree of one path.
    pub(crate) fn path(steps: &[Step]) -> Self {
        let mut wanted = Self { places: vec![Place::default()], form: Form::Path };
        let mut place = 0;
        for step in steps {
            let inner = wanted.places.len();
            let Some(known) = wanted.places.get_mut(place) else { break };
            match step {
                Step::Key(key) => known.keys.push((key.as_bytes().into(), inner)),
                Step::All => known.elements = Some(inner),
                Step::Index(index) => known.element = Some((*index, inner)),
                // No JSON has any.
                Step::Attribute(_) => {}
            }
            wanted.places.push(Place::default());
            place = inner;
        }
        if let Some(last) = wanted.places.last_mut() {
            last.slot = Some(0);
        }
        wanted
    }

    /// The tree of some names; none where they are too many or too odd.
    pub(crate) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Option<Self> {
        let mut wanted = Self { places: vec![Place::default()], form: Form::Names };
        for (slot, name) in names.into_iter().enumerate() {
            let mut place = 0;
            for segment in name.split('.') {
                let key = segment.trim_end_matches("{}");
                if key.is_empty() && (place > 0 || segment.is_empty()) {
                    return None;
                }
                if !key.is_empty() {
                    place = wanted.key(place, key)?;
                }
                for _ in 0..(segment.len() - key.len()) / 2 {
                    place = wanted.elements(place)?;
                }
            }
            wanted.places.get_mut(place)?.slot = Some(slot);
        }
        Some(wanted)
    }

    fn key(&mut self, place: usize, key: &str) -> Option<usize> {
        let inner = self.places.len();
        let known = self.places.get_mut(place)?;
        if let Some((_, place)) = known.keys.iter().find(|(known, _)| **known == *key.as_bytes()) {
            return Some(*place);
        }
        if known.keys.len() == MOST_KEYS {
            return None;
        }
        known.keys.push((key.as_bytes().into(), inner));
        self.places.push(Place::default());
        Some(inner)
    }

    fn elements(&mut self, place: usize) -> Option<usize> {
        let inner = self.places.len();
        let known = self.places.get_mut(place)?;
        if known.elements.is_none() {
            known.elements = Some(inner);
            self.places.push(Place::default());
        }
        self.places.get(place)?.elements
    }

    fn meaning(&self, place: &Place, key: &[u8]) -> Meaning {
        for (turn, (known, inner)) in place.keys.iter().enumerate() {
            if **known == *key {
                return Meaning::Way(*inner, 1 << turn);
            }
            // `a.b` may be the way to that name as well as `a` and `b` below it.
            let goes_on = || matches!(key.get(known.len()), Some(b'.' | b'{')) && key.starts_with(known);
            if self.form == Form::Names && goes_on() {
                return Meaning::Unusual;
            }
        }
        if self.form == Form::Names && key.is_empty() { Meaning::Unusual } else { Meaning::Off }
    }
}

/// What was found of a text, in its order.
#[derive(Debug, Default)]
pub(crate) struct Found {
    values: Vec<Piece>,
    /// What is not in the text as it shows.
    made: String,
}

/// A value.
#[derive(Debug)]
struct Piece {
    slot: usize,
    start: usize,
    end: usize,
    origin: Origin,
}

#[derive(Debug, Clone, Copy)]
enum Origin {
    Null,
    Text,
    Made,
}

impl Found {
    /// Finds what is wanted of a text. None where the text is unusual; what is found then means nothing.
    pub(crate) fn read(&mut self, text: &str, wanted: &Wanted) -> Option<()> {
        self.values.clear();
        self.made.clear();
        let mut walk = Walk { tokens: Tokens::new(text.as_bytes()), text, wanted, found: self };
        let first = walk.tokens.peek()?;
        walk.value(first, wanted.places.first()?, 0)?;
        // Who reads all fields builds all numbers, and a text with one that is too large is none to them.
        let is_whole = walk.tokens.is_at_end() && !(wanted.form == Form::Names && walk.tokens.is_large());
        is_whole.then_some(())
    }

    /// The values as SPL shows them with their slots, in the order of the text; none for null.
    pub(crate) fn values<'f>(&'f self, text: &'f str) -> impl Iterator<Item = (usize, Option<&'f str>)> {
        self.values.iter().map(move |piece| {
            let range = piece.start..piece.end;
            let value = match piece.origin {
                Origin::Null => None,
                Origin::Text => text.get(range),
                Origin::Made => self.made.get(range),
            };
            (piece.slot, value)
        })
    }
}

/// A walk through one text.
struct Walk<'t, 'w> {
    tokens: Tokens<'t>,
    text: &'t str,
    wanted: &'w Wanted,
    found: &'w mut Found,
}

impl<'w> Walk<'_, 'w> {
    fn value(&mut self, first: u8, place: &'w Place, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match (first, place.slot) {
            (b'{' | b'[', Some(slot)) if self.wanted.form == Form::Path => {
                let start = self.tokens.place();
                self.tokens.skip(first, depth)?;
                let value: Value = serde_json::from_str(self.text.get(start..self.tokens.place())?).ok()?;
                self.make(slot, &value.to_string());
                Some(())
            }
            (b'{', _) if !place.keys.is_empty() => self.object(place, depth),
            (b'[', _) if place.elements.is_some() || place.element.is_some() => self.array(place, depth),
            (b'{' | b'[', _) | (_, None) => self.tokens.skip(first, depth),
            (_, Some(slot)) => self.plain(first, slot),
        }
    }

    /// Reads an object whose brace was peeked at.
    fn object(&mut self, place: &'w Place, depth: usize) -> Option<()> {
        self.tokens.pass();
        if self.tokens.peek()? == b'}' {
            self.tokens.pass();
            return Some(());
        }
        let mut passed = 0;
        loop {
            if self.tokens.peek()? != b'"' {
                return None;
            }
            let key = self.tokens.text().filter(|key| !key.is_escaped)?.bytes;
            self.tokens.take(b':')?;
            let first = self.tokens.peek()?;
            match self.wanted.meaning(place, key) {
                Meaning::Off => self.tokens.skip(first, depth + 1)?,
                Meaning::Way(inner, bit) if passed & bit == 0 => {
                    passed |= bit;
                    self.value(first, self.wanted.places.get(inner)?, depth + 1)?;
                }
                Meaning::Way(..) | Meaning::Unusual => return None,
            }
            if !self.tokens.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    /// Reads an array whose bracket was peeked at.
    fn array(&mut self, place: &'w Place, depth: usize) -> Option<()> {
        self.tokens.pass();
        if self.tokens.peek()? == b']' {
            self.tokens.pass();
            return Some(());
        }
        let mut turn = 0;
        loop {
            let first = self.tokens.peek()?;
            let one = place.element.filter(|(index, _)| *index == turn).map(|(_, inner)| inner);
            match place.elements.or(one) {
                Some(inner) => self.value(first, self.wanted.places.get(inner)?, depth + 1)?,
                None => self.tokens.skip(first, depth + 1)?,
            }
            turn += 1;
            if !self.tokens.goes_on(b']')? {
                return Some(());
            }
        }
    }

    fn plain(&mut self, first: u8, slot: usize) -> Option<()> {
        let start = self.tokens.place();
        let plain = self.tokens.plain(first)?;
        let end = self.tokens.place();
        let (start, end, origin) = match plain {
            Plain::Null => (start, end, Origin::Null),
            Plain::Bool(_) | Plain::Integer(_) => (start, end, Origin::Text),
            Plain::Text(text) if !text.is_escaped => (start + 1, end - 1, Origin::Text),
            Plain::Text(text) => {
                let text = text.plain()?;
                self.make(slot, &text);
                return Some(());
            }
            Plain::Number(bytes, _) => match shown(bytes) {
                Some(length) => (start, start + length, Origin::Text),
                None => {
                    let number: serde_json::Number = serde_json::from_slice(bytes).ok()?;
                    match number.as_f64().filter(|_| number.is_f64()) {
                        Some(number) => self.make(slot, &format_number(number)),
                        None => self.make(slot, &number.to_string()),
                    }
                    return Some(());
                }
            },
        };
        self.found.values.push(Piece { slot, start, end, origin });
        Some(())
    }

    fn make(&mut self, slot: usize, value: &str) {
        let start = self.found.made.len();
        self.found.made.push_str(value);
        let end = self.found.made.len();
        self.found.values.push(Piece { slot, start, end, origin: Origin::Made });
    }
}

/// How much of a number with a point shows; none where it shows otherwise than it is written. Up to 15 digits are the shortest
/// that read back as their double, but for noughts at the end.
fn shown(bytes: &[u8]) -> Option<usize> {
    let (whole, point) = match bytes {
        [b'-', rest @ ..] => (rest, 1),
        rest => (rest, 0),
    };
    let point_at = whole.iter().position(|byte| *byte == b'.')?;
    let is_small = whole.len() <= 16 && whole.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    // Small ones may show with an exponent, and nought has no sign.
    let is_plain = whole.first() != Some(&b'0') || whole.get(point_at + 1).is_some_and(|digit| *digit != b'0');
    if !is_small || !is_plain {
        return None;
    }
    let noughts = whole.iter().rev().take_while(|byte| **byte == b'0').count();
    let kept = whole.len() - noughts;
    let kept = if kept == point_at + 1 { point_at } else { kept };
    Some(point + kept)
}

#[cfg(test)]
#[path = "wanted/tests.rs"]
mod tests;
