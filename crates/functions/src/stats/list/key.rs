//! The keys of a batch's rows. Those of the order of events, a time and a number, take 8 bytes each and not 18.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, BinaryBuilder, Int64Array},
        datatypes::DataType,
    },
    common::{Result, resources_err},
};

use super::packed::Packed;
use crate::stats::{
    arena::Arena,
    key::{KeyColumn, key_type, padded},
};

/// Keys as they come in.
#[derive(Debug)]
pub(super) enum OpenKeys {
    Numbers(Vec<i64>),
    Bytes(Arena),
}

/// Keys that stay.
#[derive(Debug)]
pub(super) enum Keys {
    Numbers(Packed),
    /// Keys of two numbers.
    Pairs(Packed, Packed),
    Bytes(Arena),
}

/// The beginning of a key: where two differ, they are in the order of the keys.
pub(super) type Head = (u128, u64);

/// How many bytes a number has among those of a key: a mark that it is there, and its own.
const NUMBER: usize = 9;
/// The key of two numbers, each marked and in the order of its bytes. `spl_order_key` makes them.
const PAIR: usize = 2 * NUMBER;
/// The mark of a number.
const PRESENT: u8 = 1;
/// Turns a number into one whose bytes are in its order, and back.
const SIGN: u64 = 1 << 63;

impl OpenKeys {
    /// Adds a row's key.
    pub(super) fn push(&mut self, column: &KeyColumn, row: usize) -> Result<()> {
        match (self, column) {
            (Self::Numbers(keys), KeyColumn::Number(column)) => keys.push(column.value(row)),
            (Self::Bytes(keys), KeyColumn::Bytes(column)) => keys.push(column.value(row))?,
            _ => {}
        }
        Ok(())
    }

    /// Adds the keys of neighbouring rows.
    pub(super) fn extend(&mut self, column: &KeyColumn, start: usize, count: usize) -> Result<()> {
        match (self, column) {
            (Self::Numbers(keys), KeyColumn::Number(column)) => {
                keys.extend_from_slice(column.values().get(start..start + count).unwrap_or_default());
            }
            (Self::Bytes(keys), KeyColumn::Bytes(column)) => {
                let bounds = column.value_offsets().get(start..=start + count).unwrap_or_default();
                if let [first, .., last] = bounds {
                    let bytes = column.value_data().get(*first as usize..*last as usize).unwrap_or_default();
                    keys.extend(bytes, bounds.windows(2).map(|pair| (pair[1] - pair[0]) as usize))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds a key that another batch has.
    pub(super) fn push_from(&mut self, keys: &Keys, row: usize) -> Result<()> {
        match (self, keys) {
            (Self::Numbers(own), Keys::Numbers(keys)) => own.push(keys.get(row)),
            (Self::Bytes(own), keys) => own.push(keys.bytes(row, &mut [0; PAIR]))?,
            _ => {}
        }
        Ok(())
    }

    /// Drops all keys; the room stays.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Numbers(keys) => keys.clear(),
            Self::Bytes(keys) => keys.clear(),
        }
    }

    /// How many bytes keys of bytes have.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Numbers(_) => 0,
            Self::Bytes(keys) => keys.bytes(),
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Numbers(keys) => keys.capacity() * size_of::<i64>(),
            Self::Bytes(keys) => keys.size(),
        }
    }
}

impl Keys {
    /// The same keys in no more room than they need.
    pub(super) fn new(keys: &OpenKeys) -> Self {
        match keys {
            OpenKeys::Numbers(keys) => Self::Numbers(Packed::new(keys)),
            OpenKeys::Bytes(keys) => match keys.of_length(PAIR).and_then(pairs) {
                Some((first, second)) => Self::Pairs(Packed::new(&first), Packed::new(&second)),
                None => Self::Bytes(keys.clone()),
            },
        }
    }

    /// The beginning of a row's key.
    #[inline]
    pub(super) fn head(&self, row: usize) -> Head {
        match self {
            Self::Numbers(keys) => (u128::from(keys.get(row) as u64 ^ SIGN), 0),
            Self::Pairs(first, second) => {
                let [first, second] = [first, second].map(|part| part.get(row) as u64 ^ SIGN);
                let mark = |place: u32| u128::from(PRESENT) << (u128::BITS - place);
                (mark(8) | u128::from(first) << 56 | mark(80) | u128::from(second >> 16), second << 48)
            }
            Self::Bytes(keys) => {
                let key = keys.get(row);
                let next = key.get(size_of::<u128>()..).unwrap_or_default();
                (u128::from_be_bytes(padded(key)), u64::from_be_bytes(padded(next)))
            }
        }
    }

    /// How the keys of two rows with the same [`Head`] compare.
    pub(super) fn order(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        match (self, other) {
            // Their heads are all of them.
            (Self::Numbers(_), Self::Numbers(_)) | (Self::Pairs(..), Self::Pairs(..)) => Ordering::Equal,
            _ => self.bytes(row, &mut [0; PAIR]).cmp(other.bytes(other_row, &mut [0; PAIR])),
        }
    }

    /// A row's key as bytes; numbers have none.
    pub(super) fn bytes<'a>(&'a self, row: usize, buffer: &'a mut [u8; PAIR]) -> &'a [u8] {
        match self {
            Self::Numbers(_) => &[],
            Self::Pairs(first, second) => {
                for (bytes, part) in buffer.chunks_exact_mut(NUMBER).zip([first, second]) {
                    bytes[0] = PRESENT;
                    bytes[1..].copy_from_slice(&(part.get(row) as u64 ^ SIGN).to_be_bytes());
                }
                buffer
            }
            Self::Bytes(keys) => keys.get(row),
        }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Numbers(keys) => keys.size(),
            Self::Pairs(first, second) => first.size() + second.size(),
            Self::Bytes(keys) => keys.size(),
        }
    }
}

/// Keys of rows as a column of a state, for keys of a type.
pub(super) fn column<'a>(column: &DataType, keys: impl Iterator<Item = (&'a Keys, usize)>) -> Result<ArrayRef> {
    if key_type(column) != DataType::Binary {
        let number = |(keys, row): (&Keys, usize)| match keys {
            Keys::Numbers(keys) => keys.get(row),
            _ => 0,
        };
        return Ok(Arc::new(Int64Array::from_iter_values(keys.map(number))));
    }
    let mut builder = BinaryBuilder::new();
    let mut bytes = 0;
    for (keys, row) in keys {
        let mut buffer = [0; PAIR];
        let key = keys.bytes(row, &mut buffer);
        bytes += key.len();
        if i32::try_from(bytes).is_err() {
            return resources_err!("more than 2 GiB of sort keys in one batch of a stats function");
        }
        builder.append_value(key);
    }
    Ok(Arc::new(builder.finish()))
}

/// The numbers of keys, if each has two.
fn pairs(keys: &[u8]) -> Option<(Vec<i64>, Vec<i64>)> {
    let number = |bytes: &[u8; NUMBER]| {
        let [_, number @ ..] = bytes;
        (u64::from_be_bytes(*number) ^ SIGN) as i64
    };
    let (parts, _) = keys.as_chunks::<NUMBER>();
    if parts.iter().any(|part| part[0] != PRESENT) {
        return None;
    }
    let (pairs, _) = parts.as_chunks::<2>();
    Some(pairs.iter().map(|[first, second]| (number(first), number(second))).unzip())
}
