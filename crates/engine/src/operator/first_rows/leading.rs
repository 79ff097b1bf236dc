//! The rows of a batch that may be the first of their group, by the first of the order's keys alone.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        compute::SortOptions,
    },
    common::Result,
};

use crate::operator::order_places::OrderPlaces;

/// The best of each group so far by a key of times or whole numbers: the smaller, the earlier.
#[derive(Debug)]
pub(super) struct Leading {
    best: Vec<i64>,
    /// No group's best is later, unless it came with rows that have no key.
    latest: i64,
    has_nulls: bool,
}

impl Default for Leading {
    fn default() -> Self {
        Self { best: Vec::new(), latest: i64::MIN, has_nulls: false }
    }
}

impl Leading {
    /// The places of rows that are not later than their group's best, in their own order; none where the key does not tell.
    ///
    /// Rows that stand in the opposite order are looked at from the end, so that each group has its best at once.
    pub(super) fn candidates(
        &mut self,
        key: &ArrayRef,
        options: SortOptions,
        groups: &[usize],
        total: usize,
    ) -> Result<Option<Vec<u32>>> {
        if !OrderPlaces::are_of(key.data_type()) || key.null_count() > 0 {
            self.has_nulls = true;
            return Ok(None);
        }
        let places = OrderPlaces::of(key, options.descending)?;
        // Where all rows are later than any group's best, those of new groups alone are looked at.
        let known = if !self.has_nulls && places.are_after(self.latest) { self.best.len() } else { 0 };
        if known == total {
            return Ok(Some(Vec::new()));
        }
        let before = self.best.len();
        self.best.resize(total, i64::MAX);
        let mut rows: Vec<u32> = Vec::new();
        places.each(|row, place| {
            let group = groups.get(row).copied().unwrap_or_default();
            if group >= known
                && let Some(best) = self.best.get_mut(group)
                && place <= *best
            {
                *best = place;
                rows.extend(u32::try_from(row));
            }
        });
        let new = self.best.get(before..).unwrap_or_default();
        self.latest = new.iter().fold(self.latest, |latest, best| latest.max(*best));
        rows.sort_unstable();
        Ok(Some(rows))
    }

    /// Begins anew without groups.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use datafusion::arrow::array::Int64Array;

    use super::*;

    #[test]
    fn rows_that_cannot_be_first_are_left_out() {
        let descending = SortOptions { descending: true, nulls_first: false };
        let mut leading = Leading::default();
        let key = |values: &[i64]| -> ArrayRef { Arc::new(Int64Array::from(values.to_vec())) };
        // The newest of group 0 is 7, twice; of group 1 it is 6. From the end, no other row comes in between.
        let rows = leading.candidates(&key(&[1, 2, 3, 6, 7, 7]), descending, &[0, 0, 1, 1, 0, 0], 2).unwrap();
        assert_eq!(rows, Some(vec![3, 4, 5]));
        let rows = leading.candidates(&key(&[6, 8, 7]), descending, &[1, 1, 0], 2).unwrap();
        // From the start, 6 is as good as the best so far, and then 8 is better.
        assert_eq!(rows, Some(vec![1, 2]), "the last is better than the first, so it is looked at from the end");
        // All are older than 7 and 8, the bests of both groups: only a row of a new group may be its first one.
        let rows = leading.candidates(&key(&[5, 4, 4]), descending, &[1, 2, 0], 3).unwrap();
        assert_eq!(rows, Some(vec![1]));
        let rows = leading.candidates(&key(&[3, 3]), descending, &[0, 1], 3).unwrap();
        assert_eq!(rows, Some(vec![]));
        let rows = leading.candidates(&key(&[5, 6, 9]), descending, &[2, 2, 0], 3).unwrap();
        assert_eq!(rows, Some(vec![1, 2]));
        let nulls: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1)]));
        assert_eq!(leading.candidates(&nulls, descending, &[3, 3], 4).unwrap(), None);
        // The best of group 3 is not known.
        let rows = leading.candidates(&key(&[2, 1]), descending, &[3, 0], 4).unwrap();
        assert_eq!(rows, Some(vec![0]));
    }
}
