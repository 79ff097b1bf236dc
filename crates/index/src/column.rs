//! The columns of an index: `status` for the field `status`, `status~text` where other events have a text there.
//!
//! Names of columns are Delta's: no blanks, commas, semicolons, braces, parentheses or equals signs, and no two that differ by case
//! only. The field's own name stands in the column's metadata.

use std::{collections::HashMap, sync::Arc};

use deltalake_core::{
    arrow::datatypes::{DataType as ArrowType, Field, Schema, TimeUnit},
    kernel::{ArrayType, DataType, MetadataValue, PrimitiveType, StructField, StructType},
};

use crate::{
    DAY, INDEXED, RAW, SEQUENCE, STRUCTURED, TIME,
    error::{IndexError, Result},
};

/// The key of the metadata that holds a field's name.
const FIELD: &str = "speleo.field";

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Microseconds, UTC.
    Time,
    /// A whole number of 64 bits.
    Integer,
    /// A double.
    Float,
    /// A text.
    Text,
    /// Several texts.
    List,
    /// What only other writers make: truth values, dates, structs.
    Other,
}

impl Kind {
    /// The kind of a column of Arrow's; none where an event cannot have it.
    pub fn of(data_type: &ArrowType) -> Option<Self> {
        match data_type {
            ArrowType::Timestamp(TimeUnit::Microsecond, Some(_)) => Some(Self::Time),
            ArrowType::Int64 => Some(Self::Integer),
            ArrowType::Float64 => Some(Self::Float),
            ArrowType::Utf8 => Some(Self::Text),
            ArrowType::List(item) if item.data_type() == &ArrowType::Utf8 => Some(Self::List),
            _ => None,
        }
    }

    fn of_delta(data_type: &DataType) -> Self {
        match data_type {
            DataType::Primitive(PrimitiveType::Timestamp) => Self::Time,
            DataType::Primitive(PrimitiveType::Long) => Self::Integer,
            DataType::Primitive(PrimitiveType::Double) => Self::Float,
            DataType::Primitive(PrimitiveType::String) => Self::Text,
            DataType::Array(array) if array.element_type == DataType::Primitive(PrimitiveType::String) => Self::List,
            _ => Self::Other,
        }
    }

    fn delta(self) -> Option<DataType> {
        Some(match self {
            Self::Time => DataType::Primitive(PrimitiveType::Timestamp),
            Self::Integer => DataType::Primitive(PrimitiveType::Long),
            Self::Float => DataType::Primitive(PrimitiveType::Double),
            Self::Text => DataType::Primitive(PrimitiveType::String),
            Self::List => ArrayType::new(DataType::Primitive(PrimitiveType::String), true).into(),
            Self::Other => return None,
        })
    }

    /// What a second column of a field is called by.
    fn suffix(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Text => "text",
            Self::List => "list",
            Self::Other => "other",
        }
    }
}

/// A column and the field whose values it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The column's name in the files.
    pub name: String,
    /// The field's name.
    pub field: String,
    /// Its type.
    pub kind: Kind,
    /// Whether every event has a value.
    pub required: bool,
}

impl Column {
    fn base(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), field: name.to_owned(), kind, required: false }
    }

    fn delta(&self) -> Option<StructField> {
        let field = StructField::new(&self.name, self.kind.delta()?, !self.required);
        let is_named = self.name == self.field;
        Some(if is_named { field } else { field.with_metadata([(FIELD, MetadataValue::String(self.field.clone()))]) })
    }
}

/// The columns of an index in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    columns: Vec<Column>,
    /// Names of columns in lower case: Delta's do not differ by case.
    names: HashMap<String, usize>,
    fields: HashMap<(String, Kind), usize>,
}

impl Columns {
    /// Those of a new index.
    pub(crate) fn new() -> Self {
        let text = |name: &str| Column::base(name, Kind::Text);
        let mut columns = Self::default();
        columns.push(Column::base(TIME, Kind::Time));
        ["host", "source", "sourcetype", RAW].into_iter().for_each(|name| columns.push(text(name)));
        for (name, kind) in [(INDEXED, Kind::Time), (SEQUENCE, Kind::Integer)] {
            columns.push(Column { required: true, ..Column::base(name, kind) });
        }
        columns.push(Column::base(STRUCTURED, Kind::Integer));
        columns.push(text(DAY));
        columns
    }

    /// Those that a table has.
    pub(crate) fn of(schema: &StructType) -> Self {
        let mut columns = Self::default();
        for field in schema.fields() {
            let known = match field.metadata.get(FIELD) {
                Some(MetadataValue::String(name)) => name.clone(),
                _ => field.name.clone(),
            };
            columns.push(Column {
                name: field.name.clone(),
                field: known,
                kind: Kind::of_delta(&field.data_type),
                required: !field.nullable,
            });
        }
        columns
    }

    fn push(&mut self, column: Column) {
        let place = self.columns.len();
        self.names.insert(column.name.to_lowercase(), place);
        self.fields.entry((column.field.clone(), column.kind)).or_insert(place);
        self.columns.push(column);
    }

    /// The columns in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The column that holds a field's values of a kind.
    pub(crate) fn find(&self, field: &str, kind: Kind) -> Option<&Column> {
        self.fields.get(&(field.to_owned(), kind)).and_then(|place| self.columns.get(*place))
    }

