//! All rows that count, and what is asked of them by group.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::{Result, resources_err},
};

use super::{
    arranged::{Arranged, State, numbers_of},
    batch::Batch,
    dealt::Numbers,
    open::{Open, ROWS},
    order,
};
use crate::stats::{input::Whole, key::KeyColumn};

/// The rows.
#[derive(Debug)]
pub(super) struct Kept {
    key_type: DataType,
    batches: Vec<Batch>,
    /// Bytes that the batches have on the heap.
    bytes: usize,
    /// The rows that came last.
    open: Open,
    /// How many groups there are, with those that are forgotten.
    groups: usize,
    /// How many of the first groups are forgotten. Some of their rows may still be there.
    forgotten: usize,
    /// The rows by group, from the first time that some groups are asked for until the next row comes.
    arranged: Option<Arranged>,
}

impl Kept {
    pub(super) fn new(key_type: DataType) -> Self {
        let open = Open::new(&key_type, None);
        Self { key_type, batches: Vec::new(), bytes: 0, open, groups: 0, forgotten: 0, arranged: None }
    }

    /// The same with no rows.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.key_type.clone())
    }

    /// Gets ready for rows with numbers of a kind or texts, after which there are `groups` groups.
    pub(super) fn resume(&mut self, kind: Option<Whole>, groups: usize) -> Result<()> {
        self.arranged = None;
        if u32::try_from(self.forgotten + groups).is_err() {
            self.compact()?;
        }
        self.groups = self.forgotten + groups;
        if self.open.kind() != kind {
            self.close()?;
            self.open.restart(kind);
        }
        // A batch that somebody asked for too early takes further rows.
        if self.open.len() == 0
            && let Some(batch) = self.batches.pop_if(|batch| batch.is_short() && batch.items().kind() == kind)
        {
            self.bytes -= batch.size();
            self.reopen(&batch, 0)?;
        }
        Ok(())
    }

    /// Begins a row.
    pub(super) fn begin(&mut self, group: usize, keys: &KeyColumn, row: usize) -> Result<()> {
        if self.open.is_full() {
            self.close()?;
        }
        self.open.begin((self.forgotten + group) as u32, keys, row)
    }

    /// Adds a text to the last row.
    pub(super) fn text(&mut self, text: &str) -> Result<()> {
        self.open.text(text.as_bytes())
    }

    /// Adds a row of one number.
    pub(super) fn number(&mut self, group: usize, number: i64, keys: &KeyColumn, row: usize) -> Result<()> {
        self.begin(group, keys, row)?;
        self.open.number(number);
        Ok(())
    }

    /// Adds rows of one number each.
    pub(super) fn extend(&mut self, groups: &[usize], numbers: &[i64], keys: &KeyColumn) -> Result<()> {
        let mut start = 0;
        while start < groups.len() {
            if self.open.is_full() {
                self.close()?;
            }
            let range = start..groups.len().min(start + ROWS - self.open.len());
            let own = groups.get(range.clone()).unwrap_or_default();
            let own = own.iter().map(|group| (self.forgotten + group) as u32);
            start = range.end;
            self.open.extend(own, numbers, keys, range)?;
        }
        Ok(())
    }

    /// Makes a batch of the rows that came last.
    fn close(&mut self) -> Result<()> {
        if self.open.len() == 0 {
            return Ok(());
        }
        if self.batches.len() > u32::MAX as usize / ROWS {
            return resources_err!("more than {} rows in one stats function", u32::MAX);
        }
        let batch = self.open.batch();
        self.open.restart(self.open.kind());
        self.bytes += batch.size();
        self.batches.push(batch);
        Ok(())
    }

    /// Takes the rows of a batch once more, without those of the groups before `first`.
    fn reopen(&mut self, batch: &Batch, first: usize) -> Result<()> {
        for (row, group) in batch.groups().iter().enumerate() {
            if let Some(group) = group.checked_sub(first as u32) {
                if self.open.is_full() {
                    self.close()?;
                }
                self.open.push_from(group, batch, row)?;
            }
        }
        Ok(())
    }

    /// Drops the rows of the groups that are forgotten.
    fn compact(&mut self) -> Result<()> {
        self.close()?;
        self.arranged = None;
        self.bytes = 0;
        let first = std::mem::take(&mut self.forgotten);
        self.groups -= first;
        for batch in std::mem::take(&mut self.batches) {
            if self.open.kind() != batch.items().kind() {
                self.close()?;
                self.open.restart(batch.items().kind());
            }
            self.reopen(&batch, first)?;
        }
        Ok(())
    }

    /// Forgets the first groups. Their rows go once they are half of all: each row is moved a few times at most.
    pub(super) fn forget(&mut self, count: usize) -> Result<()> {
        self.forgotten += count;
        self.groups = self.groups.max(self.forgotten);
        let rows: usize = self.batches.iter().map(|batch| batch.groups().len()).sum();
        let left = self.arranged.as_ref().map_or(0, |arranged| arranged.rows_from(self.forgotten));
        if left <= rows / 2 { self.compact() } else { Ok(()) }
    }

    /// The texts of the first `count` groups in the order of their keys, and how many each group has.
    pub(super) fn texts(&mut self, count: usize) -> Result<(ArrayRef, Vec<usize>)> {
        self.close()?;
        let end = self.forgotten + count;
        let pieces = if self.arranged.is_none() { order::in_order(&self.batches) } else { None };
        if end >= self.groups
            && let (Some(kind), Some(pieces)) = (numbers_of(&self.batches), &pieces)
        {
            let numbers = Numbers::new(&self.batches, pieces, self.forgotten, end);
            return Ok((numbers.texts(kind)?, numbers.lengths(count)));
        }
        let arranged =
            self.arranged.get_or_insert_with(|| Arranged::new(&self.batches, pieces, self.forgotten, self.groups));
        arranged.sort(&self.batches, self.forgotten..end);
        arranged.texts(&self.batches, self.forgotten..end)
    }

    /// The state of the first `count` groups.
    pub(super) fn state(&mut self, count: usize) -> Result<State> {
        self.close()?;
        let arranged =
            self.arranged.get_or_insert_with(|| Arranged::new(&self.batches, None, self.forgotten, self.groups));
        arranged.state(&self.batches, self.forgotten..self.forgotten + count, &self.key_type)
    }

    /// Whether all batches are read in the order of keys without comparing rows.
    #[cfg(test)]
    pub(super) fn sees_an_order(&self) -> bool {
        order::in_order(&self.batches).is_some()
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        let arranged = self.arranged.as_ref().map_or(0, Arranged::size);
        self.batches.capacity() * size_of::<Batch>() + self.bytes + self.open.size() + arranged
    }
}
