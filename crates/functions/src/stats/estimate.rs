//! `estdc(field)` and `estdc_error(field)`: about how many distinct texts there are.
//!
//! `stats estdc(user) by host`. Exact below 1000, as in Splunk; from there on a HyperLogLog of 2¹⁴ registers, whose relative
//! standard error is 0.81 %. DataFusion's own sketch is private to it. A group holds hashes of 64 bits until it is big, so a
//! small group costs little.

use std::{hash::BuildHasher, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BinaryBuilder, Float64Array, Int64Array},
        datatypes::DataType,
    },
    common::{Result, exec_err, hash_utils::HLL_RANDOM_STATE, resources_err},
};

use super::{
    groups::{Groups, Rows, forget_front},
    input::{Whole, each_text},
    kernel::Kernel,
    sketch::{REGISTERS, Sketch},
};
use crate::AggregateSpec;

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        names: &["estdc"],
        usage: "estdc(field)",
        summary: "About the number of distinct texts: exact below 1000, from there a HyperLogLog with a relative standard error of 0.81 %.",
        nulls: "Rows without the field do not count; 0 where there is none with it.",
        examples: &[("x a b a", "stats estdc(x) AS r", "2")],
        ..AggregateSpec::NEW
    },
    AggregateSpec {
        names: &["estdc_error"],
        usage: "estdc_error(field)",
        summary: "The relative standard error of `estdc`: 0 while it is exact, then 0.008125.",
        nulls: "Rows without the field do not count; 0 where there is none with it.",
        examples: &[("x a b a", "stats estdc_error(x) AS r", "0")],
        ..AggregateSpec::NEW
    },
];

pub(crate) const KERNELS: &[Kernel] = &[
    Kernel {
        name: "spl_estdc",
        arguments: 1,
        counts: true,
        takes_repeated: false,
        returns: |_| DataType::Int64,
        state: |_| vec![DataType::Binary],
        create: |_| Ok(Box::new(Estimates::new(Answer::Count))),
    },
    Kernel {
        name: "spl_estdc_error",
        arguments: 1,
        counts: true,
        takes_repeated: false,
        returns: |_| DataType::Float64,
        state: |_| vec![DataType::Binary],
        create: |_| Ok(Box::new(Estimates::new(Answer::Error))),
    },
];

/// From this many distinct texts on, the count is estimated.
const EXACT: usize = 1000;

#[derive(Debug, Clone, Copy)]
enum Answer {
    Count,
    Error,
}

/// The distinct texts of a group.
#[derive(Debug)]
enum Estimate {
    /// Their hashes, some of them more than once.
    Few(Vec<u64>),
    Many(Sketch),
}

impl Estimate {
    const EMPTY: Self = Self::Few(Vec::new());

    fn add(&mut self, hash: u64) {
        match self {
            Self::Few(hashes) => {
                if hashes.last() == Some(&hash) {
                    return;
                }
                if hashes.len() == hashes.capacity() {
                    self.settle();
                    // Room for as many again, so that each hash is sorted a few times only.
                    if let Self::Few(hashes) = self {
                        hashes.reserve_exact(hashes.len().max(4));
                    }
                }
                match self {
                    Self::Few(hashes) => hashes.push(hash),
                    Self::Many(sketch) => sketch.add(hash),
                }
            }
            Self::Many(sketch) => sketch.add(hash),
        }
    }

    /// Leaves each hash once, or a sketch where there are too many.
    fn settle(&mut self) {
        let Self::Few(hashes) = self else { return };
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.len() >= EXACT {
            let mut sketch = Sketch::default();
            hashes.iter().for_each(|hash| sketch.add(*hash));
            *self = Self::Many(sketch);
        }
    }

    fn size(&self) -> usize {
        match self {
            Self::Few(hashes) => hashes.capacity() * size_of::<u64>(),
            Self::Many(_) => REGISTERS,
        }
    }
}

#[derive(Debug)]
struct Estimates {
    answer: Answer,
    groups: Vec<Estimate>,
    /// What the groups hold.
    bytes: usize,
}