    /// Adds columns for the fields of events that have none yet. True where there were such.
    ///
    /// # Errors
    /// Where a field has a type that no event has.
    pub(crate) fn add(&mut self, events: &Schema) -> Result<bool> {
        let before = self.len();
        for field in events.fields() {
            let kind = Kind::of(field.data_type()).ok_or_else(|| {
                IndexError::events(format!("the field `{}` is of type {}", field.name(), field.data_type()))
            })?;
            if self.find(field.name(), kind).is_none() {
                let name = self.free(field.name(), kind);
                self.push(Column { name, field: field.name().clone(), kind, required: false });
            }
        }
        Ok(self.len() > before)
    }

    /// Takes over the columns that another set has and this one lacks. False, and nothing is taken over, where a column of the
    /// one has the name of another in the other: files that were written for it do not fit.
    pub(crate) fn take_over(&mut self, other: &Columns) -> bool {
        let lacking = || other.columns.iter().filter(|column| self.find(&column.field, column.kind).is_none());
        let is_same =
            |column: &Column| self.find(&column.field, column.kind).is_none_or(|known| known.name == column.name);
        let fits = other.columns.iter().all(is_same)
            && lacking().all(|column| !self.names.contains_key(&column.name.to_lowercase()));
        if fits {
            let new: Vec<Column> = lacking().cloned().collect();
            new.into_iter().for_each(|column| self.push(column));
        }
        fits
    }

    /// A name for a new column that no other has.
    fn free(&self, field: &str, kind: Kind) -> String {
        let plain = escaped(field);
        let suffixed = format!("{plain}~{}", kind.suffix());
        let numbered = (2..).map(|number| format!("{suffixed}~{number}"));
        let mut names = [plain, suffixed.clone()].into_iter().chain(numbered);
        names.find(|name| !self.names.contains_key(&name.to_lowercase())).unwrap_or(suffixed)
    }

    /// Delta's schema, where columns of other writers stay as they are in `known`.
    pub(crate) fn schema(&self, known: &StructType) -> Result<StructType> {
        let field = |column: &Column| known.field(&column.name).cloned().or_else(|| column.delta());
        StructType::try_new(self.columns.iter().filter_map(field))
            .map_err(|error| IndexError::new(crate::Problem::Damaged, error.to_string()))
    }
}

/// The Arrow field of a column in a file.
pub(crate) fn stored(column: &Column, data_type: &ArrowType) -> Arc<Field> {
    Arc::new(Field::new(&column.name, data_type.clone(), !column.required))
}

/// A field's name with what Delta does not take in percent form.
fn escaped(field: &str) -> String {
    let is_plain = |c: char| !(c.is_whitespace() || c.is_control() || " ,;{}()=%".contains(c));
    let mut name = String::with_capacity(field.len());
    for c in field.chars() {
        if is_plain(c) {
            name.push(c);
        } else {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes).bytes().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn add(columns: &mut Columns, field: &str, data_type: ArrowType) -> String {
        columns.add(&Schema::new(vec![Field::new(field, data_type.clone(), true)])).unwrap();
        columns.find(field, Kind::of(&data_type).unwrap()).unwrap().name.clone()
    }

    #[test]
    fn a_field_has_a_column_for_each_kind_of_its_values() {
        let mut columns = Columns::new();
        assert_eq!(add(&mut columns, "status", ArrowType::Int64), "status");
        assert_eq!(add(&mut columns, "status", ArrowType::Utf8), "status~text");
        assert_eq!(add(&mut columns, "status", ArrowType::Int64), "status");
        assert_eq!(add(&mut columns, "host", ArrowType::Int64), "host~integer");
    }

    #[test]
    fn names_that_delta_does_not_take_are_escaped_and_told_apart() {
        let mut columns = Columns::new();
        assert_eq!(add(&mut columns, "a{}.b", ArrowType::Utf8), "a%7B%7D.b");
        assert_eq!(add(&mut columns, "User", ArrowType::Utf8), "User");
        assert_eq!(add(&mut columns, "user", ArrowType::Utf8), "user~text");
        assert_eq!(add(&mut columns, "USER", ArrowType::Utf8), "USER~text~2");
    }

    #[test]
    fn a_schema_keeps_the_names_of_fields() {
        let mut columns = Columns::new();
        add(&mut columns, "a b", ArrowType::Float64);
        let schema = columns.schema(&StructType::try_new([]).unwrap()).unwrap();
        assert_eq!(Columns::of(&schema), columns);
    }

    #[test]
    fn columns_of_others_are_taken_over_unless_names_collide() {
        let (mut one, mut other) = (Columns::new(), Columns::new());
        add(&mut one, "a", ArrowType::Int64);
        add(&mut other, "b", ArrowType::Utf8);
        assert!(one.take_over(&other) && one.find("b", Kind::Text).is_some());
        add(&mut other, "A", ArrowType::Int64);
        assert!(!one.take_over(&other), "`A` would be the name of two columns");
        let mut third = Columns::new();
        add(&mut third, "a", ArrowType::Utf8);
        assert!(!one.take_over(&third), "`a` holds whole numbers here and texts there");
    }

    #[test]
    fn no_event_has_a_truth_value() {
        let schema = Schema::new(vec![Field::new("ok", ArrowType::Boolean, true)]);
        assert!(Columns::new().add(&schema).unwrap_err().message.contains("`ok`"));
    }
}
