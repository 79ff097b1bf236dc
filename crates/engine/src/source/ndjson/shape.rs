//! The keys of events as a tree that grows with them, for the first reading: `{"a": {"b": 1}}` leads to `a.b`.
//!
//! Events of a file mostly have the same keys in the same order. So each key knows which one came after it the last time, and that
//! is looked for first: one comparison of bytes, and no name is put together. A place knows what was noted of its field, and only
//! what is new reaches [`Fields`].

use hashbrown::HashMap;
use speleo_functions::token::{DEEPEST, Plain, Tokens};

use super::number;
use crate::source::schema::{Fields, Seen};

/// Events with more keys than this are left to the reading that keeps none.
const MOST: usize = 65_536;

/// The tree.
pub(super) struct Shapes {
    places: Vec<Place>,
}

/// A place in events.
#[derive(Default)]
struct Place {
    /// The name of the field here.
    path: String,
    seen: Seen,
    /// The keys of objects here, as they came first.
    keys: Vec<Key>,
    by_name: HashMap<Box<[u8]>, usize>,
    /// The key with which an object began the last time.
    first: usize,
    /// The place of the objects of an array.
    elements: Option<usize>,
}

/// A key of an object.
struct Key {
    /// As it is written, with its quotes.
    quoted: Box<[u8]>,
    place: usize,
    /// The key that came after it the last time.
    next: usize,
}

impl Shapes {
    pub(super) fn new() -> Self {
        Self { places: vec![Place::default()] }
    }

    /// Notes the fields of an event that is text; none where it is not usual. What was noted until then the slower reading notes too.
    pub(super) fn note(&mut self, event: &[u8], fields: &mut Fields) -> Option<()> {
        let mut tokens = Tokens::new(event);
        tokens.take(b'{')?;
        self.object(&mut tokens, 0, false, 0, fields)?;
        tokens.is_at_end().then_some(())
    }

    /// Reads an object whose brace was passed.
    fn object(
        &mut self,
        tokens: &mut Tokens<'_>,
        place: usize,
        listed: bool,
        depth: usize,
        fields: &mut Fields,
    ) -> Option<()> {
        if tokens.peek()? == b'}' {
            tokens.pass();
            return Some(());
        }
        let mut last = None;
        loop {
            if tokens.peek()? != b'"' {
                return None;
            }
            let (key, inner) = self.key(tokens, place, last)?;
            last = Some(key);
            tokens.take(b':')?;
            let first = tokens.peek()?;
            self.value(tokens, first, inner, (listed, false), depth + 1, fields)?;
            if !tokens.goes_on(b'}')? {
                return Some(());
            }
        }
    }

    /// Reads a value that is in an array at whatever distance (`listed`), or directly (`element`).
    fn value(
        &mut self,
        tokens: &mut Tokens<'_>,
        first: u8,
        place: usize,
        (listed, element): (bool, bool),
        depth: usize,
        fields: &mut Fields,
    ) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match first {
            b'{' => {
                tokens.pass();
                let place = if element { self.elements(place)? } else { place };
                self.object(tokens, place, listed, depth, fields)
            }
            b'[' => {
                tokens.pass();
                if tokens.peek()? == b']' {
                    tokens.pass();
                    return Some(());
                }
                loop {
                    let first = tokens.peek()?;
                    self.value(tokens, first, place, (true, true), depth + 1, fields)?;
                    if !tokens.goes_on(b']')? {
                        return Some(());
                    }
                }
            }
            _ => {
                let seen = match tokens.plain(first)? {
                    Plain::Null => return Some(()),
                    Plain::Bool(_) | Plain::Text(_) => Seen::TEXT,
                    Plain::Integer(number) => Seen::of_integer(number),
                    Plain::Number(bytes, is_exact) => {
                        // Whether a double with a point is one is seen without its value.
                        let is_float = is_exact && bytes.contains(&b'.');
                        if is_float { Seen::FLOAT } else { Seen::of(number(bytes)?) }
                    }
                };
                let known = self.places.get_mut(place)?;
                let before = known.seen;
                known.seen.add(seen);
                if listed {
                    known.seen.add(Seen::LIST);
                }
                if known.seen != before {
                    fields.note(&known.path, known.seen);
                }
                Some(())
            }
        }
    }

    /// The key that comes next, and the place to which it leads.
    fn key(&mut self, tokens: &mut Tokens<'_>, place: usize, last: Option<usize>) -> Option<(usize, usize)> {
        let known = self.places.get(place)?;
        let likely = last.map_or(Some(known.first), |last| known.keys.get(last).map(|last| last.next))?;
        if let Some(key) = known.keys.get(likely)
            && tokens.take_if(&key.quoted)
        {
            return Some((likely, key.place));
        }
        let name = tokens.text().filter(|name| !name.is_escaped)?.bytes;
        let key = match known.by_name.get(name) {
            Some(key) => *key,
            None => self.add(place, name)?,
        };
        let known = self.places.get_mut(place)?;
        match last {
            Some(last) => known.keys.get_mut(last)?.next = key,
            None => known.first = key,
        }
        Some((key, known.keys.get(key)?.place))
    }

    fn add(&mut self, place: usize, name: &[u8]) -> Option<usize> {
        let inner = self.places.len();
        let known = self.places.get_mut(place).filter(|_| inner < MOST)?;
        let text = std::str::from_utf8(name).ok()?;
        let path = if known.path.is_empty() { text.to_owned() } else { format!("{}.{text}", known.path) };
        let key = known.keys.len();
        let quoted = [b"\"", name, b"\""].concat().into();
        known.keys.push(Key { quoted, place: inner, next: key + 1 });
        known.by_name.insert(name.into(), key);
        self.places.push(Place { path, ..Place::default() });
        Some(key)
    }

    fn elements(&mut self, place: usize) -> Option<usize> {
        let inner = self.places.len();
        let known = self.places.get_mut(place)?;
        if let Some(elements) = known.elements {
            return Some(elements);
        }
        known.elements = Some(inner);
        let path = format!("{}{{}}", known.path);
        self.places.push(Place { path, ..Place::default() });
        Some(inner)
    }
}