impl Estimates {
    fn new(answer: Answer) -> Self {
        Self { answer, groups: Vec::new(), bytes: 0 }
    }

    fn grow(&mut self, count: usize) {
        self.groups.resize_with(count.max(self.groups.len()), || Estimate::EMPTY);
    }

    /// Takes in the hash of a value; its seed is fixed, so all processes that work on a search agree.
    fn add(&mut self, group: usize, hash: u64) {
        if let Estimate::Many(sketch) = &mut self.groups[group] {
            return sketch.add(hash);
        }
        self.change(group, |estimate| estimate.add(hash));
    }

    fn change(&mut self, group: usize, change: impl FnOnce(&mut Estimate)) {
        let estimate = &mut self.groups[group];
        let before = estimate.size();
        change(estimate);
        self.bytes = self.bytes.saturating_sub(before) + estimate.size();
    }

    /// The first `count` groups with no hash held twice.
    fn settled(&mut self, count: usize) -> &[Estimate] {
        self.grow(count);
        (0..count).for_each(|group| self.change(group, Estimate::settle));
        &self.groups[..count]
    }
}

impl Groups for Estimates {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("an estimate takes one argument") };
        self.grow(rows.total());
        if let Some(kind) = Whole::of(column.data_type()) {
            let numbers = kind.column(column);
            return rows.each(numbers.nulls(), |row, group| {
                self.add(group, HLL_RANDOM_STATE.hash_one(numbers.value(row)));
                Ok(())
            });
        }
        each_text(column, rows, |_, group, text| {
            self.add(group, HLL_RANDOM_STATE.hash_one(text));
            Ok(())
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = state else { return exec_err!("the state of an estimate is one column") };
        let column = column.as_binary::<i32>();
        self.grow(rows.total());
        for (row, group) in rows.iter().filter(|(row, _)| column.is_valid(*row)) {
            match column.value(row).split_first() {
                Some((0, bytes)) => self.change(group, |estimate| {
                    let (hashes, _) = bytes.as_chunks();
                    hashes.iter().for_each(|hash| estimate.add(u64::from_le_bytes(*hash)));
                }),
                Some((_, registers)) => self.change(group, |estimate| {
                    let mut sketch = Sketch::default();
                    sketch.merge(registers);
                    match std::mem::replace(estimate, Estimate::EMPTY) {
                        Estimate::Few(hashes) => hashes.iter().for_each(|hash| sketch.add(*hash)),
                        Estimate::Many(other) => sketch.merge(other.registers()),
                    }
                    *estimate = Estimate::Many(sketch);
                }),
                None => {}
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let answer = self.answer;
        let groups = self.settled(count).iter();
        Ok(match answer {
            Answer::Count => Arc::new(Int64Array::from_iter_values(groups.map(|group| match group {
                Estimate::Few(hashes) => hashes.len() as i64,
                Estimate::Many(sketch) => sketch.count().round() as i64,
            }))),
            Answer::Error => Arc::new(Float64Array::from_iter_values(groups.map(|group| match group {
                Estimate::Few(_) => 0.0,
                Estimate::Many(_) => Sketch::error(),
            }))),
        })
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let groups = self.settled(count);
        let bytes: usize = groups.iter().map(|group| group.size() + 1).sum();
        if i32::try_from(bytes).is_err() {
            return resources_err!("more than 2 GiB of sketches in one batch of a stats function");
        }
        let mut column = BinaryBuilder::with_capacity(count, bytes);
        let mut value = Vec::new();
        for group in groups {
            value.clear();
            match group {
                Estimate::Few(hashes) => {
                    value.push(0);
                    hashes.iter().for_each(|hash| value.extend_from_slice(&hash.to_le_bytes()));
                }
                Estimate::Many(sketch) => {
                    value.push(1);
                    value.extend_from_slice(sketch.registers());
                }
            }
            column.append_value(&value);
        }
        Ok(vec![Arc::new(column.finish())])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.groups, count);
        self.bytes = self.groups.iter().map(Estimate::size).sum();
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.answer)))
    }

    fn size(&self) -> usize {
        self.bytes + self.groups.capacity() * size_of::<Estimate>()
    }
}
