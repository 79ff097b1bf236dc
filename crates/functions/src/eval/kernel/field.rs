//! A field with one or several values, without a copy of single ones.

use datafusion::common::Result;

use super::{Arguments, Column, is_list};
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
