//! Rows that came one after the other, and stay as they came.
//!
//! Rows come as they stand in files, which mostly have the order of their keys or its reverse: a batch knows the stretches
//! of it that do. Rows of several cores take turns in a batch, so it may have some.

use std::{borrow::Cow, cmp::Ordering, ops::Range};

use super::{
    item::Items,
    key::{Head, Keys},
    open::{MOST, ROWS},
};

/// Rows, each with its group, its key and its values.
#[derive(Debug)]
pub(super) struct Batch {
    groups: Box<[u32]>,
    keys: Keys,
    items: Items,
    /// Where the values of each row begin, and the end of the last. Empty where each row has one.
    bounds: Box<[u32]>,
    /// All rows; none where they are in no order.
    stretches: Option<Box<[Stretch]>>,
}

/// Neighbouring rows of which each has a greater key than the one before it, or a smaller one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) is_falling: bool,
}

/// With more stretches for the rows than this, it is cheaper to compare the rows of each group.
pub(super) const ROWS_OF_A_STRETCH: usize = 8;

impl Batch {
    pub(super) fn new(groups: Box<[u32]>, keys: Keys, items: Items, bounds: Box<[u32]>) -> Self {
        let stretches = stretches(&keys, groups.len());
        Self { groups, keys, items, bounds, stretches }
    }

    /// The group of each row.
    pub(super) fn groups(&self) -> &[u32] {
        &self.groups
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(super) fn items(&self) -> &Items {
        &self.items
    }

    pub(super) fn stretches(&self) -> Option<&[Stretch]> {
        self.stretches.as_deref()
    }

    /// Whether each row has one value.
    pub(super) fn has_single(&self) -> bool {
        self.bounds.is_empty()
    }

    /// How many values all rows have.
    pub(super) fn total(&self) -> usize {
        self.bounds.last().map_or(self.groups.len(), |end| *end as usize)
    }

    /// Whether it was made before it was full.
    pub(super) fn is_short(&self) -> bool {
        self.groups.len() < ROWS && self.total().max(self.items.bytes()) < MOST
    }

    /// The places of a row's values.
    #[inline]
    pub(super) fn values(&self, row: usize) -> Range<usize> {
        match self.bounds.get(row..row + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => row..row + 1,
        }
    }

    /// The texts of a row's values.
    pub(super) fn texts(&self, row: usize) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.values(row).map(|place| self.items.text(place))
    }

    /// How two rows compare whose keys have the same head: those of equal keys by their texts.
    pub(super) fn order(&self, row: usize, other: &Self, other_row: usize) -> Ordering {
        let keys = self.keys.order(row, &other.keys, other_row);
        keys.then_with(|| self.texts(row).cmp(other.texts(other_row)))
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        size_of_val::<[u32]>(&self.groups)
            + size_of_val::<[u32]>(&self.bounds)
            + self.keys.size()
            + self.items.size()
            + self.stretches.as_deref().map_or(0, size_of_val::<[Stretch]>)
    }
}

impl Stretch {
    /// The rows as places in the batch.
    pub(super) fn rows(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The row with the smallest key.
    pub(super) fn least(&self) -> usize {
        if self.is_falling { self.end as usize - 1 } else { self.start as usize }
    }

    /// Takes off the rows whose keys are below `head`; none for all.
    pub(super) fn take(&mut self, keys: &Keys, head: Option<Head>) -> Self {
        let count = head.map_or(self.end - self.start, |head| self.below(keys, head));
        let mut taken = *self;
        if self.is_falling {
            self.end -= count;
            taken.start = self.end;
        } else {
            self.start += count;
            taken.end = self.start;
        }
        taken
    }

    /// How many rows have keys below `head`.
    fn below(&self, keys: &Keys, head: Head) -> u32 {
        let nth = |nth: u32| if self.is_falling { self.end - 1 - nth } else { self.start + nth };
        let (mut below, mut not_below) = (0, self.end - self.start);
        if keys.head(nth(not_below - 1) as usize) < head {
            return not_below;
        }
        while below < not_below {
            let middle = below.midpoint(not_below);
            if keys.head(nth(middle) as usize) < head {
                below = middle + 1;
            } else {
                not_below = middle;
            }
        }
        below
    }
}

/// The stretches of rows, if they are few.
fn stretches(keys: &Keys, count: usize) -> Option<Box<[Stretch]>> {
    let mut stretches = Vec::new();
    let most = count / ROWS_OF_A_STRETCH + 2;
    let mut open: Option<(usize, Option<Ordering>)> = None;
    let mut before = Head::default();
    for row in 0..count {
        let head = keys.head(row);
        let way = head.cmp(&before);
        before = head;
        open = match open {
            Some((start, None)) if way.is_ne() => Some((start, Some(way))),
            Some((start, Some(known))) if known == way => Some((start, Some(known))),
            // Of equal keys none is in its place before the texts are compared.
            Some(_) if way.is_eq() || stretches.len() >= most => return None,
            Some((start, known)) => {
                stretches.push(Stretch::new(start, row, known));
                Some((row, None))
            }
            None => Some((row, None)),
        };
    }
    stretches.extend(open.map(|(start, known)| Stretch::new(start, count, known)));
    Some(stretches.into())
}

impl Stretch {
    fn new(start: usize, end: usize, way: Option<Ordering>) -> Self {
        Self { start: start as u32, end: end as u32, is_falling: way == Some(Ordering::Less) }
    }
}
