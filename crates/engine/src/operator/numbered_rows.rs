//! Rows in the order of a small number that each has: the part that it is dealt out to, the key that it matches.
//!
//! They are counted, not compared: two looks at each number. Rows of one number stay in their order.

/// Rows by their numbers.
#[derive(Debug)]
pub(super) struct NumberedRows {
    /// For each number where its rows begin among `rows`; the last is their end.
    pub(super) starts: Vec<u32>,
    pub(super) rows: Vec<u32>,
}

impl NumberedRows {
    /// The rows of `count` numbers, of which each row's is the next of `numbers`. A row whose number is none of them is row 0.
    pub(super) fn new(numbers: &[usize], count: usize) -> Self {
        let mut starts = vec![0_u32; count + 1];
        for number in numbers {
            if let Some(rows) = starts.get_mut(*number + 1) {
                *rows += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut rows = vec![0_u32; numbers.len()];
        for (row, number) in (0_u32..).zip(numbers) {
            if let Some(place) = next.get_mut(*number) {
                if let Some(slot) = rows.get_mut(*place as usize) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        Self { starts, rows }
    }

    /// The rows of a number; none where it is too large.
    pub(super) fn of(&self, number: usize) -> &[u32] {
        let bound = |place: usize| self.starts.get(place).map(|start| *start as usize);
        match (bound(number), bound(number.saturating_add(1))) {
            (Some(start), Some(end)) => self.rows.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        (self.starts.capacity() + self.rows.capacity()) * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_number_stay_in_their_order() {
        let rows = NumberedRows::new(&[2, 0, 2, 3, 0, 2], 5);
        assert_eq!((rows.of(0), rows.of(1), rows.of(2), rows.of(3)), (&[1, 4][..], &[][..], &[0, 2, 5][..], &[3][..]));
        assert_eq!((rows.of(4), rows.of(5), rows.of(usize::MAX)), (&[][..], &[][..], &[][..]));
        assert_eq!(rows.starts, [0, 2, 2, 5, 6, 6]);
    }
}
