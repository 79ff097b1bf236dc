//! What belongs to each group, group by group. Two passes over the rows, no comparison.

use std::ops::Range;

use datafusion::{arrow::array::ArrayRef, common::Result};

use super::{batch::Batch, column, item::Items, open::ROWS, order::Piece, packed};
use crate::stats::input::Whole;

/// Places of rows or numbers, those of a group side by side in the order of the pieces.
#[derive(Debug)]
pub(super) struct Dealt<T> {
    pub(super) items: Vec<T>,
    /// Where the items of each group end.
    ends: Vec<u32>,
}

impl Dealt<u32> {
    /// The places of the rows of the groups from `first` up to `end`. A place is the batch's number times [`ROWS`], and the row.
    pub(super) fn places(batches: &[Batch], pieces: &[Piece], first: usize, end: usize) -> Self {
        let mut dealt = Self::new(batches, first, end);
        for piece in pieces {
            let (rows, start) = (piece.rows.rows(), piece.batch * ROWS);
            let groups = batches.get(piece.batch).and_then(|batch| batch.groups().get(rows.clone()));
            let places = groups.unwrap_or_default().iter().zip(rows);
            let mut put =
                |(group, row): (&u32, usize)| dealt.put(group.wrapping_sub(first as u32), (start + row) as u32);
            if piece.rows.is_falling { places.rev().for_each(&mut put) } else { places.for_each(&mut put) }
        }
        dealt
    }
}

/// The numbers of rows, group by group.
pub(super) enum Numbers {
    /// How far each is from the least of all.
    Near(i64, Dealt<u32>),
    Far(Dealt<i64>),
}

impl Numbers {
    /// Those of the groups from `first` up to `end`, if each row has one.
    pub(super) fn new(batches: &[Batch], pieces: &[Piece], first: usize, end: usize) -> Self {
        match least(batches) {
            Some(least) => {
                let near = |number: i64| number.wrapping_sub(least) as u32;
                Self::Near(least, Dealt::numbers(batches, pieces, first, end, near))
            }
            None => Self::Far(Dealt::numbers(batches, pieces, first, end, |number| number)),
        }
    }

    /// Their texts, those of all groups.
    pub(super) fn texts(&self, kind: Whole) -> Result<ArrayRef> {
        match self {
            Self::Near(least, numbers) => {
                column::of_numbers(kind, numbers.items.iter().map(|offset| least.wrapping_add(i64::from(*offset))))
            }
            Self::Far(numbers) => column::of_numbers(kind, numbers.items.iter().copied()),
        }
    }

    /// How many each of the groups has.
    pub(super) fn lengths(&self, count: usize) -> Vec<usize> {
        match self {
            Self::Near(_, numbers) => numbers.lengths(count).collect(),
            Self::Far(numbers) => numbers.lengths(count).collect(),
        }
    }
}

/// The least number, if none is far from it.
fn least(batches: &[Batch]) -> Option<i64> {
    let span = |batch: &Batch| match batch.items() {
        Items::Whole(_, numbers) => numbers.span(),
        Items::Texts(_) => None,
    };
    let mut spans = batches.iter().map(span);
    let mut all = spans.next()??;
    for span in spans {
        let (least, most) = span?;
        all = (all.0.min(least), all.1.max(most));
    }
    packed::distance(all.0, all.1).map(|_| all.0)
}

impl<T: Copy + Default> Dealt<T> {
    /// What `short` makes of the numbers of rows of the groups from `first` up to `end`.
    fn numbers(batches: &[Batch], pieces: &[Piece], first: usize, end: usize, short: impl Fn(i64) -> T) -> Self {
        let mut dealt = Self::new(batches, first, end);
        for piece in pieces {
            let Some(batch) = batches.get(piece.batch) else { continue };
            if let Items::Whole(_, numbers) = batch.items() {
                numbers.each(piece.rows.rows(), piece.rows.is_falling, batch.groups(), |group, number| {
                    dealt.put(group.wrapping_sub(first as u32), short(number));
                });
            }
        }
        dealt
    }

    fn new(batches: &[Batch], first: usize, end: usize) -> Self {
        let mut ends = vec![0_u32; end.saturating_sub(first)];
        for group in batches.iter().flat_map(Batch::groups) {
            if let Some(count) = ends.get_mut(group.wrapping_sub(first as u32) as usize) {
                *count += 1;
            }
        }
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        Self { items: vec![T::default(); total as usize], ends }
    }

    #[inline]
    fn put(&mut self, group: u32, item: T) {
        if let Some(end) = self.ends.get_mut(group as usize)
            && let Some(place) = self.items.get_mut(*end as usize)
        {
            *place = item;
            *end += 1;
        }
    }
}

impl<T> Dealt<T> {
    /// Where the items of a group lie; after all others for a group that there is not.
    pub(super) fn range(&self, group: usize) -> Range<usize> {
        let end = |group: usize| self.ends.get(group).map_or(self.items.len(), |end| *end as usize);
        group.checked_sub(1).map_or(0, end)..end(group)
    }

    /// How many items each of the first groups has.
    fn lengths(&self, count: usize) -> impl Iterator<Item = usize> {
        (0..count).map(|group| self.range(group).len())
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.items.capacity() * size_of::<T>() + self.ends.capacity() * size_of::<u32>()
    }
}
