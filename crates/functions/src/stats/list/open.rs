//! The rows that came last, until they are enough for a batch.

use std::ops::Range;

use datafusion::{arrow::datatypes::DataType, common::Result};

use super::{
    batch::Batch,
    item::{Items, OpenItems},
    key::{Keys, OpenKeys},
};
use crate::stats::{
    input::Whole,
    key::{KeyColumn, key_type},
};

/// A batch has so many rows, the last one fewer. Tests have few rows.
pub(super) const ROWS: usize = if cfg!(test) { 64 } else { 1 << 13 };

/// Nor does it take more rows once their texts or keys have so many bytes, or there are so many values.
pub(super) const MOST: usize = 1 << 28;

/// Rows, each with its group, its key and its values.
#[derive(Debug)]
pub(super) struct Open {
    groups: Vec<u32>,
    keys: OpenKeys,
    items: OpenItems,
    /// Where the values of each row begin. Empty as long as each row has one.
    firsts: Vec<u32>,
}

impl Open {
    pub(super) fn new(key: &DataType, kind: Option<Whole>) -> Self {
        let keys = match key_type(key) {
            DataType::Binary => OpenKeys::Bytes(<_>::default()),
            _ => OpenKeys::Numbers(Vec::new()),
        };
        Self { groups: Vec::new(), keys, items: OpenItems::new(kind), firsts: Vec::new() }
    }

    /// Takes values of another kind from here on; whatever it had is gone.
    pub(super) fn restart(&mut self, kind: Option<Whole>) {
        self.groups.clear();
        self.keys.clear();
        self.firsts.clear();
        if self.items.kind() == kind {
            self.items.clear();
        } else {
            self.items = OpenItems::new(kind);
        }
    }

    /// Begins a row.
    pub(super) fn begin(&mut self, group: u32, keys: &KeyColumn, row: usize) -> Result<()> {
        self.place(group);
        self.keys.push(keys, row)
    }

    /// Adds a text to the last row.
    pub(super) fn text(&mut self, text: &[u8]) -> Result<()> {
        self.several();
        self.items.push(text)
    }

    /// Adds a number to the last row.
    pub(super) fn number(&mut self, number: i64) {
        self.several();
        self.items.extend(&[number]);
    }

    /// Adds neighbouring rows of one number each.
    pub(super) fn extend(
        &mut self,
        groups: impl Iterator<Item = u32>,
        numbers: &[i64],
        keys: &KeyColumn,
        range: Range<usize>,
    ) -> Result<()> {
        let before = self.items.len() as u32;
        self.items.extend(numbers.get(range.clone()).unwrap_or_default());
        if !self.firsts.is_empty() {
            self.firsts.extend(before..before + range.len() as u32);
        }
        self.groups.extend(groups);
        self.keys.extend(keys, range.start, range.len())
    }

    /// Adds a row that another batch has.
    pub(super) fn push_from(&mut self, group: u32, batch: &Batch, row: usize) -> Result<()> {
        self.place(group);
        self.keys.push_from(batch.keys(), row)?;
        for place in batch.values(row) {
            self.several();
            self.items.push_from(batch.items(), place)?;
        }
        Ok(())
    }

    fn place(&mut self, group: u32) {
        self.groups.push(group);
        if !self.firsts.is_empty() {
            self.firsts.push(self.items.len() as u32);
        }
    }

    /// Notes where rows begin, if a value comes to a row that has one.
    fn several(&mut self) {
        if self.firsts.is_empty() && self.items.len() >= self.groups.len() {
            self.firsts.extend(0..self.groups.len() as u32);
        }
    }

    /// What its numbers are; none for texts.
    pub(super) fn kind(&self) -> Option<Whole> {
        self.items.kind()
    }

    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether it takes no further row.
    pub(super) fn is_full(&self) -> bool {
        self.len() >= ROWS || self.items.bytes().max(self.items.len()) >= MOST || self.keys.bytes() >= MOST
    }

    /// All rows in no more room than they need.
    pub(super) fn batch(&self) -> Batch {
        let mut bounds = self.firsts.clone();
        if !bounds.is_empty() {
            bounds.push(self.items.len() as u32);
        }
        let groups = self.groups.as_slice().into();
        Batch::new(groups, Keys::new(&self.keys), Items::new(&self.items), bounds.into())
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        (self.groups.capacity() + self.firsts.capacity()) * size_of::<u32>() + self.keys.size() + self.items.size()
    }
}
