//! Sort keys: whole numbers or bytes, whatever the type of the column.
//!
//! `stats first(user)` becomes `spl_first(user, key)`; the key is `__seq`, `_time`, or what `spl_order_key` folds.
//! Doubles map to whole numbers of the same order, so that one comparison serves all numbers.

mod bytes;

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BinaryArray, Int64Array},
        buffer::NullBuffer,
        compute::cast,
        datatypes::{DataType, Float64Type, Int64Type},
    },
    common::{Result, exec_err},
};

pub(crate) use self::bytes::padded;

use self::bytes::ByteKeys;
use super::groups::Rows;

/// The type that keys of a column's type have in a state.
pub(crate) fn key_type(column: &DataType) -> DataType {
    match column {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => DataType::Binary,
        _ => DataType::Int64,
    }
}

/// A whole number whose order is that of the double. NaN is the greatest, both zeros are one.
pub(crate) fn ordered(number: f64) -> i64 {
    let bits = if number.is_nan() { f64::NAN.abs() } else { number + 0.0 }.to_bits() as i64;
    bits ^ ((bits >> 63) as u64 >> 1) as i64
}

/// The double that [`ordered`] gave a number.
pub(crate) fn unordered(number: i64) -> f64 {
    f64::from_bits((number ^ ((number >> 63) as u64 >> 1) as i64) as u64)
}

/// A column of keys.
pub(crate) enum KeyColumn {
    Number(Int64Array),
    Bytes(BinaryArray),
}

impl KeyColumn {
    /// The view of a column; an error for types that have no order.
    pub(crate) fn new(column: &ArrayRef) -> Result<Self> {
        Ok(match column.data_type() {
            DataType::Int64 => Self::Number(column.as_primitive::<Int64Type>().clone()),
            DataType::Float64 => Self::Number(column.as_primitive::<Float64Type>().unary(ordered)),
            DataType::Float16 | DataType::Float32 => Self::new(&cast(column, &DataType::Float64)?)?,
            DataType::Binary => Self::Bytes(column.as_binary::<i32>().clone()),
            data_type if key_type(data_type) == DataType::Binary => {
                Self::Bytes(cast(column, &DataType::Binary)?.as_binary::<i32>().clone())
            }
            data_type if data_type.is_nested() => return exec_err!("a column of {data_type} is no sort key"),
            _ => Self::Number(cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone()),
        })
    }

    /// The rows, all of one group, whose key none beats; `better` is how a key that wins compares to others.
    pub(crate) fn best(&self, nulls: Option<&NullBuffer>, rows: &Rows<'_>, better: Ordering) -> Result<Vec<u32>> {
        match self {
            Self::Number(keys) => best(|row| keys.value(row), nulls, rows, better),
            Self::Bytes(keys) => best(|row| keys.value(row), nulls, rows, better),
        }
    }

    /// Whether the last row's key beats the first's; `better` is how a key that wins compares to others.
    pub(crate) fn ends_with_better(&self, better: Ordering) -> bool {
        match self {
            Self::Number(keys) => match (keys.values().first(), keys.values().last()) {
                (Some(first), Some(last)) => last.cmp(first) == better,
                _ => false,
            },
            Self::Bytes(keys) => {
                let last = keys.len().checked_sub(1);
                last.is_some_and(|last| keys.value(last).cmp(keys.value(0)) == better)
            }
        }
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Number(keys) => keys.len(),
            Self::Bytes(keys) => keys.len(),
        }
    }

    /// The beginning of a row's key as a number: where two differ, they are in the order of the keys.
    #[inline]
    pub(crate) fn leading(&self, row: usize) -> u64 {
        match self {
            Self::Number(keys) => keys.value(row) as u64 ^ 1 << 63,
            Self::Bytes(keys) => bytes::leading(keys.value(row)),
        }
    }

    /// Which rows have a key.
    pub(crate) fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Number(keys) => keys.nulls(),
            Self::Bytes(keys) => keys.nulls(),
        }
    }
}

fn best<T: Ord>(
    key: impl Fn(usize) -> T,
    nulls: Option<&NullBuffer>,
    rows: &Rows<'_>,
    better: Ordering,
) -> Result<Vec<u32>> {
    let mut first = None;
    rows.each(nulls, |row, _| {
        let own = key(row);
        if first.as_ref().is_none_or(|(best, _)| own.cmp(best) == better) {
            first = Some((own, row));
        }
        Ok(())
    })?;
    let mut winners = Vec::new();
    let Some((best, first)) = first else { return Ok(winners) };
    rows.each(nulls, |row, _| {
        if row >= first && key(row) == best {
            winners.push(row as u32);
        }
        Ok(())
    })?;
    Ok(winners)
}

