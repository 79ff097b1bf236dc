//! The rows by group, and what is asked of some of the groups.

use std::{cmp::Ordering, ops::Range};

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::Result,
};

use super::{
    batch::Batch,
    column::{self, Column},
    dealt::Dealt,
    item::Items,
    key::{self, Head},
    open::ROWS,
    order::{self, Piece},
};
use crate::stats::input::Whole;

/// The places of all rows, group by group.
#[derive(Debug)]
pub(super) struct Arranged {
    places: Dealt<u32>,
    /// The group that is the first of them.
    first: usize,
    are_in_order: bool,
}

/// What another one needs to go on with the rows of some groups.
pub(super) struct State {
    pub(super) texts: ArrayRef,
    /// How many texts each group has.
    pub(super) lengths: Vec<usize>,
    /// The key of each row.
    pub(super) keys: ArrayRef,
    /// How many texts each row has.
    pub(super) counts: Vec<i64>,
    /// How many rows each group has.
    pub(super) rows: Vec<usize>,
}

/// Of the rows of larger groups, keys are looked up at each comparison: beside each other they would take much room.
const MANY: usize = 1 << 16;

/// What the values of all rows are, if each is one number of this kind.
pub(super) fn numbers_of(batches: &[Batch]) -> Option<Whole> {
    let kind = batches.first()?.items().kind();
    let are_alike = batches.iter().all(|batch| batch.has_single() && batch.items().kind() == kind);
    kind.filter(|_| are_alike)
}

impl Arranged {
    /// The rows of the groups from `first` up to `end`, in the order of their keys if pieces are given.
    pub(super) fn new(batches: &[Batch], pieces: Option<Vec<Piece>>, first: usize, end: usize) -> Self {
        let are_in_order = pieces.is_some();
        let pieces = pieces.unwrap_or_else(|| order::as_they_came(batches));
        Self { places: Dealt::places(batches, &pieces, first, end), first, are_in_order }
    }

    /// How many rows belong to the groups from `group` on.
    pub(super) fn rows_from(&self, group: usize) -> usize {
        self.places.items.len() - self.places.range(group.saturating_sub(self.first)).start
    }

    /// Puts the rows of some groups in the order of their keys, those of equal keys in the order of their texts.
    pub(super) fn sort(&mut self, batches: &[Batch], groups: Range<usize>) {
        if self.are_in_order {
            return;
        }
        let mut heads = Vec::new();
        for group in groups {
            let range = self.places.range(group - self.first);
            if let Some(places) = self.places.items.get_mut(range) {
                sort(places, batches, &mut heads);
            }
        }
    }

    /// The texts of some groups, and how many each has.
    pub(super) fn texts(&self, batches: &[Batch], groups: Range<usize>) -> Result<(ArrayRef, Vec<usize>)> {
        let (places, rows) = self.of(groups);
        if let Some(kind) = numbers_of(batches) {
            let numbers: Vec<i64> = rows_at(places, batches)
                .map(|(batch, row)| match batch.items() {
                    Items::Whole(_, numbers) => numbers.get(row),
                    Items::Texts(_) => 0,
                })
                .collect();
            return Ok((column::of_numbers(kind, numbers.iter().copied())?, rows));
        }
        // All of the texts, if all groups are asked for.
        let bytes: usize = batches.iter().map(|batch| batch.items().bytes()).sum();
        let all: usize = batches.iter().map(|batch| batch.groups().len()).sum();
        let mut column = Column::with_capacity(places.len(), if places.len() == all { bytes } else { 0 });
        for (batch, row) in rows_at(places, batches) {
            batch.texts(row).try_for_each(|text| column.push(&text))?;
        }
        let mut counts = rows_at(places, batches).map(|(batch, row)| batch.values(row).len());
        let lengths = rows.iter().map(|rows| counts.by_ref().take(*rows).sum()).collect();
        Ok((column.finish()?, lengths))
    }

    /// The state of some groups, for keys of a type.
    pub(super) fn state(&self, batches: &[Batch], groups: Range<usize>, key_type: &DataType) -> Result<State> {
        let (texts, lengths) = self.texts(batches, groups.clone())?;
        let (places, rows) = self.of(groups);
        let counts = rows_at(places, batches).map(|(batch, row)| batch.values(row).len() as i64);
        let keys = key::column(key_type, rows_at(places, batches).map(|(batch, row)| (batch.keys(), row)))?;
        Ok(State { texts, lengths, keys, counts: counts.collect(), rows })
    }

    /// The places of some groups' rows, and how many rows each group has.
    fn of(&self, groups: Range<usize>) -> (&[u32], Vec<usize>) {
        let groups = groups.start - self.first..groups.end - self.first;
        let rows: Vec<usize> = groups.clone().map(|group| self.places.range(group).len()).collect();
        let start = self.places.range(groups.start).start;
        let count: usize = rows.iter().sum();
        (self.places.items.get(start..start + count).unwrap_or_default(), rows)
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.places.size()
    }
}

/// The rows at places: the batch, and the row in it.
fn rows_at<'a>(places: &'a [u32], batches: &'a [Batch]) -> impl Iterator<Item = (&'a Batch, usize)> {
    places.iter().filter_map(|place| row_at(*place, batches))
}

fn row_at(place: u32, batches: &[Batch]) -> Option<(&Batch, usize)> {
    let place = place as usize;
    batches.get(place / ROWS).map(|batch| (batch, place % ROWS))
}

fn head(place: u32, batches: &[Batch]) -> Head {
    row_at(place, batches).map(|(batch, row)| batch.keys().head(row)).unwrap_or_default()
}

/// How the rows at two places compare whose keys have the same head.
fn order(place: u32, other: u32, batches: &[Batch]) -> Ordering {
    match (row_at(place, batches), row_at(other, batches)) {
        (Some((batch, row)), Some((other, other_row))) => batch.order(row, other, other_row),
        _ => Ordering::Equal,
    }
}

/// Puts the rows of a group in order; `heads` is room for their keys.
fn sort(places: &mut [u32], batches: &[Batch], heads: &mut Vec<(Head, u32)>) {
    if places.len() > MANY {
        places.sort_unstable_by(|a, b| head(*a, batches).cmp(&head(*b, batches)).then_with(|| order(*a, *b, batches)));
        return;
    }
    heads.clear();
    heads.extend(places.iter().map(|place| (head(*place, batches), *place)));
    heads.sort_unstable_by(|(a, place), (b, other)| a.cmp(b).then_with(|| order(*place, *other, batches)));
    places.iter_mut().zip(heads).for_each(|(place, (_, sorted))| *place = *sorted);
}
