//! The values of several names in a JSON text, found in one pass: `user`, `u.name`, `tags{}`, `items{}.id`.
//!
//! A name is the way to a value: `.` goes into an object, `{}` takes each element of an array. A key that has a point itself counts
//! as well. What is off all ways is checked and skipped, not built.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::slots::Slots;
use crate::value::format_number;

/// The names that are looked for in one text after the other.
pub(super) struct Wanted {
    names: Vec<String>,
    ways: Vec<Way>,
}

impl Wanted {
    pub(super) fn new(names: Vec<String>) -> Self {
        Self { names, ways: Vec::new() }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Adds the values of the names to their slots. False where the text is no JSON; what came before the fault is in the
    /// slots then.
    pub(super) fn read(&mut self, text: &str, slots: &mut Slots) -> bool {
        self.ways.clear();
        self.ways.extend((0..self.names.len()).map(|name| Way { name, at: 0 }));
        let end = self.ways.len();
        let mut reader = serde_json::Deserializer::from_str(text);
        let walk = Walk { names: &self.names, ways: &mut self.ways, start: 0, end, slots, is_root: true };
        walk.deserialize(&mut reader).is_ok() && reader.end().is_ok()
    }
}

/// Visits the names of the values, which may come again. False where the text is no JSON; what came before the fault was visited then.
pub(super) fn names(text: &str, visit: &mut dyn FnMut(&str)) -> bool {
    let mut reader = serde_json::Deserializer::from_str(text);
    let walk = Names { path: &mut String::new(), visit };
    walk.deserialize(&mut reader).is_ok() && reader.end().is_ok()
}

/// A name, and how much of it the walk has gone.
#[derive(Clone, Copy)]
struct Way {
    name: usize,
    at: usize,
}

/// A value, with the ways that lead to it or into it: `ways[start..end]`.
struct Walk<'w> {
    names: &'w [String],
    ways: &'w mut Vec<Way>,
    start: usize,
    end: usize,
    slots: &'w mut Slots,
    is_root: bool,
}

impl Walk<'_> {
    /// The rest of a way's name.
    fn rest(&self, place: usize) -> Option<(Way, &str)> {
        let way = *self.ways.get(place)?;
        Some((way, self.names.get(way.name)?.get(way.at..)?))
    }

    /// A plain value: it belongs to the names that end here.
    fn value(&mut self, text: &str) {
        for place in self.start..self.end {
            if let Some((way, "")) = self.rest(place) {
                self.slots.add(way.name, text);
            }
        }
    }

    /// A number, whose text is only made where somebody wants it.
    fn number(&mut self, text: impl FnOnce() -> String) {
        if (self.start..self.end).any(|place| matches!(self.rest(place), Some((_, "")))) {
            self.value(&text());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let top = self.ways.len();
        let key = |walk: &mut Walk<'_>, map: &mut A| {
            let seed =
                Key { names: walk.names, ways: walk.ways, start: walk.start, end: walk.end, is_root: walk.is_root };
            map.next_key_seed(seed)
        };
        let mut walk = self;
        while key(&mut walk, &mut map)?.is_some() {
            let end = walk.ways.len();
            if end == top {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let (names, is_root) = (walk.names, false);
            map.next_value_seed(Walk { names, ways: walk.ways, start: top, end, slots: walk.slots, is_root })?;
            walk.ways.truncate(top);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let top = self.ways.len();
        for place in self.start..self.end {
            if let Some((way, rest)) = self.rest(place)
                && rest.starts_with("{}")
            {
                self.ways.push(Way { name: way.name, at: way.at + 2 });
            }
        }
        let end = self.ways.len();
        loop {
            let more = if end == top {
                elements.next_element::<IgnoredAny>()?.is_some()
            } else {
                let (names, is_root) = (self.names, false);
                let walk = Walk { names, ways: self.ways, start: top, end, slots: self.slots, is_root };
                elements.next_element_seed(walk)?.is_some()
            };
            if !more {
                break;
            }
        }
        self.ways.truncate(top);
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.value(if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.number(|| value.to_string());
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.number(|| value.to_string());
        Ok(())
    }

    fn visit_f64<E>(mut self, value: f64) -> Result<(), E> {
        self.number(|| format_number(value));
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        self.value(value);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A key of an object: the ways that it is a step of go on behind it, on top of the others.
struct Key<'w> {
    names: &'w [String],
    ways: &'w mut Vec<Way>,
    start: usize,
    end: usize,
    is_root: bool,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        for place in self.start..self.end {
            let Some(way) = self.ways.get(place).copied() else { continue };
            let Some(rest) = self.names.get(way.name).and_then(|name| name.get(way.at..)) else { continue };
            let (rest, skipped) = match rest.strip_prefix('.') {
                Some(rest) if !self.is_root => (rest, 1),
                None if self.is_root => (rest, 0),
                _ => continue,
            };
            let behind = rest.strip_prefix(key);
            if behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(['.', '{'])) {
                self.ways.push(Way { name: way.name, at: way.at + skipped + key.len() });
            }
        }
        Ok(())
    }
}

/// A value and the way to it.
struct Names<'w> {
    path: &'w mut String,
    visit: &'w mut dyn FnMut(&str),
}

impl Names<'_> {
    fn value<E>(self) -> Result<(), E> {
        (self.visit)(self.path);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let length = self.path.len();
        while map.next_key_seed(Step(self.path))?.is_some() {
            map.next_value_seed(Names { path: self.path, visit: self.visit })?;
            self.path.truncate(length);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let length = self.path.len();
        self.path.push_str("{}");
        while elements.next_element_seed(Names { path: self.path, visit: self.visit })?.is_some() {}
        self.path.truncate(length);
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.value()
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        self.value()
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        self.value()
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.value()
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        self.value()
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Adds a key to a way.
struct Step<'w>(&'w mut String);

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Step<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(key);
        Ok(())
    }
}
