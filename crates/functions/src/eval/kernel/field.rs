//! A field with one or several values, without a copy of single ones.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        buffer::BooleanBuffer,
    },
    common::Result,
};

use super::{Arguments, Column, booleans, is_list};
use crate::value::{Lists, Texts};

/// An argument of which every value counts.
pub(crate) enum Field {
    /// At most one value a row.
    One(Column<Texts>),
    /// Several.
    Several(Column<Lists>),
}

impl Field {
    /// Whether some value of a row satisfies a condition; none where there is no value.
    pub(crate) fn any(&self, row: usize, mut condition: impl FnMut(&str) -> bool) -> Option<bool> {
        match self {
            Self::One(texts) => texts.get(row).map(|text| condition(&text)),
            Self::Several(lists) => lists.get(row).map(|mut values| values.any(condition)),
        }
    }

    /// Whether some value of each row satisfies a condition; null where there is no value. Columns of text are not asked row by
    /// row what they are.
    pub(crate) fn test(&self, rows: usize, condition: impl Fn(&str) -> bool) -> Result<ArrayRef> {
        match self {
            Self::One(Column { view: Texts::Utf8(array), constant: false }) => {
                Ok(test(array, |row| condition(array.value(row))))
            }
            Self::One(Column { view: Texts::View(array), constant: false }) => {
                Ok(test(array, |row| condition(array.value(row))))
            }
            _ => booleans(rows, |row| self.any(row, &condition)),
        }
    }

    /// Visits the values of a row, first to last.
    pub(crate) fn each(&self, row: usize, mut visit: impl FnMut(&str)) {
        self.any(row, |value| {
            visit(value);
            false
        });
    }

    /// Whether a row can have several values.
    pub(crate) fn is_list(&self) -> bool {
        matches!(self, Self::Several(_))
    }
}

/// The value of a null is an empty text or any other: that it is tested does no harm.
fn test(array: &dyn Array, condition: impl FnMut(usize) -> bool) -> ArrayRef {
    let answers = BooleanBuffer::collect_bool(array.len(), condition);
    Arc::new(BooleanArray::new(answers, array.nulls().cloned()))
}

impl Arguments {
    /// An argument as a field.
    pub(crate) fn field(&self, index: usize) -> Result<Field> {
        Ok(if is_list(self.array(index)?.data_type()) {
            Field::Several(self.lists(index)?)
        } else {
            Field::One(self.texts(index)?)
        })
    }
}
