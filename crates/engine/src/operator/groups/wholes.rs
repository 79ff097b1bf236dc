//! The numbers of whole numbers and times, in the order in which they come.

use std::hash::BuildHasher;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        compute::cast,
        datatypes::{DataType, Int64Type},
    },
    common::Result,
};
use hashbrown::{DefaultHashBuilder, HashTable};

use super::{ABSENT, UNKNOWN};

/// Values below are looked up in a list: ports, status codes, counts.
const SMALL: usize = 1 << 16;

/// So many values are compared with the last one at once.
const RUN: usize = 16;

/// Values and their numbers; that there is none has a number as well.
#[derive(Debug, Default, Clone)]
pub(super) struct Wholes {
    values: Vec<i64>,
    null: Option<u32>,
    /// The numbers of small values, as far as the list goes.
    small: Vec<u32>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Whether new values get no numbers.
    frozen: bool,
    /// The value of the last row and its number: bins of times come in runs.
    last: Option<(i64, u32)>,
}

impl Wholes {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.capacity() * size_of::<i64>()
            + self.small.capacity() * size_of::<u32>()
            + self.numbers.allocation_size()
    }

    /// Begins anew; the memory stays.
    pub(super) fn forget(&mut self) {
        self.values.clear();
        self.null = None;
        self.small.clear();
        self.numbers.clear();
        self.last = None;
    }

    /// From now on values that are new have no numbers.
    pub(super) fn freeze(&mut self) {
        self.frozen = true;
    }

    /// Adds the number of each row's value to `numbers`.
    ///
    /// # Errors
    /// Where the column has neither whole numbers nor times.
    pub(super) fn number(&mut self, rows: &ArrayRef, numbers: &mut Vec<u32>) -> Result<()> {
        let rows = cast(rows, &DataType::Int64)?;
        let rows = rows.as_primitive::<Int64Type>();
        match rows.nulls() {
            None => self.number_all(rows.values(), numbers),
            Some(_) => numbers.extend(rows.iter().map(|value| match value {
                Some(value) => self.of(value),
                None => self.of_null(),
            })),
        }
        Ok(())
    }

    fn number_all(&mut self, values: &[i64], numbers: &mut Vec<u32>) {
        let (runs, rest) = values.as_chunks::<RUN>();
        for run in runs {
            match self.last {
                Some((last, number)) if run.iter().fold(0, |differs, value| differs | (value ^ last)) == 0 => {
                    numbers.extend([number; RUN]);
                }
                _ => numbers.extend(run.iter().map(|value| self.of(*value))),
            }
        }
        numbers.extend(rest.iter().map(|value| self.of(*value)));
    }

    fn of_null(&mut self) -> u32 {
        if let Some(null) = self.null {
            return null;
        }
        if self.frozen {
            return ABSENT;
        }
        let next = self.next(0);
        self.null = Some(next);
        next
    }

    #[inline]
    fn of(&mut self, value: i64) -> u32 {
        // No negative value is in the list: as a place they are beyond any.
        match self.small.get(value as usize) {
            Some(known) if *known != UNKNOWN => *known,
            _ => self.of_other(value),
        }
    }

    /// The number of a value that is large, or new.
    fn of_other(&mut self, value: i64) -> u32 {
        if let Some((last, number)) = self.last
            && last == value
        {
            return number;
        }
        let number = match usize::try_from(value).ok().filter(|place| *place < SMALL) {
            Some(place) => self.new_small(value, place),
            None => self.large(value),
        };
        self.last = Some((value, number));
        number
    }

    fn new_small(&mut self, value: i64, place: usize) -> u32 {
        if self.frozen {
            return ABSENT;
        }
        if self.small.len() <= place {
            self.small.resize((place + 1).next_power_of_two(), UNKNOWN);
        }
        let next = self.next(value);
        if let Some(slot) = self.small.get_mut(place) {
            *slot = next;
        }
        next
    }

    fn large(&mut self, value: i64) -> u32 {
        let hash = self.hasher.hash_one(value);
        let (values, null) = (&self.values, self.null);
        let is_it = |number: &u32| values.get(*number as usize) == Some(&value) && Some(*number) != null;
        if let Some(known) = self.numbers.find(hash, is_it) {
            return *known;
        }
        if self.frozen {
            return ABSENT;
        }
        let next = self.next(value);
        let (values, hasher) = (&self.values, &self.hasher);
        let of = |number: &u32| hasher.hash_one(values.get(*number as usize).copied().unwrap_or_default());
        self.numbers.insert_unique(hash, next, of);
        next
    }

    fn next(&mut self, value: i64) -> u32 {
        let next = u32::try_from(self.values.len()).unwrap_or(UNKNOWN);
        self.values.push(value);
        next
    }

    /// The values of numbers.
    pub(super) fn wholes(&self, numbers: impl Iterator<Item = u32>) -> Int64Array {
        let value = |number| match Some(number) == self.null {
            true => None,
            false => self.values.get(number as usize).copied(),
        };
        numbers.map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use super::*;

    /// Runs that begin and end anywhere, of values that are in the list and others, give what single values give.
    #[test]
    fn runs_are_values() {
        let values: Vec<i64> =
            (0..2_000).map(|row: i64| [7, 1 << 40, -3, (row / 37) << 20][(row / 29 % 4) as usize]).collect();
        let (mut one, mut all) = (Wholes::default(), Wholes::default());
        let expected: Vec<u32> = values.iter().map(|value| one.of(*value)).collect();
        for size in [values.len(), 100, 17] {
            let mut numbers = Vec::new();
            for rows in values.chunks(size) {
                let rows: ArrayRef = Arc::new(Int64Array::from(rows.to_vec()));
                all.number(&rows, &mut numbers).unwrap();
            }
            assert_eq!(numbers, expected);
        }
        assert_eq!(all.wholes(expected.iter().copied()), Int64Array::from(values));
    }
}
