//! The columns of an index: those that every index has, and what its files hold.
//!
//! Numbers and texts in one column make a text column; a list anywhere makes a list column.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use hashbrown::HashMap;

use super::builder::Value;

/// The event's time.
pub(crate) const TIME: &str = "_time";
/// The event as it stands in the file.
pub(crate) const RAW: &str = "_raw";
/// The place in storage order.
pub(crate) const SEQUENCE: &str = "__seq";
/// Texts that an event may say itself, and its file says otherwise.
pub(crate) const ORIGIN: [&str; 4] = ["index", "host", "source", "sourcetype"];

/// Keys that hold the time, best first.
pub(crate) const TIME_KEYS: [&str; 8] =
    ["_time", "time", "timestamp", "@timestamp", "eventTime", "ts", "TimeCreated", "CreationTime"];

/// Integers beyond this are not exact as doubles. Doubles from here on are whole, and what they were written as may be an identifier.
const EXACT: u64 = 1 << 53;

/// What was seen of a field; a set of these bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Seen(u8);

impl Seen {
    /// A whole number that a double holds.
    pub(crate) const INTEGER: Seen = Seen(1);
    /// A whole number that only 64 bits hold.
    pub(crate) const LARGE: Seen = Seen(2);
    /// Another number.
    pub(crate) const FLOAT: Seen = Seen(4);
    /// A text, a truth value, a number too large.
    pub(crate) const TEXT: Seen = Seen(8);
    /// Several values.
    pub(crate) const LIST: Seen = Seen(16);

    /// What a whole number is.
    pub(crate) fn of_integer(number: i64) -> Seen {
        if number.unsigned_abs() <= EXACT { Seen::INTEGER } else { Seen::LARGE }
    }

    /// What a value is.
    pub(crate) fn of(value: Value<'_>) -> Seen {
        match value {
            Value::Integer(number) => Self::of_integer(number),
            Value::Float(number) if number.abs() < EXACT as f64 => Self::FLOAT,
            Value::Text(_) | Value::Bool(_) | Value::Unsigned(_) | Value::Float(_) => Self::TEXT,
        }
    }

    /// Whether a column of doubles holds it as it is.
    pub(crate) fn is_float(self) -> bool {
        !self.any(Seen::TEXT) && !self.any(Seen::LARGE)
    }

    /// Adds what another value is.
    pub(crate) fn add(&mut self, other: Seen) {
        self.0 |= other.0;
    }

    fn any(self, other: Seen) -> bool {
        self.0 & other.0 != 0
    }

    fn kind(self) -> Kind {
        if self.any(Seen::LIST) {
            return Kind::List;
        }
        if self.any(Seen::TEXT) || (self.any(Seen::LARGE) && self.any(Seen::FLOAT)) {
            return Kind::Text;
        }
        match (self.any(Seen::FLOAT), self.any(Seen(3))) {
            (true, _) => Kind::Float,
            (false, true) => Kind::Integer,
            (false, false) => Kind::Text,
        }
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Float,
    Text,
    List,
}

impl Kind {
    fn data_type(self) -> DataType {
        match self {
            Kind::Integer => DataType::Int64,
            Kind::Float => DataType::Float64,
            Kind::Text => DataType::Utf8,
            Kind::List => list_type(),
        }
    }
}

/// The type of `_time`.
pub(crate) fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The type of several values.
pub(crate) fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)))
}

/// The fields of files in order of their first appearance, and what was seen of each.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    names: Vec<String>,
    seen: Vec<Seen>,
    places: HashMap<String, usize>,
    /// Where the last field was: the next is likely the one after it.
    last: usize,
}

impl Fields {
    /// Notes a value.
    pub(crate) fn note(&mut self, name: &str, seen: Seen) {
        let guess = self.last + 1;
        let place = match self.names.get(guess) {
            Some(known) if known == name => guess,
            _ => match self.places.get(name) {
                Some(place) => *place,
                None => {
                    let place = self.names.len();
                    self.names.push(name.to_owned());
                    self.seen.push(Seen::default());
                    self.places.insert(name.to_owned(), place);
                    place
                }
            },
        };
        self.last = place;
        if let Some(known) = self.seen.get_mut(place) {
            known.add(seen);
        }
    }

    /// Whether each of them is one of [`Self::columns`].
    pub(crate) fn are_columns(&self) -> bool {
        self.names.iter().all(|name| is_column(name))
    }

