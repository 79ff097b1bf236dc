//! A sort key of times or whole numbers as places in the order: the smaller, the earlier.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        compute::cast,
        datatypes::{DataType, Int64Type, TimeUnit},
    },
    common::Result,
};

/// The places of a batch's rows; a null has none.
pub(super) struct OrderPlaces {
    values: Int64Array,
    descending: bool,
}

impl OrderPlaces {
    /// Whether keys of a type are times or whole numbers.
    pub(super) fn are_of(data_type: &DataType) -> bool {
        matches!(data_type, DataType::Int64 | DataType::Timestamp(TimeUnit::Microsecond, _))
    }

    /// The places by a key of such a type.
    ///
    /// # Errors
    /// Where the key is of another type that is no number.
    pub(super) fn of(key: &ArrayRef, descending: bool) -> Result<Self> {
        Ok(Self { values: cast(key, &DataType::Int64)?.as_primitive::<Int64Type>().clone(), descending })
    }

    /// The place of a value, or the value of a place.
    pub(super) fn turned(&self, value: i64) -> i64 {
        if self.descending { !value } else { value }
    }

    /// The place of a row; none where its key is null.
    pub(super) fn get(&self, row: usize) -> Option<i64> {
        self.values.is_valid(row).then(|| self.turned(self.values.value(row)))
    }

    /// The place of each row.
    pub(super) fn iter(&self) -> impl Iterator<Item = Option<i64>> {
        self.values.iter().map(|value| value.map(|value| self.turned(value)))
    }

    /// Whether each row has a place, and all of them come after another one.
    pub(super) fn are_after(&self, other: i64) -> bool {
        let values = self.values.values().iter();
        let first = if self.descending { values.max() } else { values.min() };
        self.values.null_count() == 0 && first.is_none_or(|first| self.turned(*first) > other)
    }

    /// Shows `look` each row that has a place: from the end where rows stand in the opposite order, so that the first come early.
    pub(super) fn each(&self, mut look: impl FnMut(usize, i64)) {
        let values = self.values.values();
        let is_opposite = match (values.first(), values.last()) {
            (Some(first), Some(last)) => self.turned(*last) < self.turned(*first),
            _ => false,
        };
        match self.values.null_count() {
            0 if is_opposite => {
                values.iter().enumerate().rev().for_each(|(row, value)| look(row, self.turned(*value)));
            }
            0 => values.iter().enumerate().for_each(|(row, value)| look(row, self.turned(*value))),
            _ => {
                let places = self.iter().enumerate();
                places.for_each(|(row, place)| place.into_iter().for_each(|place| look(row, place)));
            }
        }
    }
}
