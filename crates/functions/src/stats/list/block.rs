//! The rows of neighbouring groups: few enough groups that putting their rows together stays within the processor's caches.

use std::cmp::Ordering;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType},
    common::Result,
};

use super::super::{
    arena::Arena,
    groups::Sorted,
    key::{KeyColumn, Keys},
};

/// One row of input: a run of texts.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// The group, by its place in the block.
    group: u32,
    first: u32,
    count: u32,
}

/// Rows, each with its group, its key and its texts.
#[derive(Debug)]
pub(super) struct Block {
    runs: Vec<Run>,
    /// The key of each run.
    keys: Keys,
    texts: Arena,
}

/// The rows of a block, group by group.
pub(super) struct Grouped<'a> {
    block: &'a Block,
    runs: Sorted<u32>,
}

impl Block {
    pub(super) fn new(key_type: &DataType) -> Self {
        Self { runs: Vec::new(), keys: Keys::new(key_type), texts: Arena::default() }
    }

    /// Adds a text to the last row, or with a key begins one.
    pub(super) fn push(&mut self, group: u32, text: &str, key: Option<(&KeyColumn, usize)>) -> Result<()> {
        let first = self.texts.push(text)?;
        match key {
            Some((keys, place)) => {
                self.runs.push(Run { group, first, count: 1 });
                self.keys.push(keys, place);
            }
            None => {
                if let Some(run) = self.runs.last_mut() {
                    run.count += 1;
                }
            }
        }
        Ok(())
    }

    /// Drops the rows of the groups before `first`.
    pub(super) fn forget(&mut self, first: u32) -> Result<()> {
        let mut texts = Arena::default();
        let mut runs = Vec::new();
        for run in self.runs.iter().filter(|run| run.group >= first) {
            let start = texts.len() as u32;
            for number in run.texts() {
                texts.push(self.texts.get(number))?;
            }
            runs.push(Run { group: run.group, first: start, count: run.count });
        }
        let before = std::mem::replace(&mut self.runs, runs);
        self.keys.retain(|place| before.get(place).is_some_and(|run| run.group >= first));
        self.texts = texts;
        Ok(())
    }

    /// The rows of `count` groups from `first` on, in the order in which they came.
    pub(super) fn grouped(&self, first: u32, count: usize) -> Grouped<'_> {
        let runs = self.runs.iter().enumerate();
        let group = move |run: &Run| run.group.checked_sub(first).map_or(usize::MAX, |group| group as usize);
        Grouped { block: self, runs: Sorted::new(runs.map(move |(place, run)| (group(run), place as u32)), count) }
    }

    /// Bytes on the heap.
    pub(super) fn size(&self) -> usize {
        self.runs.capacity() * size_of::<Run>() + self.keys.size() + self.texts.size()
    }

    fn texts(&self, run: u32) -> impl Iterator<Item = &str> {
        let run = self.runs.get(run as usize).map(Run::texts).unwrap_or_default();
        run.map(|number| self.texts.get(number))
    }

    fn order(&self, a: u32, b: u32) -> Ordering {
        self.keys.order(a as usize, b as usize).then_with(|| self.texts(a).cmp(self.texts(b)))
    }
}

impl Run {
    fn texts(&self) -> std::ops::Range<u32> {
        self.first..self.first.saturating_add(self.count)
    }
}

impl Grouped<'_> {
    /// Puts the rows of each group in the order of their keys, those of equal keys in the order of their texts.
    pub(super) fn sort(&mut self) {
        for runs in self.runs.groups_mut() {
            runs.sort_unstable_by(|a, b| self.block.order(*a, *b));
        }
    }

    /// The texts of all rows.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.runs.items().iter().flat_map(|run| self.block.texts(*run))
    }

    /// How many texts each group has.
    pub(super) fn lengths(&mut self) -> impl Iterator<Item = usize> {
        let count = |run: &u32| self.block.runs.get(*run as usize).map_or(0, |run| run.count as usize);
        self.runs.groups_mut().map(move |runs| runs.iter().map(count).sum())
    }

    /// How many rows each group has.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> {
        self.runs.lengths()
    }

    /// How many texts each row has.
    pub(super) fn counts(&self) -> impl Iterator<Item = i64> {
        let count = |run: &u32| self.block.runs.get(*run as usize).map_or(0, |run| i64::from(run.count));
        self.runs.items().iter().map(count)
    }

    /// The keys of all rows.
    pub(super) fn keys(&self) -> Result<ArrayRef> {
        self.block.keys.column(self.runs.items().iter().map(|run| *run as usize))
    }
}
