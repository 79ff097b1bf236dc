//! `list(field)`: all values in the order of the input.
//!
//! `stats list(user) by host` becomes `spl_list(user, key)`. Duplicates stay, the values of a list row stay together.
//! Rows without a key do not count; rows of equal keys come in the order of their values. Splunk's cut after 100 values is
//! absent: the planner makes it where it is asked for.

mod arranged;
mod batch;
mod column;
mod dealt;
mod item;
mod key;
mod open;
mod order;
mod packed;
mod rows;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        buffer::NullBuffer,
        datatypes::{DataType, Int64Type},
    },
    common::{Result, exec_err},
};

use self::rows::Kept;
use super::{
    groups::{Groups, Rows},
    input::{Whole, each_text},
    kernel::Kernel,
    key::{KeyColumn, key_type},
    nested::{as_lists, items, list_of, lists},
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

#[derive(Debug)]
struct Listing {
    rows: Kept,
}

impl Listing {
    fn new(key_type: DataType) -> Self {
        Self { rows: Kept::new(key_type) }
    }
}

impl Groups for Listing {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [values, keys] = arguments else { return exec_err!("spl_list takes a value and a key") };
        let keys = KeyColumn::new(keys)?;
        let kind = Whole::of(values.data_type());
        self.rows.resume(kind, rows.total())?;
        if let Some(kind) = kind {
            let numbers = kind.column(values);
            let has_nulls = numbers.null_count() > 0 || keys.nulls().is_some_and(|nulls| nulls.null_count() > 0);
            if rows.are_all()
                && !has_nulls
                && let Some(groups) = rows.all_groups()
            {
                return self.rows.extend(groups, numbers.values(), &keys);
            }
            let nulls = NullBuffer::union(numbers.nulls(), keys.nulls());
            return rows.each(nulls.as_ref(), |row, group| self.rows.number(group, numbers.value(row), &keys, row));
        }
        let mut current = None;
        each_text(values, rows, |row, group, text| {
            if keys.nulls().is_some_and(|nulls| nulls.is_null(row)) {
                return Ok(());
            }
            if current.replace(row) != Some(row) {
                self.rows.begin(group, &keys, row)?;
            }
            self.rows.text(text)
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [texts, keys, counts] = state else { return exec_err!("the state of spl_list is three columns") };
        let (texts, keys, counts) = (as_lists(texts)?, as_lists(keys)?, as_lists(counts)?);
        let text_items = texts.values().as_string::<i32>();
        let key_items = KeyColumn::new(keys.values())?;
        let count_items = counts.values().as_primitive::<Int64Type>();
        self.rows.resume(None, rows.total())?;
        for (row, group) in rows.iter() {
            let mut places = items(texts, row);
            for (key, count) in items(keys, row).zip(items(counts, row)) {
                self.rows.begin(group, &key_items, key)?;
                for place in places.by_ref().take(count_items.value(count) as usize) {
                    self.rows.text(text_items.value(place))?;
                }
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let (texts, lengths) = self.rows.texts(count)?;
        lists(texts, lengths.into_iter())
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let state = self.rows.state(count)?;
        Ok(vec![
            lists(state.texts, state.lengths.into_iter())?,
            lists(state.keys, state.rows.iter().copied())?,
            lists(Arc::new(Int64Array::from(state.counts)), state.rows.into_iter())?,
        ])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        self.rows.forget(count)
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self { rows: self.rows.fresh() }))
    }

    fn size(&self) -> usize {
        self.rows.size()
    }
}

#[cfg(test)]
mod tests;
