//! The wanted fields as a tree over the keys of an event, and the reading along it.
//!
//! A key with dots is walked like nested objects: `{"a.b": 1}` and `{"a": {"b": 1}}` are the same field.

use std::{
    fmt,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use indexmap::IndexMap;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::source::{
    builder::{Builder, Value},
    schema::{Columns, SEQUENCE, TIME},
};

/// A place in the event: what to do with a value here, and what lies below.
#[derive(Default)]
pub(super) struct Node {
    column: Option<usize>,
    /// The column of `_time`, and how good a source of it this is.
    time: Option<(usize, usize)>,
    children: IndexMap<String, Node>,
    /// Which child is likely the next: keys mostly come in the same order.
    next: AtomicUsize,
    /// Below the objects of an array.
    elements: Option<Box<Node>>,
}

impl Node {
    pub(super) fn new(columns: &Columns, places: &[usize]) -> Self {
        let mut root = Node::default();
        for (column, place) in places.iter().enumerate() {
            match columns.kinds.get(*place).map_or("", |(name, _)| name.as_str()) {
                TIME => {
                    for (rank, key) in columns.time_keys.iter().enumerate() {
                        root.make(key).time = Some((column, rank));
                    }
                }
                // The planner's own; a field of that name would be no field of the event.
                SEQUENCE => {}
                name if !columns.is_said(name) => {}
                name => root.make(name).column = Some(column),
            }
        }
        root
    }

    /// Whether nothing below is wanted.
    pub(super) fn is_leaf(&self) -> bool {
        self.children.is_empty() && self.elements.is_none()
    }

    fn make(&mut self, path: &str) -> &mut Node {
        path.split('.').fold(self, |node, segment| {
            let (key, arrays) = unlist(segment);
            let child = node.children.entry(key.to_owned()).or_default();
            (0..arrays).fold(child, |node, _| node.elements.get_or_insert_default())
        })
    }

    fn child(&self, key: &str) -> Option<&Node> {
        let likely = self.next.load(Relaxed);
        let (place, child) = match self.children.get_index(likely) {
            Some((known, child)) if known == key => (likely, child),
            _ => self.children.get_full(key).map(|(place, _, child)| (place, child))?,
        };
        self.next.store(place + 1, Relaxed);
        Some(child)
    }

    fn find(&self, key: &str) -> Option<&Node> {
        if let Some(child) = self.child(key) {
            return Some(child);
        }
        if !key.contains(['.', '{']) {
            return None;
        }
        key.split('.').try_fold(self, |node, segment| {
            let (key, arrays) = unlist(segment);
            let child = node.child(key)?;
            (0..arrays).try_fold(child, |node, _| node.elements.as_deref())
        })
    }

    fn push(&self, builder: &mut Builder, value: Value<'_>, element: bool) {
        match self.column {
            Some(column) => {
                if element {
                    builder.note_element(column);
                }
                builder.push(column, value);
            }
            None if self.time.is_none() => builder.note_misfit(),
            None => {}
        }
        if let Some((column, rank)) = self.time {
            builder.push_time(column, rank, value);
        }
    }
}

/// The place of what is not wanted.
static UNWANTED: LazyLock<Node> = LazyLock::new(Node::default);

/// Splits `items{}` into its key and the number of arrays.
fn unlist(segment: &str) -> (&str, usize) {
    let key = segment.trim_end_matches("{}");
    (key, (segment.len() - key.len()) / 2)
}

/// Reads an object along a node.
pub(super) struct ObjectSeed<'a> {
    pub(super) node: &'a Node,
    pub(super) builder: &'a mut Builder,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(child) = map.next_key_seed(KeySeed(self.node))? {
            match child {
                Some(node) => map.next_value_seed(ValueSeed { node, builder: self.builder, element: false })?,
                None if self.builder.is_strict() => {
                    map.next_value_seed(ValueSeed { node: &UNWANTED, builder: self.builder, element: false })?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Finds the node of a key.
struct KeySeed<'a>(&'a Node);

impl<'de, 'a> DeserializeSeed<'de> for KeySeed<'a> {
    type Value = Option<&'a Node>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for KeySeed<'a> {
    type Value = Option<&'a Node>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(key))
    }
}

/// Reads a value into what its node wants.
struct ValueSeed<'a> {
    node: &'a Node,
    builder: &'a mut Builder,
    /// Whether the value stands in an array: plain ones belong to its node, objects to the one below.
    element: bool,
}

impl ValueSeed<'_> {
    fn push(self, value: Value<'_>) {
        self.node.push(self.builder, value, self.element);
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.push(Value::Bool(value));
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.push(Value::Integer(number));
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        let value = i64::try_from(number).map_or(Value::Unsigned(number), Value::Integer);
        self.push(value);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.push(Value::Float(number));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.push(Value::Text(text));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let node = if self.element { self.node.elements.as_deref() } else { Some(self.node) };
        let node = match node {
            _ if self.builder.is_strict() => Some(node.unwrap_or(&UNWANTED)),
            node => node.filter(|node| !node.is_leaf()),
        };
        match node {
            Some(node) => ObjectSeed { node, builder: self.builder }.visit_map(map),
            None => {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(())
            }
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(ValueSeed { node: self.node, builder: self.builder, element: true })?.is_some() {}
        Ok(())
    }
}
