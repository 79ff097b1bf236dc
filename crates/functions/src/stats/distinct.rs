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

use super::{
    groups::{Groups, Rows, Sorted, forget_front},
    input::Whole,
    interned::Interned,
    kernel::Kernel,
    nested::{as_lists, items, list_of, lists},
    pairs::{Pairs, group_of, pair, value_of},
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
    pairs: Option<Pairs>,
    /// How many pairs each group has.
    counts: Vec<u32>,
}

/// Pairs on their way into a set: they come in one by one, and go in many at a time.
struct Adding<'a> {
    pairs: &'a mut Option<Pairs>,
    counts: &'a mut [u32],
    waiting: Vec<u64>,
}

impl<'a> Adding<'a> {
    /// How many pairs wait at most.
    const MOST: usize = 1_024;

    fn new(pairs: &'a mut Option<Pairs>, counts: &'a mut [u32]) -> Self {
        Self { pairs, counts, waiting: Vec::new() }
    }

    /// Adds a value to a group.
    fn add(&mut self, group: usize, value: u32) {
        if self.pairs.is_none() {
            if group == 0 {
                // Values are numbered as they come.
                self.counts[0] += u32::from(value == self.counts[0]);
                return;
            }
            *self.pairs = Some(alone(self.counts[0]));
        }
        self.waiting.push(pair(group, value));
        if self.waiting.len() == Self::MOST {
            self.end();
        }
    }

    /// Lets those in that still wait.
    fn end(&mut self) {
        let Self { pairs, counts, waiting } = self;
        if let Some(pairs) = pairs {
            pairs.insert_all(waiting, |pair| counts[group_of(pair)] += 1);
        }
        waiting.clear();
    }
}

/// The pairs of group 0 while it is alone.
fn alone(count: u32) -> Pairs {
    let mut pairs = Pairs::default();
    pairs.insert_all(&(0..count).map(|value| pair(0, value)).collect::<Vec<_>>(), |_| {});
    pairs
}

impl Distinct {
    fn new(answer: Answer, values: Interned) -> Self {
        Self { answer, values, pairs: None, counts: Vec::new() }
    }

    /// The values of the first `count` groups.
    fn by_group(&self, count: usize) -> Sorted<u32> {
        let alone = if self.pairs.is_none() { self.counts.first().copied().unwrap_or(0) } else { 0 };
        let pairs = self.pairs.iter().flat_map(Pairs::iter).map(|pair| (group_of(pair), value_of(pair)));
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
        let mut adding = Adding::new(&mut self.pairs, &mut self.counts);
        self.values.each(column, rows, |group, value| adding.add(group, value))?;
        adding.end();
        Ok(())
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
        self.pairs.get_or_insert_with(|| self::alone(alone));
        let values = self.values.of_state(lists)?;
        let mut adding = Adding::new(&mut self.pairs, &mut self.counts);
        for (row, group) in rows.iter() {
            for place in items(lists, row) {
                adding.add(group, values[place - first]);
            }
        }
        adding.end();
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
        let mut rest = Vec::new();
        for pair_of_rest in self.pairs.take().iter().flat_map(Pairs::iter).filter(|pair| group_of(*pair) >= count) {
            let number = kept.values.adopt(&self.values, value_of(pair_of_rest))?;
            rest.push(pair(group_of(pair_of_rest) - count, number));
        }
        kept.pairs.insert(Pairs::default()).insert_all(&rest, |_| {});
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
        let pairs = self.pairs.as_ref().map_or(0, Pairs::size);
        self.values.size() + pairs + self.counts.capacity() * size_of::<u32>()
    }
}
