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
};
use hashbrown::HashSet;

use super::{
    arena::Interner,
    groups::{Groups, Rows, Sorted, forget_front},
    input::each_text,
    kernel::Kernel,
    nested::{TextColumn, list_of, lists},
};
use crate::{AggregateSpec, StatsKind};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        names: &["dc", "distinct_count"],
        has_number: false,
        kind: StatsKind::Text,
        usage: "dc(field)",
        summary: "The number of distinct texts, case-sensitive; each value of a list counts. 0 where there is none.",
    },
    AggregateSpec {
        names: &["values"],
        has_number: false,
        kind: StatsKind::Text,
        usage: "values(field)",
        summary: "The distinct texts as a list in the order of their bytes. Null where there is none.",
    },
];

pub(crate) const KERNELS: &[Kernel] = &[
    Kernel {
        name: "spl_dc",
        arguments: 1,
        counts: true,
        returns: |_| DataType::Int64,
        state: |_| vec![list_of(DataType::Utf8)],
        create: |_| Ok(Box::new(Distinct::new(Answer::Count))),
    },
    Kernel {
        name: "spl_values",
        arguments: 1,
        counts: false,
        returns: |_| list_of(DataType::Utf8),
        state: |_| vec![list_of(DataType::Utf8)],
        create: |_| Ok(Box::new(Distinct::new(Answer::Values))),
    },
];

#[derive(Debug, Clone, Copy)]
enum Answer {
    Count,
    Values,
}

/// The distinct pairs of group and text.
#[derive(Debug)]
struct Distinct {
    answer: Answer,
    texts: Interner,
    /// The group in the upper half, the number of the text in the lower.
    pairs: HashSet<u64>,
    /// How many pairs each group has.
    counts: Vec<u32>,
}

fn pair(group: usize, text: u32) -> u64 {
    (group as u64) << 32 | u64::from(text)
}

fn group_of(pair: u64) -> usize {
    (pair >> 32) as usize
}

fn text_of(pair: u64) -> u32 {
    pair as u32
}

impl Distinct {
    fn new(answer: Answer) -> Self {
        Self { answer, texts: Interner::default(), pairs: HashSet::new(), counts: Vec::new() }
    }

    fn insert(&mut self, group: usize, text: &str) -> Result<()> {
        let number = self.texts.intern(text)?;
        if self.pairs.insert(pair(group, number)) {
            self.counts[group] += 1;
        }
        Ok(())
    }

    /// The lists of the first `count` groups, their texts in the order given or in any.
    fn lists(&self, count: usize, ranks: Option<&[u32]>) -> Result<ArrayRef> {
        let mut sorted = Sorted::new(self.pairs.iter().map(|pair| (group_of(*pair), text_of(*pair))), count);
        if let Some(ranks) = ranks {
            for numbers in sorted.groups_mut() {
                numbers.sort_unstable_by_key(|number| ranks[*number as usize]);
            }
        }
        let mut items = TextColumn::default();
        for number in sorted.items() {
            items.push(self.texts.get(*number))?;
        }
        lists(items.finish(), sorted.lengths())
    }

    fn lengths(&self, count: usize) -> impl Iterator<Item = u32> + '_ {
        self.counts.iter().copied().chain(std::iter::repeat(0)).take(count)
    }
}

impl Groups for Distinct {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("a distinct count takes one argument") };
        self.counts.resize(rows.total(), 0);
        each_text(column, rows, |_, group, text| self.insert(group, text))
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.update(state, rows)
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        match self.answer {
            Answer::Count => Ok(Arc::new(Int64Array::from_iter_values(self.lengths(count).map(i64::from)))),
            Answer::Values => self.lists(count, Some(&self.texts.ranks())),
        }
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.lists(count, None)?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        let mut kept = Self::new(self.answer);
        kept.counts = std::mem::take(&mut self.counts);
        forget_front(&mut kept.counts, count);
        for pair_of_rest in self.pairs.drain().filter(|pair| group_of(*pair) >= count) {
            let number = kept.texts.intern(self.texts.get(text_of(pair_of_rest)))?;
            kept.pairs.insert(pair(group_of(pair_of_rest) - count, number));
        }
        *self = kept;
        Ok(())
    }

    /// A list for each row as it is: whoever merges it finds the duplicates.
    fn convert(&self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<Vec<ArrayRef>> {
        let [column] = arguments else { return exec_err!("a distinct count takes one argument") };
        let mut texts = TextColumn::default();
        let mut lengths = vec![0; rows.total()];
        each_text(column, rows, |_, group, text| {
            lengths[group] += 1;
            texts.push(text)
        })?;
        Ok(vec![lists(texts.finish(), lengths.into_iter())?])
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.answer)))
    }

    fn size(&self) -> usize {
        self.texts.size() + self.pairs.allocation_size() + self.counts.capacity() * size_of::<u32>()
    }
}
