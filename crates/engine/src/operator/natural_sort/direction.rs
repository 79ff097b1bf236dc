//! Which way rows go.

use std::cmp::Ordering;

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanBufferBuilder, DynComparator, RecordBatch, make_comparator},
        buffer::BooleanBuffer,
    },
    common::Result,
    physical_expr::LexOrdering,
};

/// The direction of rows against the order that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// Each row comes before the next, or is equal to it.
    Forwards,
    /// The first key goes down; rows that are equal in it go forwards in the others.
    Backwards,
}

/// Looks at rows as they come.
pub(super) struct Watch {
    order: LexOrdering,
    /// None while all first keys are equal.
    direction: Option<Direction>,
    /// The keys of the last batch.
    last: Option<Vec<ArrayRef>>,
    /// For each batch whether its rows differ in the first key from the row before.
    starts: Vec<BooleanBuffer>,
}

impl Watch {
    pub(super) fn new(order: LexOrdering) -> Self {
        Self { order, direction: None, last: None, starts: Vec::new() }
    }

    /// Whether the rows up to the end of this batch go one way.
    pub(super) fn keeps(&mut self, batch: &RecordBatch) -> Result<bool> {
        let keys = self
            .order
            .iter()
            .map(|key| key.expr.evaluate(batch)?.into_array(batch.num_rows()))
            .collect::<Result<Vec<_>>>()?;
        let mut starts = BooleanBufferBuilder::new(batch.num_rows());
        match &self.last {
            Some(last) => {
                let before = last.first().map_or(0, |key| key.len()).saturating_sub(1);
                let compare = self.comparators(last, &keys)?;
                match self.step(&compare, before, 0) {
                    Some(starts_group) => starts.append(starts_group),
                    None => return Ok(false),
                }
            }
            None => starts.append(true),
        }
        let compare = self.comparators(&keys, &keys)?;
        for row in 1..batch.num_rows() {
            match self.step(&compare, row - 1, row) {
                Some(starts_group) => starts.append(starts_group),
                None => return Ok(false),
            }
        }
        self.starts.push(starts.finish());
        self.last = Some(keys);
        Ok(true)
    }

    fn comparators(&self, left: &[ArrayRef], right: &[ArrayRef]) -> Result<Vec<DynComparator>> {
        let pairs = left.iter().zip(right).zip(self.order.iter());
        pairs.map(|((left, right), key)| Ok(make_comparator(left, right, key.options)?)).collect()
    }

    /// Whether the row on the right begins a new group; none where it breaks the direction.
    fn step(&mut self, compare: &[DynComparator], left: usize, right: usize) -> Option<bool> {
        let (first, others) = compare.split_first()?;
        let direction = match first(left, right) {
            Ordering::Less => Direction::Forwards,
            Ordering::Greater => Direction::Backwards,
            Ordering::Equal => {
                let rest = others.iter().map(|compare| compare(left, right)).find(|order| *order != Ordering::Equal);
                return (rest != Some(Ordering::Greater)).then_some(false);
            }
        };
        (*self.direction.get_or_insert(direction) == direction).then_some(true)
    }

    /// The direction of all rows.
    pub(super) fn direction(&self) -> Direction {
        self.direction.unwrap_or(Direction::Forwards)
    }

    /// For each batch whether its rows differ in the first key from the row before.
    pub(super) fn into_starts(self) -> Vec<BooleanBuffer> {
        self.starts
    }
}
