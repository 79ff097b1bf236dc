//! `list(field)`: all values in the order of the input.
//!
//! `stats list(user) by host` becomes `spl_list(user, key)`. Duplicates stay, the values of a list row stay together.
//! Rows without a key do not count; rows of equal keys come in the order of their values. Splunk's cut after 100 values is
//! absent: the planner makes it where it is asked for.

mod block;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array, new_empty_array},
        compute::concat,
        datatypes::{DataType, Int64Type},
    },
    common::{Result, exec_err},
};

use self::block::{Block, Grouped};
use super::{
    groups::{Groups, Rows},
    input::each_text,
    kernel::Kernel,
    key::{KeyColumn, key_type},
    nested::{TextColumn, as_lists, items, list_of, lists},
};
use crate::AggregateSpec;

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[AggregateSpec {
    names: &["list"],
    in_order: true,
    usage: "list(field)",
    summary: "All values as a list, in the order of the input, duplicates kept.",
    differs: &["It keeps all values, the first 100 of them with `--splunk-limits`."],
    examples: &[("x b a b", "stats list(x) AS r", "[b, a, b]")],
    ..AggregateSpec::NEW
}];

pub(crate) const KERNELS: &[Kernel] = &[Kernel {
    name: "spl_list",
    arguments: 2,
    counts: false,
    takes_repeated: true,
    returns: |_| list_of(DataType::Utf8),
    state: |types| {
        let key = types.get(1).map_or(DataType::Int64, key_type);
        vec![list_of(DataType::Utf8), list_of(key), list_of(DataType::Int64)]
    },
    create: |args| {
        let [_, key] = args.expr_fields else { return exec_err!("spl_list takes a value and a key") };
        Ok(Box::new(Listing::new(key.data_type().clone())))
    },
}];

/// So many groups share a block.
const GROUPS: usize = 512;

#[derive(Debug)]
struct Listing {
    key_type: DataType,
    /// The rows of the first groups, of those that follow, and so on.
    blocks: Vec<Block>,
    /// How many groups of the first block are forgotten.
    forgotten: usize,
}

impl Listing {
    fn new(key_type: DataType) -> Self {
        Self { key_type, blocks: Vec::new(), forgotten: 0 }
    }

    /// Adds a text to the last row of its block, or with a key begins one.
    fn push(&mut self, group: usize, text: &str, key: Option<(&KeyColumn, usize)>) -> Result<()> {
        let group = group + self.forgotten;
        let place = group / GROUPS;
        while self.blocks.len() <= place {
            self.blocks.push(Block::new(&self.key_type));
        }
        match self.blocks.get_mut(place) {
            Some(block) => block.push((group % GROUPS) as u32, text, key),
            None => exec_err!("a group has no block"),
        }
    }

    /// The rows of the first `count` groups, block by block.
    fn wanted(&self, count: usize) -> impl Iterator<Item = Grouped<'_>> {
        let end = self.forgotten + count;
        let first = (0..end).step_by(GROUPS).zip(&self.blocks);
        first.map(move |(first, block)| {
            let start = self.forgotten.saturating_sub(first);
            block.grouped(start as u32, GROUPS.min(end - first) - start)
        })
    }
}

