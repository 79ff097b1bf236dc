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

use hashbrown::DefaultHashBuilder;
use indexmap::IndexMap;
use memchr::memchr2;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::source::{
    builder::{Builder, Value},
    schema::{Columns, Kind, SEQUENCE, TIME},
};

/// Of up to so many children the one with a name is found by looking at all.
const FEW: usize = 8;

/// The wanted fields.
pub(super) struct Wanted {
    root: Node,
    /// The bits of what is wanted once; [`Self::ALL`] where more than that is wanted.
    once: u64,
    has_time: bool,
    /// Whether some name is that of bytes that are no text.
    is_odd: bool,
}

impl Wanted {
    /// What is never all found before an event ends.
    pub(super) const ALL: u64 = u64::MAX;

    pub(super) fn new(columns: &Columns, places: &[usize]) -> Self {
        let mut root = Node::default();
        let (mut bits, mut endless, mut has_time, mut is_odd) = (0, false, false, false);
        // A bit for each field with one value; the last one belongs to none.
        let mut next_bit = || {
            let bit = if bits < 63 { 1 << bits } else { 0 };
            bits += 1;
            bit
        };
        for (column, place) in places.iter().enumerate() {
            let Some((name, kind)) = columns.kinds.get(*place) else { continue };
            match name.as_str() {
                TIME => {
                    for (rank, key) in columns.time_keys.iter().enumerate() {
                        let node = root.make(key);
                        node.time = Some((column, rank));
                        if rank == 0 && node.bit == 0 {
                            node.bit = next_bit();
                        }
                        has_time = true;
                    }
                }
                // The planner's own; a field of that name would be no field of the event.
                SEQUENCE => {}
                name if !columns.is_said(name) => {}
                name => {
                    let node = root.make(name);
                    node.column = Some(column);
                    if node.bit == 0 {
                        node.bit = next_bit();
                    }
                    node.is_text = *kind == Kind::Text;
                    // Its values may stand anywhere.
                    endless |= *kind == Kind::List;
                    is_odd |= name.contains(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        let once = if endless || bits > 63 { Self::ALL } else { (1 << bits) - 1 };
        root.settle();
        Self { root, once, has_time, is_odd }
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// The bits of what is wanted; an event in which all of it was found has no more to say.
    pub(super) fn once(&self) -> u64 {
        self.once
    }

    /// Whether the time is wanted, and some key may hold it.
    pub(super) fn has_time(&self) -> bool {
        self.has_time
    }

    /// Whether some name is that of bytes that are no text: keys cannot be compared as they are written.
    pub(super) fn is_odd(&self) -> bool {
        self.is_odd
    }
}

/// A place in the event: what to do with a value here, and what lies below.
#[derive(Default)]
pub(super) struct Node {
    column: Option<usize>,
    /// The column of `_time`, and how good a source of it this is.
    time: Option<(usize, usize)>,
    children: IndexMap<String, Node, DefaultHashBuilder>,
    /// Which child is likely the next: keys mostly come in the same order.
    next: AtomicUsize,
    /// Below the objects of an array.
    elements: Option<Box<Node>>,
    /// What tells that a value was found here; none where that says nothing.
    bit: u64,
    /// Whether the column holds texts.
    is_text: bool,
    /// Whether something is wanted below the children.
    is_deep: bool,
}

impl Node {
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

    /// The same for a key as it is written; not for names of bytes that are no text.
    pub(super) fn find_bytes(&self, key: &[u8]) -> Option<&Node> {
        if self.children.len() > FEW {
            return self.find(std::str::from_utf8(key).ok()?);
        }
        let child = self.children.iter().find(|(name, _)| name.as_bytes() == key);
        match child {
            Some((_, child)) => Some(child),
            None if self.is_deep && memchr2(b'.', b'{', key).is_some() => self.find(std::str::from_utf8(key).ok()?),
            None => None,
        }
    }

    /// Where an object here belongs, itself in an array or not; none where nothing of it is wanted.
    pub(super) fn of_object(&self, element: bool, strict: bool) -> Option<&Node> {
        let node = if element { self.elements.as_deref() } else { Some(self) };
        if strict {
            return Some(node.unwrap_or(&UNWANTED));
        }
        node.filter(|node| !node.is_leaf())
    }

    /// What tells that a value was found here. A text that comes after a number takes its place in a column of texts.
    pub(super) fn bit(&self, is_number: bool) -> u64 {
        if is_number && self.is_text { 0 } else { self.bit }
    }

    /// Finds out about what is below.
    fn settle(&mut self) {
        self.is_deep = self.children.values().any(|child| !child.is_leaf());
        self.children.values_mut().chain(self.elements.as_deref_mut()).for_each(Node::settle);
    }

    /// Gives the column here a value.
    pub(super) fn push(&self, builder: &mut Builder, value: Value<'_>, element: bool) {
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
    }

    /// Gives the time a value, if this is a key of it.
    pub(super) fn push_time(&self, builder: &mut Builder, value: Value<'_>) {
        if let Some((column, rank)) = self.time {
            builder.push_time(column, rank, value);
        }
    }
}

/// The place of what is not wanted.
pub(super) static UNWANTED: LazyLock<Node> = LazyLock::new(Node::default);

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
        self.node.push_time(self.builder, value);
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
        match self.node.of_object(self.element, self.builder.is_strict()) {
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