    /// Whether any event has a field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Adds what another part of the data holds.
    pub(crate) fn merge(&mut self, other: &Fields) {
        for (name, seen) in other.names.iter().zip(&other.seen) {
            self.note(name, *seen);
        }
    }

    /// The time keys that occur, best first.
    fn time_keys(&self) -> Vec<&'static str> {
        TIME_KEYS.into_iter().filter(|key| self.has(key)).collect()
    }

    /// The table's columns: those of every index first.
    pub(crate) fn columns(&self) -> Columns {
        let mut kinds = vec![(TIME.to_owned(), Kind::Integer), (RAW.to_owned(), Kind::Text)];
        kinds.extend(ORIGIN.iter().map(|name| ((*name).to_owned(), Kind::Text)));
        kinds.push((SEQUENCE.to_owned(), Kind::Integer));
        let base = kinds.len();
        for (name, seen) in self.names.iter().zip(&self.seen) {
            if is_column(name) && !kinds.iter().take(base).any(|(known, _)| known == name) {
                kinds.push((name.clone(), seen.kind()));
            }
        }
        let field = |(name, kind): &(String, Kind)| match name.as_str() {
            TIME => Field::new(TIME, time_type(), true),
            SEQUENCE => Field::new(SEQUENCE, DataType::Int64, false),
            _ => Field::new(name, kind.data_type(), true),
        };
        let schema = Arc::new(Schema::new(kinds.iter().map(field).collect::<Vec<_>>()));
        let said = kinds.iter().take(base).map(|(name, _)| name).filter(|name| self.has(name));
        Columns { schema, said: said.cloned().collect(), time_keys: self.time_keys(), kinds }
    }
}

/// Whether a field is a column: hidden names are the planner's own.
fn is_column(name: &str) -> bool {
    !name.is_empty() && !name.starts_with("__")
}

/// The columns of a table.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// Names and types in order.
    pub(crate) kinds: Vec<(String, Kind)>,
    /// The same for Arrow.
    pub(crate) schema: SchemaRef,
    /// The keys from which `_time` is read, best first.
    pub(crate) time_keys: Vec<&'static str>,
    /// Those of the columns that every index has which events say themselves.
    said: Vec<String>,
}

impl Columns {
    /// Whether a column is there whatever events hold.
    pub(crate) fn is_of_every_index(name: &str) -> bool {
        name == TIME || name == RAW || name == SEQUENCE || ORIGIN.contains(&name)
    }

    /// Whether events may hold a value for a column.
    pub(crate) fn is_said(&self, name: &str) -> bool {
        !Self::is_of_every_index(name) || self.said.iter().any(|said| said == name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_of_a_column_meet_in_one_type() {
        let check = |seen: &[Seen], expected: DataType| {
            let mut fields = Fields::default();
            seen.iter().for_each(|seen| fields.note("f", *seen));
            assert_eq!(fields.columns().schema.field_with_name("f").unwrap().data_type(), &expected, "{seen:?}");
        };
        check(&[Seen::of_integer(5), Seen::of_integer(i64::MAX)], DataType::Int64);
        check(&[Seen::of_integer(5), Seen::FLOAT], DataType::Float64);
        check(&[Seen::of_integer(i64::MIN), Seen::FLOAT], DataType::Utf8);
        check(&[Seen::FLOAT, Seen::TEXT], DataType::Utf8);
        check(&[Seen::INTEGER, Seen::LIST], Kind::List.data_type());
    }

    #[test]
    fn base_columns_stand_first_and_once_and_hidden_names_are_left_out() {
        let mut fields = Fields::default();
        for name in ["b", "host", "__x", "_time", "a", "time"] {
            fields.note(name, Seen::INTEGER);
        }
        let mut other = Fields::default();
        other.note("c", Seen::TEXT);
        other.note("a", Seen::FLOAT);
        fields.merge(&other);
        let columns = fields.columns();
        let names: Vec<&str> = columns.schema.fields().iter().map(|field| field.name().as_str()).collect();
        let base = ["_time", "_raw", "index", "host", "source", "sourcetype", "__seq"];
        assert_eq!(names, [&base[..], &["b", "a", "time", "c"]].concat());
        assert_eq!(columns.schema.field_with_name("host").unwrap().data_type(), &DataType::Utf8);
        assert_eq!(columns.schema.field_with_name("a").unwrap().data_type(), &DataType::Float64);
        assert_eq!(fields.time_keys(), ["_time", "time"]);
    }
}