impl Groups for Listing {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [values, keys] = arguments else { return exec_err!("spl_list takes a value and a key") };
        let keys = KeyColumn::new(keys)?;
        let mut current = None;
        each_text(values, rows, |row, group, text| {
            if keys.nulls().is_some_and(|nulls| nulls.is_null(row)) {
                return Ok(());
            }
            let begins = current.replace(row) != Some(row);
            self.push(group, text, begins.then_some((&keys, row)))
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [texts, keys, counts] = state else { return exec_err!("the state of spl_list is three columns") };
        let (texts, keys, counts) = (as_lists(texts)?, as_lists(keys)?, as_lists(counts)?);
        let text_items = texts.values().as_string::<i32>();
        let key_items = KeyColumn::new(keys.values())?;
        let count_items = counts.values().as_primitive::<Int64Type>();
        for (row, group) in rows.iter() {
            let mut places = items(texts, row);
            for (key, count) in items(keys, row).zip(items(counts, row)) {
                for (nth, place) in places.by_ref().take(count_items.value(count) as usize).enumerate() {
                    self.push(group, text_items.value(place), (nth == 0).then_some((&key_items, key)))?;
                }
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let mut column = TextColumn::default();
        let mut lengths = Vec::with_capacity(count);
        for mut rows in self.wanted(count) {
            rows.sort();
            rows.texts().try_for_each(|text| column.push(text))?;
            lengths.extend(rows.lengths());
        }
        // Groups without a row at the end have no block.
        lengths.resize(count, 0);
        lists(column.finish(), lengths.into_iter())
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let mut column = TextColumn::default();
        let (mut lengths, mut run_lengths, mut counts, mut keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for mut rows in self.wanted(count) {
            rows.texts().try_for_each(|text| column.push(text))?;
            lengths.extend(rows.lengths());
            run_lengths.extend(rows.rows());
            counts.extend(rows.counts());
            keys.push(rows.keys()?);
        }
        lengths.resize(count, 0);
        run_lengths.resize(count, 0);
        let keys = match keys.as_slice() {
            [] => new_empty_array(&key_type(&self.key_type)),
            keys => concat(&keys.iter().map(AsRef::as_ref).collect::<Vec<_>>())?,
        };
        Ok(vec![
            lists(column.finish(), lengths.into_iter())?,
            lists(keys, run_lengths.iter().copied())?,
            lists(Arc::new(Int64Array::from(counts)), run_lengths.into_iter())?,
        ])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        self.forgotten += count;
        self.blocks.drain(..(self.forgotten / GROUPS).min(self.blocks.len()));
        self.forgotten %= GROUPS;
        if let Some(first) = self.blocks.first_mut() {
            first.forget(self.forgotten as u32)?;
        }
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.key_type.clone())))
    }

    fn size(&self) -> usize {
        self.blocks.capacity() * size_of::<Block>() + self.blocks.iter().map(Block::size).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use datafusion::arrow::array::{Array, StringArray};

    use super::*;

    /// Lists of more groups than a block has, of which the first are forgotten in steps that fall within blocks and between them.
    #[test]
    fn groups_are_forgotten_across_blocks() {
        let rows = 6_000_usize;
        let group = |row: usize| row * 7 % 1_999;
        let mut expected: Vec<Vec<String>> = vec![Vec::new(); 1_999];
        // Later rows have smaller keys: lists are the other way round.
        for row in (0..rows).rev() {
            expected[group(row)].push(format!("text {row}"));
        }
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("text {row}"))));
        let keys: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|row| -(row as i64))));
        let mut listing = Listing::new(DataType::Int64);
        let groups: Vec<usize> = (0..rows).map(group).collect();
        listing.update(&[texts, keys], &Rows::grouped(&groups, None, 1_999)).unwrap();
        for forgotten in [0, 300, 512, 12, 800] {
            listing.forget(forgotten).unwrap();
            expected.drain(..forgotten);
            let left = expected.len();
            let found = listing.evaluate(left).unwrap();
            let found = found.as_list::<i32>();
            for (group, expected) in expected.iter().enumerate() {
                let own = found.value(group);
                assert_eq!(own.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), *expected, "{group} of {left}");
            }
            // Fewer groups than there are, and what another one makes of their state.
            let state = listing.state(left / 2).unwrap();
            let mut other = Listing::new(DataType::Int64);
            let all: Vec<usize> = (0..left / 2).collect();
            other.merge(&state, &Rows::grouped(&all, None, left / 2)).unwrap();
            assert_eq!(other.evaluate(left / 2).unwrap().as_list::<i32>(), &found.slice(0, left / 2));
        }
        assert!(listing.evaluate(expected.len() + 1).unwrap().is_null(expected.len()));
    }
}
