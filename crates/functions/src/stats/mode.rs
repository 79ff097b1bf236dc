//! `mode(field)`: the most frequent text.
//!
//! `stats mode(status) by host`. Of equally frequent texts the smallest by bytes wins: the first one seen would depend on
//! how the input was cut.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, Int64Type},
    },
    common::{Result, exec_err},
};
use hashbrown::HashMap;

use super::{
    arena::Interner,
    groups::{Groups, Rows, Sorted},
    input::each_text,
    kernel::Kernel,
    nested::{TextColumn, as_lists, items, list_of, lists},
};
use crate::{AggregateSpec, StatsKind};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[AggregateSpec {
    names: &["mode"],
    has_number: false,
    kind: StatsKind::Text,
    usage: "mode(field)",
    summary: "The most frequent text, the smallest of several; each value of a list counts. Null where there is none.",
}];

pub(crate) const KERNELS: &[Kernel] = &[Kernel {
    name: "spl_mode",
    arguments: 1,
    counts: false,
    returns: |_| DataType::Utf8,
    state: |_| vec![list_of(DataType::Utf8), list_of(DataType::Int64)],
    create: |_| Ok(Box::new(Mode::default())),
}];

/// How often each group has each text.
#[derive(Debug, Default)]
struct Mode {
    texts: Interner,
    counts: HashMap<(u32, u32), i64>,
}

impl Mode {
    fn add(&mut self, group: usize, text: &str, count: i64) -> Result<()> {
        let number = self.texts.intern(text)?;
        *self.counts.entry((group as u32, number)).or_default() += count;
        Ok(())
    }

    fn by_group(&self, count: usize) -> Sorted<(u32, i64)> {
        Sorted::new(self.counts.iter().map(|((group, text), count)| (*group as usize, (*text, *count))), count)
    }
}

impl Groups for Mode {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("spl_mode takes one argument") };
        each_text(column, rows, |_, group, text| self.add(group, text, 1))
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [texts, counts] = state else { return exec_err!("the state of spl_mode is two columns") };
        let (texts, counts) = (as_lists(texts)?, as_lists(counts)?);
        let text_items = texts.values().as_string::<i32>();
        let count_items = counts.values().as_primitive::<Int64Type>();
        for (row, group) in rows.iter() {
            for (text, count) in items(texts, row).zip(items(counts, row)) {
                self.add(group, text_items.value(text), count_items.value(count))?;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let mut column = TextColumn::default();
        for texts in self.by_group(count).groups_mut() {
            let most = texts.iter().max_by(|(a, a_count), (b, b_count)| {
                a_count.cmp(b_count).then_with(|| self.texts.get(*b).cmp(self.texts.get(*a)))
            });
            match most {
                Some((text, _)) => column.push(self.texts.get(*text))?,
                None => column.push_null(),
            }
        }
        Ok(column.finish())
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let sorted = self.by_group(count);
        let mut texts = TextColumn::default();
        for (text, _) in sorted.items() {
            texts.push(self.texts.get(*text))?;
        }
        let counts = Int64Array::from_iter_values(sorted.items().iter().map(|(_, count)| *count));
        Ok(vec![lists(texts.finish(), sorted.lengths())?, lists(Arc::new(counts), sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        let before = std::mem::take(self);
        for ((group, text), number) in before.counts {
            if let Some(group) = (group as usize).checked_sub(count) {
                self.add(group, before.texts.get(text), number)?;
            }
        }
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::default()))
    }

    fn size(&self) -> usize {
        self.texts.size() + self.counts.allocation_size()
    }
}
