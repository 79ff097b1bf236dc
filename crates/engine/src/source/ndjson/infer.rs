//! The first reading: which fields there are, and of what types.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::shape::Shapes;
use crate::source::{
    builder::Value,
    chunk::{self, Chunk, Chunks},
    schema::{Fields, Seen},
    text::Inferred,
};

/// Of so many events in a part of a file that cannot be read the places are kept.
const MOST_BAD: usize = 1024;

/// Reads all events for the types of their fields.
///
/// # Errors
/// Where the file cannot be read; events that are no JSON objects are counted.
pub(crate) fn infer(mut chunks: Chunks) -> std::io::Result<Inferred> {
    let mut found = Inferred::default();
    let mut path = String::new();
    let mut shapes = Shapes::new();
    while let Some(chunk) = chunks.next()? {
        let is_text = std::str::from_utf8(chunk.bytes).is_ok();
        for range in chunk.events {
            path.clear();
            found.events += 1;
            let line = chunk.event(range);
            let is_text = is_text || std::str::from_utf8(line).is_ok();
            if is_text && shapes.note(line, &mut found.fields).is_some() {
                continue;
            }
            if event(line, &mut found.fields, &mut path).is_err() {
                count(&chunk, range, &mut found);
            }
        }
    }
    Ok(found)
}

/// Whether a line is an event: a JSON object.
pub(crate) fn is_event(line: &[u8]) -> bool {
    event(line, &mut Fields::default(), &mut String::new()).is_ok()
}

fn count(chunk: &Chunk<'_>, range: &std::ops::Range<usize>, found: &mut Inferred) {
    found.skipped += 1;
    if found.bad.len() < MOST_BAD {
        found.bad.push(chunk.offset + range.start as u64);
    }
    if found.first_skipped.is_none() {
        found.first_skipped = Some(chunk.line(range));
    }
}

/// Notes the fields of an event.
pub(super) fn event(line: &[u8], fields: &mut Fields, path: &mut String) -> serde_json::Result<()> {
    let whole = Place { fields, path, listed: false, element: false };
    super::read(&mut serde_json::Deserializer::from_str(&chunk::text(line)), Root(whole))
}

/// Where in the event the reading is.
struct Place<'a> {
    fields: &'a mut Fields,
    /// The name of the field; empty at the top.
    path: &'a mut String,
    /// Whether an array is around it, at whatever distance.
    listed: bool,
    /// Whether the value stands directly in an array: an object is then below `name{}`.
    element: bool,
}

impl Place<'_> {
    fn note<E>(self, value: Value<'_>) -> Result<(), E> {
        let seen = Seen::of(value);
        self.fields.note(self.path, seen);
        if self.listed {
            self.fields.note(self.path, Seen::LIST);
        }
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let length = self.path.len();
        while map.next_key_seed(Key(self.path))?.is_some() {
            map.next_value_seed(Place { fields: self.fields, path: self.path, listed: self.listed, element: false })?;
            self.path.truncate(length);
        }
        Ok(())
    }
}

/// Adds a key to the path.
struct Key<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push('.');
        }
        self.0.push_str(key);
        Ok(())
    }
}

/// The event itself: an object or nothing.
struct Root<'a>(Place<'a>);

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.object(map)
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.note(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.note(Value::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.note(i64::try_from(number).map_or(Value::Unsigned(number), Value::Integer))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.note(Value::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.note(Value::Text(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        if self.element {
            self.path.push_str("{}");
        }
        self.object(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let length = self.path.len();
        loop {
            let element = Place { fields: self.fields, path: self.path, listed: true, element: true };
            if seq.next_element_seed(element)?.is_none() {
                return Ok(());
            }
            self.path.truncate(length);
        }
    }
}