/// Keys, by number.
#[derive(Debug)]
pub(crate) enum Keys {
    Number(Vec<i64>),
    Bytes(ByteKeys),
}

impl Keys {
    /// No keys yet, for a column of a type.
    pub(crate) fn new(column: &DataType) -> Self {
        match key_type(column) {
            DataType::Binary => Self::Bytes(ByteKeys::default()),
            _ => Self::Number(Vec::new()),
        }
    }

    /// Adds empty keys up to a number of them.
    pub(crate) fn grow(&mut self, count: usize) {
        match self {
            Self::Number(keys) => keys.resize(count.max(keys.len()), 0),
            Self::Bytes(keys) => keys.grow(count),
        }
    }

    /// How a column's key compares to the one at a place.
    #[inline]
    pub(crate) fn compare(&self, column: &KeyColumn, row: usize, place: usize) -> Ordering {
        match (self, column) {
            (Self::Number(keys), KeyColumn::Number(column)) => column.value(row).cmp(&keys[place]),
            (Self::Bytes(keys), KeyColumn::Bytes(column)) => keys.compare(column.value(row), place),
            _ => Ordering::Equal,
        }
    }

    /// Replaces the key at a place.
    pub(crate) fn set(&mut self, column: &KeyColumn, row: usize, place: usize) {
        match (self, column) {
            (Self::Number(keys), KeyColumn::Number(column)) => keys[place] = column.value(row),
            (Self::Bytes(keys), KeyColumn::Bytes(column)) => keys.set(column.value(row), place),
            _ => {}
        }
    }

    /// The keys at these places as a column of a state.
    pub(crate) fn column(&self, places: impl Iterator<Item = usize>) -> Result<ArrayRef> {
        Ok(match self {
            Self::Number(keys) => Arc::new(Int64Array::from_iter_values(places.map(|place| keys[place]))),
            Self::Bytes(keys) => Arc::new(keys.column(places)?),
        })
    }

    /// Keeps the keys for which the test on their place holds.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        match self {
            Self::Number(keys) => {
                let mut place = 0..;
                keys.retain(|_| place.next().is_some_and(&mut keep));
                keys.shrink_to(keys.len() * 2);
            }
            Self::Bytes(keys) => keys.retain(keep),
        }
    }

    /// Bytes on the heap, with the allocator's share of small allocations.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Number(keys) => keys.capacity() * size_of::<i64>(),
            Self::Bytes(keys) => keys.size(),
        }
    }
}

/// What an allocator adds to a small allocation, about.
pub(crate) const ALLOCATION: usize = 16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn byte() -> impl Strategy<Value = u8> {
        prop_oneof![19 => Just(0), 1 => Just(1)]
    }

    proptest! {
        /// Bytes of few kinds, so that many keys begin alike or with another one, shorter and longer than what is kept of all.
        #[test]
        fn keys_of_bytes_compare_as_bytes(keys in prop::collection::vec(prop::collection::vec(byte(), 0..30), 1..20)) {
            let column: ArrayRef = Arc::new(BinaryArray::from_iter_values(&keys));
            let column = KeyColumn::new(&column).unwrap();
            let mut known = Keys::new(&DataType::Binary);
            known.grow(keys.len());
            (0..keys.len()).for_each(|row| known.set(&column, row, row));
            for (a, one) in keys.iter().enumerate() {
                for (b, other) in keys.iter().enumerate() {
                    prop_assert_eq!(known.compare(&column, a, b), one.cmp(other));
                }
            }
            let all = known.column(0..keys.len()).unwrap();
            prop_assert_eq!(all.as_binary::<i32>(), &BinaryArray::from_iter_values(&keys));
            // Each place takes its neighbour's key, longer or shorter than its own.
            for place in 1..keys.len() {
                known.set(&column, place - 1, place);
                prop_assert_eq!(known.compare(&column, place - 1, place), Ordering::Equal);
            }
            known.retain(|place| place % 2 == 1);
            for (place, key) in keys.iter().step_by(2).take(keys.len() / 2).enumerate() {
                prop_assert_eq!(known.compare(&column, place * 2, place), Ordering::Equal, "{:?}", key);
            }
        }
    }

    #[test]
    fn doubles_keep_their_order() {
        let numbers = [f64::NEG_INFINITY, -1e300, -1.5, -1e-300, 0.0, 1e-300, 2.0, f64::INFINITY, f64::NAN];
        assert!(numbers.map(ordered).is_sorted());
        assert!(numbers.map(ordered).windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!(numbers.map(ordered).map(unordered)[..8], numbers[..8]);
        assert_eq!(ordered(-0.0), ordered(0.0));
        assert_eq!(ordered(-f64::NAN), ordered(f64::NAN));
    }
}
