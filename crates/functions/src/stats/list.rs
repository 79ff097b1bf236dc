//! `list(field)`: all values in the order of the input.
//!
//! `stats list(user) by host` becomes `spl_list(user, key)`. Duplicates stay, the values of a list row stay together.
//! Rows without a key do not count; rows of equal keys come in the order of their values. Splunk's cut after 100 values is
//! absent: the planner makes it where it is asked for.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, Int64Type},
    },
    common::{Result, exec_err},
};

use super::{
    arena::Arena,
    groups::{Groups, Rows, Sorted},
    input::each_text,
    kernel::Kernel,
    key::{KeyColumn, Keys, key_type},
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

/// One row of input: a run of texts.
#[derive(Debug, Clone, Copy)]
struct Run {
    group: u32,
    first: u32,
    count: u32,
}

#[derive(Debug)]
struct Listing {
    key_type: DataType,
    runs: Vec<Run>,
    /// The key of each run.
    keys: Keys,
    texts: Arena,
}

impl Listing {
    fn new(key_type: DataType) -> Self {
        Self { runs: Vec::new(), keys: Keys::new(&key_type), texts: Arena::default(), key_type }
    }

    /// Adds a text to the last run, or begins one.
    fn push(&mut self, group: usize, text: &str, key: Option<(&KeyColumn, usize)>) -> Result<()> {
        let number = self.texts.push(text)?;
        match (key, self.runs.last_mut()) {
            (None, Some(run)) => run.count += 1,
            (Some((keys, place)), _) => {
                self.runs.push(Run { group: group as u32, first: number, count: 1 });
                self.keys.push(keys, place);
            }
            (None, None) => return exec_err!("a text belongs to no row"),
        }
        Ok(())
    }

    fn texts(&self, run: Run) -> impl Iterator<Item = &str> {
        (run.first..run.first.saturating_add(run.count)).map(|number| self.texts.get(number))
    }

    fn by_group(&self, count: usize) -> Sorted<u32> {
        let runs = self.runs.iter().enumerate();
        Sorted::new(runs.map(|(place, run)| (run.group as usize, place as u32)), count)
    }

    fn order(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (a as usize, b as usize);
        let texts = || self.texts(self.runs[a]).cmp(self.texts(self.runs[b]));
        self.keys.order(a, b).then_with(texts)
    }

    /// The texts of runs as lists, one for each group.
    fn lists(&self, sorted: &mut Sorted<u32>) -> Result<ArrayRef> {
        let mut column = TextColumn::default();
        for run in sorted.items() {
            for text in self.texts(self.runs[*run as usize]) {
                column.push(text)?;
            }
        }
        let length = |runs: &mut [u32]| runs.iter().map(|run| self.runs[*run as usize].count as usize).sum();
        lists(column.finish(), sorted.groups_mut().map(length))
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
        let mut sorted = self.by_group(count);
        for runs in sorted.groups_mut() {
            runs.sort_unstable_by(|a, b| self.order(*a, *b));
        }
        self.lists(&mut sorted)
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let mut sorted = self.by_group(count);
        let texts = self.lists(&mut sorted)?;
        let runs = || sorted.items().iter().map(|run| *run as usize);
        let keys = lists(self.keys.column(runs())?, sorted.lengths())?;
        let counts = Int64Array::from_iter_values(runs().map(|run| i64::from(self.runs[run].count)));
        Ok(vec![texts, keys, lists(Arc::new(counts), sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        let mut kept = Arena::default();
        let mut runs = Vec::new();
        for run in self.runs.iter().filter(|run| run.group as usize >= count) {
            let first = kept.len() as u32;
            for text in self.texts(*run) {
                kept.push(text)?;
            }
            runs.push(Run { group: run.group - count as u32, first, count: run.count });
        }
        let before = std::mem::replace(&mut self.runs, runs);
        self.keys.retain(|place| before[place].group as usize >= count);
        self.texts = kept;
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.key_type.clone())))
    }

    fn size(&self) -> usize {
        self.runs.capacity() * size_of::<Run>() + self.keys.size() + self.texts.size()
    }
}
