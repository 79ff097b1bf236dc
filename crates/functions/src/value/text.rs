//! A column as texts.

use std::borrow::Cow;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, LargeStringArray, StringArray,
            StringViewArray, TimestampMicrosecondArray,
        },
        compute::cast,
        datatypes::{DataType, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType},
    },
    common::Result,
};

use super::{
    Lists, format_number,
    number::{epoch, push_integer, push_number},
};

/// A column whose values are read as texts. Numbers show as SPL prints them, booleans as `True` and `False`, times as
/// epoch seconds; a list of one value is that value, a longer list is null.
pub enum Texts {
    /// Texts with 32-bit offsets.
    Utf8(StringArray),
    /// Texts with 64-bit offsets.
    LargeUtf8(LargeStringArray),
    /// Texts as views.
    View(StringViewArray),
    /// Whole numbers.
    Int(Int64Array),
    /// Doubles.
    Float(Float64Array),
    /// Truth values.
    Bool(BooleanArray),
    /// Times.
    Time(TimestampMicrosecondArray),
    /// Lists.
    List(Lists),
    /// Nothing but nulls.
    Null,
}

impl Texts {
    /// The view of a column. Other number types are cast; a type that SPL does not know is an error.
    pub fn new(array: &ArrayRef) -> Result<Self> {
        Ok(match array.data_type() {
            DataType::Utf8 => Self::Utf8(array.as_string::<i32>().clone()),
            DataType::LargeUtf8 => Self::LargeUtf8(array.as_string::<i64>().clone()),
            DataType::Utf8View => Self::View(array.as_string_view().clone()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>().clone()),
            DataType::Float64 => Self::Float(array.as_primitive::<Float64Type>().clone()),
            DataType::Boolean => Self::Bool(array.as_boolean().clone()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Time(array.as_primitive::<TimestampMicrosecondType>().clone())
            }
            DataType::List(_) | DataType::LargeList(_) => Self::List(Lists::new(array)?),
            DataType::Null => Self::Null,
            DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32 => Self::new(&cast(array, &DataType::Int64)?)?,
            DataType::Float16 | DataType::Float32 => Self::new(&cast(array, &DataType::Float64)?)?,
            _ => Self::new(&cast(array, &DataType::Utf8)?)?,
        })
    }

    /// The text of a row; none where it is null.
    pub fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8(array) => array.is_valid(row).then(|| Cow::Borrowed(array.value(row))),
            Self::LargeUtf8(array) => array.is_valid(row).then(|| Cow::Borrowed(array.value(row))),
            Self::View(array) => array.is_valid(row).then(|| Cow::Borrowed(array.value(row))),
            Self::Int(array) => array.is_valid(row).then(|| Cow::Owned(array.value(row).to_string())),
            Self::Float(array) => array.is_valid(row).then(|| Cow::Owned(format_number(array.value(row)))),
            Self::Bool(array) => {
                array.is_valid(row).then(|| Cow::Borrowed(if array.value(row) { "True" } else { "False" }))
            }
            Self::Time(array) => array.is_valid(row).then(|| Cow::Owned(format_number(epoch(array.value(row))))),
            Self::List(lists) => lists.single(row).map(Cow::Borrowed),
            Self::Null => None,
        }
    }

    /// Appends the text of a row; false where it is null. Numbers are written in place.
    pub fn push(&self, row: usize, out: &mut String) -> bool {
        match self {
            Self::Int(array) if array.is_valid(row) => push_integer(array.value(row), out),
            Self::Float(array) if array.is_valid(row) => push_number(array.value(row), out),
            Self::Time(array) if array.is_valid(row) => push_number(epoch(array.value(row)), out),
            _ => return self.get(row).map(|text| out.push_str(&text)).is_some(),
        }
        true
    }
}
