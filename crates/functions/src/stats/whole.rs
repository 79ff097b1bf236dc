//! `dc(field)` and `values(field)` of a column of numbers.
//!
//! `stats dc(port) by host`. Pairs of group and number, hashed once: two numbers of a column are one where their texts are one.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        datatypes::Int64Type,
    },
    common::{Result, exec_err},
};
use hashbrown::HashSet;

use super::{
    distinct::Answer,
    groups::{Groups, Rows, Sorted, forget_front},
    input::Whole,
    interned::Interned,
    nested::{TextColumn, as_lists, items, lists},
};

/// The distinct pairs of group and number.
#[derive(Debug)]
pub(crate) struct Numbers {
    answer: Answer,
    kind: Whole,
    pairs: Pairs,
    /// How many pairs each group has.
    counts: Vec<u32>,
}

/// Numbers by group.
#[derive(Debug)]
enum Pairs {
    /// Group 0 is alone: a pair is twice as large as its number.
    One(HashSet<i64>),
    Many(HashSet<(u32, i64)>),
}

impl Pairs {
    /// Room for `more` numbers of some of the first `groups` groups.
    fn prepare(&mut self, groups: usize, more: usize) {
        if let Self::One(numbers) = self
            && groups > 1
        {
            *self = Self::Many(std::mem::take(numbers).into_iter().map(|number| (0, number)).collect());
        }
        match self {
            Self::One(numbers) => numbers.reserve(more),
            Self::Many(pairs) => pairs.reserve(more),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::One(numbers) => numbers.len(),
            Self::Many(pairs) => pairs.len(),
        }
    }

    fn allocation_size(&self) -> usize {
        match self {
            Self::One(numbers) => numbers.allocation_size(),
            Self::Many(pairs) => pairs.allocation_size(),
        }
    }
}

impl Numbers {
    pub(crate) fn new(answer: Answer, kind: Whole) -> Self {
        Self { answer, kind, pairs: Pairs::One(HashSet::new()), counts: Vec::new() }
    }

    /// Counts what group 0 has while it is alone.
    fn count_one(&mut self) {
        if let (Pairs::One(numbers), Some(count)) = (&self.pairs, self.counts.first_mut()) {
            *count = numbers.len() as u32;
        }
    }

    fn by_group(&self, count: usize) -> Sorted<i64> {
        match &self.pairs {
            Pairs::One(numbers) => Sorted::new(numbers.iter().map(|number| (0, *number)), count),
            Pairs::Many(pairs) => Sorted::new(pairs.iter().map(|(group, number)| (*group as usize, *number)), count),
        }
    }
}

impl Groups for Numbers {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("a distinct count takes one argument") };
        if Whole::of(column.data_type()) != Some(self.kind) {
            return exec_err!("a column of {} where {:?} was expected", column.data_type(), self.kind);
        }
        let column = self.kind.column(column);
        self.counts.resize(rows.total(), 0);
        self.pairs.prepare(rows.total(), 0);
        match &mut self.pairs {
            Pairs::One(numbers) => {
                rows.each(column.nulls(), |row, _| {
                    numbers.insert(column.value(row));
                    Ok(())
                })?;
                self.count_one();
            }
            Pairs::Many(pairs) => {
                let counts = self.counts.as_mut_slice();
                rows.each(column.nulls(), |row, group| {
                    counts[group] += u32::from(pairs.insert((group as u32, column.value(row))));
                    Ok(())
                })?;
            }
        }
        Ok(())
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = state else { return exec_err!("the state of a distinct count is one column") };
        let lists = as_lists(column)?;
        let Some(numbers) = lists.values().as_primitive_opt::<Int64Type>() else {
            return exec_err!("a state has {} where numbers are expected", lists.values().data_type());
        };
        self.counts.resize(rows.total(), 0);
        for (row, group) in rows.iter() {
            let own = numbers.values().get(items(lists, row)).unwrap_or_default();
            // A state has no number twice. What several states share is not known: an empty set takes in all of the first.
            self.pairs.prepare(rows.total(), if self.pairs.len() == 0 { own.len() } else { 0 });
            match &mut self.pairs {
                Pairs::One(numbers) => numbers.extend(own),
                Pairs::Many(pairs) => {
                    let added = own.iter().filter(|number| pairs.insert((group as u32, **number)));
                    self.counts[group] += added.count() as u32;
                }
            }
        }
        self.count_one();
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        if let Answer::Count = self.answer {
            let counts = self.counts.iter().copied().chain(std::iter::repeat(0)).take(count);
            return Ok(Arc::new(Int64Array::from_iter_values(counts.map(i64::from))));
        }
        let mut sorted = self.by_group(count);
        let mut column = TextColumn::default();
        let mut texts = Vec::new();
        for numbers in sorted.groups_mut() {
            texts.clear();
            texts.extend(numbers.iter().map(|number| self.kind.text(*number)));
            texts.sort_unstable();
            texts.iter().try_for_each(|text| column.push(text))?;
        }
        lists(column.finish(), sorted.lengths())
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let sorted = self.by_group(count);
        let numbers = Int64Array::from_iter_values(sorted.items().iter().copied());
        Ok(vec![lists(Arc::new(numbers), sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.counts, count);
        match &mut self.pairs {
            Pairs::One(numbers) if count > 0 => *numbers = HashSet::new(),
            Pairs::One(_) => {}
            Pairs::Many(pairs) => {
                let rest = std::mem::take(pairs).into_iter().filter(|(group, _)| *group as usize >= count);
                *pairs = rest.map(|(group, number)| (group - count as u32, number)).collect();
            }
        }
        Ok(())
    }

    /// A list for each row as it is: whoever merges it finds the duplicates.
    fn convert(&self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<Vec<ArrayRef>> {
        let [column] = arguments else { return exec_err!("a distinct count takes one argument") };
        let (numbers, lengths) = Interned::rows(column, rows)?;
        Ok(vec![lists(numbers, lengths.into_iter())?])
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.answer, self.kind)))
    }

    fn size(&self) -> usize {
        self.pairs.allocation_size() + self.counts.capacity() * size_of::<u32>()
    }
}
