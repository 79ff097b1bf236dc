//! What all groups have reached: rows that are worse fall out without a look at their groups. `stats earliest(bytes) by src`
//!
//! Events come about in the order of time. Once every group has its earliest value, no later event changes any; what each of many
//! groups has would have to be fetched from memory to find that out.

use super::End;
use crate::stats::key::KeyColumn;

/// A key that is no better than that of any of the first groups.
#[derive(Debug)]
pub(super) struct Bound {
    /// Turns the beginnings of keys so that the smaller is the better.
    turn: u64,
    /// The beginning of the key.
    weakest: u64,
    /// How many groups, from the first on, have a value.
    known: usize,
}

impl Bound {
    /// For no groups yet.
    pub(super) fn new(end: End) -> Self {
        let turn = match end {
            End::Smallest => 0,
            End::Greatest => u64::MAX,
        };
        Self { turn, weakest: 0, known: 0 }
    }

    /// How many groups, from the first on, no row of a column can win.
    pub(super) fn beaten(&self, keys: &KeyColumn) -> usize {
        let Some(last) = keys.len().checked_sub(1).filter(|_| self.known > 0) else { return 0 };
        let is_beaten = |row: usize| self.place(keys, row) > self.weakest;
        // Where rows are in order one of the two tells.
        if is_beaten(0) && is_beaten(last) && (0..last).all(is_beaten) { self.known } else { 0 }
    }

    /// A group has its first value, that of a row.
    pub(super) fn meet(&mut self, keys: &KeyColumn, row: usize) {
        self.weakest = self.weakest.max(self.place(keys, row));
    }

    /// Takes account of which groups have a value now.
    pub(super) fn advance(&mut self, present: &[bool]) {
        self.known += present.iter().skip(self.known).take_while(|present| **present).count();
    }

    /// The first groups are gone.
    pub(super) fn forget(&mut self, count: usize) {
        self.known = self.known.saturating_sub(count);
    }

    fn place(&self, keys: &KeyColumn, row: usize) -> u64 {
        keys.leading(row) ^ self.turn
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{collections::BTreeMap, sync::Arc};

    use datafusion::arrow::{
        array::{ArrayRef, BinaryArray, Int64Array, StringArray},
        datatypes::DataType,
    };
    use proptest::prelude::*;

    use super::{
        super::{Position, numbers::Numbers},
        *,
    };
    use crate::stats::groups::{Groups, Rows};

    /// A row: its group, its key, its value.
    type Row = (usize, i64, i64);

    /// The best value of each of so many groups, of equal keys the smallest.
    fn best(rows: &[Row], end: End, groups: usize) -> Vec<Option<i64>> {
        let mut best: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
        for (group, key, value) in rows {
            let own = (if end == End::Smallest { *key } else { -key }, *value);
            best.entry(*group).and_modify(|best| *best = own.min(*best)).or_insert(own);
        }
        (0..groups).map(|group| best.get(&group).map(|(_, value)| *value)).collect()
    }

    /// Rows about in the order of keys, as those of events are, with groups that come late.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let row = (0..4_usize, 0..3_i64, 0..10_i64);
        prop::collection::vec(row, 1..40).prop_map(|rows| {
            let late = rows.into_iter().enumerate();
            late.map(|(nth, (group, key, value))| (group.min(nth / 5), key + nth as i64 / 2 - 10, value)).collect()
        })
    }

    proptest! {
        #[test]
        fn rows_that_are_beaten_change_nothing(rows in rows(), size in 1..8_usize, is_forwards in any::<bool>()) {
            let rows: Vec<Row> = if is_forwards { rows } else { rows.into_iter().rev().collect() };
            let total = rows.iter().map(|(group, ..)| group + 1).max().unwrap();
            for end in [End::Smallest, End::Greatest] {
                let mut kept: [(bool, Box<dyn Groups>); 3] = [
                    (false, Box::new(Numbers::of(end, &DataType::Int64, &DataType::Int64).unwrap())),
                    (true, Box::new(Numbers::of(end, &DataType::Int64, &DataType::Binary).unwrap())),
                    (true, Box::new(Position::new(end, DataType::Utf8, DataType::Binary).unwrap())),
                ];
                for (nth, (has_bytes, groups)) in kept.iter_mut().enumerate() {
                    for batch in rows.chunks(size) {
                        let ids: Vec<usize> = batch.iter().map(|(group, ..)| *group).collect();
                        let keys = batch.iter().map(|(_, key, _)| *key);
                        let keys: ArrayRef = match has_bytes {
                            true => Arc::new(BinaryArray::from_iter_values(keys.map(|key| (key + 100).to_be_bytes()))),
                            false => Arc::new(Int64Array::from_iter_values(keys)),
                        };
                        let values = batch.iter().map(|(.., value)| *value);
                        let values: ArrayRef = match nth {
                            2 => Arc::new(StringArray::from_iter_values(values.map(|value| value.to_string()))),
                            _ => Arc::new(Int64Array::from_iter_values(values)),
                        };
                        groups.update(&[values, keys], &Rows::grouped(&ids, None, total)).unwrap();
                    }
                    let expected = best(&rows, end, total).into_iter();
                    let expected: ArrayRef = match nth {
                        2 => Arc::new(expected.map(|value| value.map(|value| value.to_string())).collect::<StringArray>()),
                        _ => Arc::new(expected.collect::<Int64Array>()),
                    };
                    prop_assert_eq!(&groups.evaluate(total).unwrap(), &expected, "{:?} {}", end, nth);
                }
            }
        }
    }
}
