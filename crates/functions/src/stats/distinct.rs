//! `dc(field)` and `values(field)`: the distinct texts.
//!
//! `stats dc(user), values(user) by host`. `1` and `1.0` are different texts. `values` sorts by bytes, so 10 comes before
//! 9. A cap on the length of `values` is absent: the planner applies it.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType,
    },
    common::{Result, exec_err},
    logical_expr::function::AccumulatorArgs,
};
use hashbrown::HashSet;

use super::{
    groups::{Groups, Rows, Sorted, forget_front},
    input::Whole,
    interned::Interned,
    kernel::Kernel,
    nested::{as_lists, items, list_of, lists},
    whole::Numbers,
};
use crate::AggregateSpec;

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        names: &["dc", "distinct_count"],
        usage: "dc(field)",
        summary: "The number of distinct texts, case-sensitive.",
        nulls: "Rows without the field do not count; 0 where there is none with it.",
        examples: &[
            ("x a b a", "stats dc(x) AS r", "2"),
            ("x 1 1.0 01", "stats dc(x) AS r", "3"),
            ("x a", "stats dc(y) AS r", "0"),
        ],
        ..AggregateSpec::NEW
    },
    AggregateSpec {
        names: &["values"],
        usage: "values(field)",
        summary: "The distinct texts as a list in the order of their bytes.",
        examples: &[
            ("x 10 9 100 9", "stats values(x) AS r", "[10, 100, 9]"),
            ("x b a B", "stats values(x) AS r", "[B, a, b]"),
        ],
        ..AggregateSpec::NEW
    },
];

pub(crate) const KERNELS: &[Kernel] = &[
    Kernel {
        name: "spl_dc",
        arguments: 1,
        counts: true,
        takes_repeated: true,
        returns: |_| DataType::Int64,
        state,
        create: |args| create(args, Answer::Count),
    },
    Kernel {
        name: "spl_values",
        arguments: 1,
        counts: false,
        takes_repeated: true,
        returns: |_| list_of(DataType::Utf8),
        state,
        create: |args| create(args, Answer::Values),
    },
];

/// What is made of the distinct values.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Count,
    Values,
}

fn state(types: &[DataType]) -> Vec<DataType> {
    vec![list_of(types.first().map_or(DataType::Utf8, Interned::state_type))]
}

fn create(args: &AccumulatorArgs, answer: Answer) -> Result<Box<dyn Groups>> {
    let [value] = args.expr_fields else { return exec_err!("{} takes one argument", args.name) };
    Ok(match Whole::of(value.data_type()) {
        Some(kind) => Box::new(Numbers::new(answer, kind)),
        None => Box::new(Distinct::new(answer, Interned::new(value.data_type()))),
    })
}

/// The distinct pairs of group and value.
#[derive(Debug)]
struct Distinct {
    answer: Answer,
    values: Interned,
    /// The group in the upper half, the number of the value in the lower. None while group 0 is alone: it has every value.
    pairs: Option<HashSet<u64>>,
    /// How many pairs each group has.
    counts: Vec<u32>,
}

fn pair(group: usize, value: u32) -> u64 {
    (group as u64) << 32 | u64::from(value)
}

fn group_of(pair: u64) -> usize {
    (pair >> 32) as usize
}

fn value_of(pair: u64) -> u32 {
    pair as u32
}

/// Adds a value to a group.
fn insert(pairs: &mut Option<HashSet<u64>>, counts: &mut [u32], group: usize, value: u32) {
    let is_new = match pairs {
        // Values are numbered as they come.
        None if group == 0 => value == counts[0],
        None => {
            let alone = (0..counts[0]).map(|value| pair(0, value));
            pairs.insert(alone.collect()).insert(pair(group, value))
        }
        Some(pairs) => pairs.insert(pair(group, value)),
    };
    counts[group] += u32::from(is_new);
}

impl Distinct {
    fn new(answer: Answer, values: Interned) -> Self {
        Self { answer, values, pairs: None, counts: Vec::new() }
    }

    /// The values of the first `count` groups.
    fn by_group(&self, count: usize) -> Sorted<u32> {
        let alone = if self.pairs.is_none() { self.counts.first().copied().unwrap_or(0) } else { 0 };
        let pairs = self.pairs.iter().flatten().map(|pair| (group_of(*pair), value_of(*pair)));
        Sorted::new((0..alone).map(|value| (0, value)).chain(pairs), count)
    }

    fn lengths(&self, count: usize) -> impl Iterator<Item = u32> + '_ {
        self.counts.iter().copied().chain(std::iter::repeat(0)).take(count)
    }
}

impl Groups for Distinct {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("a distinct count takes one argument") };
        self.counts.resize(rows.total(), 0);
        let (pairs, counts) = (&mut self.pairs, self.counts.as_mut_slice());
        self.values.each(column, rows, |group, value| insert(pairs, counts, group, value))
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = state else { return exec_err!("the state of a distinct count is one column") };
        self.counts.resize(rows.total(), 0);
        let lists = as_lists(column)?;
        let first = lists.value_offsets().first().map_or(0, |first| *first as usize);
        let alone = self.counts.first().copied().unwrap_or(0);
        if self.pairs.is_none() && rows.total() == 1 {
            self.values.of_state(lists)?;
            self.counts[0] = self.values.len() as u32;
            return Ok(());
        }
        // All values get their numbers before the first is inserted.
        self.pairs.get_or_insert_with(|| (0..alone).map(|value| pair(0, value)).collect());
        let values = self.values.of_state(lists)?;
        for (row, group) in rows.iter() {
            for place in items(lists, row) {
                insert(&mut self.pairs, &mut self.counts, group, values[place - first]);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        match self.answer {
            Answer::Count => Ok(Arc::new(Int64Array::from_iter_values(self.lengths(count).map(i64::from)))),
            Answer::Values => {
                let ranks = self.values.ranks()?;
                let mut sorted = self.by_group(count);
                for values in sorted.groups_mut() {
                    values.sort_unstable_by_key(|value| ranks[*value as usize]);
                }
                lists(self.values.texts(sorted.items().iter().copied().map(Some))?, sorted.lengths())
            }
        }
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let sorted = self.by_group(count);
        Ok(vec![lists(self.values.items(sorted.items().iter().copied())?, sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let mut kept = Self::new(self.answer, self.values.fresh());
        kept.counts = std::mem::take(&mut self.counts);
        forget_front(&mut kept.counts, count);
        // Group 0 goes, and it may have values that no other group has.
        let pairs = kept.pairs.insert(HashSet::new());
        for pair_of_rest in self.pairs.take().into_iter().flatten().filter(|pair| group_of(*pair) >= count) {
            let number = kept.values.adopt(&self.values, value_of(pair_of_rest))?;
            pairs.insert(pair(group_of(pair_of_rest) - count, number));
        }
        *self = kept;
        Ok(())
    }

    /// A list for each row as it is: whoever merges it finds the duplicates.
    fn convert(&self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<Vec<ArrayRef>> {
        let [column] = arguments else { return exec_err!("a distinct count takes one argument") };
        let (items, lengths) = Interned::rows(column, rows)?;
        Ok(vec![lists(items, lengths.into_iter())?])
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.answer, self.values.fresh())))
    }

    fn size(&self) -> usize {
        let pairs = self.pairs.as_ref().map_or(0, HashSet::allocation_size);
        self.values.size() + pairs + self.counts.capacity() * size_of::<u32>()
    }
}
