//! One key of groups: a column's values and their numbers.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::ArrayRef,
        compute::cast,
        datatypes::{DataType, TimeUnit},
    },
    common::Result,
};

use super::{derived::Derived, texts::Texts, wholes::Wholes};
use crate::dictionary::{Alone, repeated_text};

/// The values of a key in the order in which they came.
#[derive(Debug, Clone)]
pub(super) enum Key {
    Texts(Texts),
    Wholes(Wholes),
    Derived(Box<Derived>),
}

impl Key {
    /// A key of columns of a type; none where numbers are not for it.
    pub(super) fn of(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Utf8 => Some(Self::Texts(Texts::default())),
            data_type if *data_type == repeated_text() => Some(Self::Texts(Texts::default())),
            DataType::Int64 | DataType::Timestamp(TimeUnit::Microsecond, _) => Some(Self::Wholes(Wholes::default())),
            _ => None,
        }
    }

    /// A key of texts that are made of whole numbers; the column is that of the numbers.
    pub(super) fn derived(derivation: Alone) -> Self {
        Self::Derived(Box::new(Derived::new(derivation)))
    }

    /// Adds the number of each row's value to `numbers`, those of new values one after the other.
    ///
    /// # Errors
    /// Where the column is of another type.
    pub(super) fn number(&mut self, rows: &ArrayRef, numbers: &mut Vec<u32>) -> Result<()> {
        match self {
            Self::Texts(texts) => texts.number(rows, numbers),
            Self::Wholes(wholes) => wholes.number(rows, numbers),
            Self::Derived(derived) => derived.number(rows, numbers),
        }
    }

    /// Begins anew; the memory stays.
    pub(super) fn forget(&mut self) {
        match self {
            Self::Texts(texts) => texts.forget(),
            Self::Wholes(wholes) => wholes.forget(),
            Self::Derived(derived) => derived.forget(),
        }
    }

    /// From now on values that are new have no numbers.
    pub(super) fn freeze(&mut self) {
        match self {
            Self::Texts(texts) => texts.freeze(),
            Self::Wholes(wholes) => wholes.freeze(),
            // No join is on such a key.
            Self::Derived(_) => {}
        }
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.len(),
            Self::Wholes(wholes) => wholes.len(),
            Self::Derived(derived) => derived.len(),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Texts(texts) => texts.bytes(),
            Self::Wholes(wholes) => wholes.bytes(),
            Self::Derived(derived) => derived.bytes(),
        }
    }

    /// The values of numbers.
    ///
    /// # Errors
    /// Where the type is another one than the key's.
    pub(super) fn values(&self, numbers: impl Iterator<Item = u32>, data_type: &DataType) -> Result<ArrayRef> {
        let values: ArrayRef = match self {
            Self::Texts(texts) => texts.texts(numbers)?,
            Self::Wholes(wholes) => Arc::new(wholes.wholes(numbers)),
            Self::Derived(derived) => derived.texts().texts(numbers)?,
        };
        Ok(cast(&values, data_type)?)
    }
}
