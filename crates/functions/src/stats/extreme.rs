//! `min(field)` and `max(field)`.
//!
//! `stats max(version) by host`. Numbers come before texts: the least of 1, x and 3 is 1, the greatest x. Texts are answered
//! as they were written, `007` stays `007`; of equal numbers the smaller text wins. A column of numbers answers in its own
//! type.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int64Array},
        compute::{cast, max, min},
        datatypes::{DataType, Float64Type, Int64Type},
    },
    common::{Result, exec_err},
    logical_expr::function::AccumulatorArgs,
};

use super::{
    groups::{Groups, Rows, forget_front},
    input::each_text,
    kernel::Kernel,
    key::{ALLOCATION, KeyColumn, ordered, unordered},
    nested::TextColumn,
};
use crate::{
    AggregateSpec,
    value::{begins_number, parse_number},
};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        names: &["min"],
        usage: "min(field)",
        summary: "The least value: numbers by size come before texts by bytes.",
        examples: &[("x 10 9 100", "stats min(x) AS r", "9"), ("x 1 x 3", "stats min(x) AS r", "1")],
        ..AggregateSpec::NEW
    },
    AggregateSpec {
        names: &["max"],
        usage: "max(field)",
        summary: "The greatest value: numbers by size come before texts by bytes.",
        examples: &[("x 10 9 100", "stats max(x) AS r", "100"), ("x 1 x 3", "stats max(x) AS r", "x")],
        ..AggregateSpec::NEW
    },
];

pub(crate) const KERNELS: &[Kernel] = &[
    kernel("spl_min", |args| create(args, Ordering::Less)),
    kernel("spl_max", |args| create(args, Ordering::Greater)),
];

const fn kernel(name: &'static str, create: fn(&AccumulatorArgs) -> Result<Box<dyn Groups>>) -> Kernel {
    Kernel { name, arguments: 1, counts: false, returns: result_type, state: |types| vec![result_type(types)], create }
}

fn result_type(types: &[DataType]) -> DataType {
    match types {
        [number @ (DataType::Int64 | DataType::Float64 | DataType::Timestamp(..))] => number.clone(),
        _ => DataType::Utf8,
    }
}

fn create(args: &AccumulatorArgs, better: Ordering) -> Result<Box<dyn Groups>> {
    Ok(match args.return_type() {
        DataType::Utf8 => Box::new(Texts::new(better)),
        number => Box::new(Numbers { better, number: number.clone(), best: Vec::new(), present: Vec::new() }),
    })
}

/// The best of columns of numbers.
#[derive(Debug)]
struct Numbers {
    better: Ordering,
    number: DataType,
    best: Vec<i64>,
    present: Vec<bool>,
}

impl Numbers {
    fn offer(&mut self, group: usize, number: i64) {
        if !self.present[group] || number.cmp(&self.best[group]) == self.better {
            self.best[group] = number;
            self.present[group] = true;
        }
    }
}

impl Groups for Numbers {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("an extreme takes one argument") };
        let KeyColumn::Number(numbers) = KeyColumn::new(column)? else {
            return exec_err!("a column of {} holds no numbers", column.data_type());
        };
        self.best.resize(rows.total(), 0);
        self.present.resize(rows.total(), false);
        if rows.is_whole() {
            let best = if self.better == Ordering::Less { min(&numbers) } else { max(&numbers) };
            if let Some(best) = best {
                self.offer(0, best);
            }
            return Ok(());
        }
        rows.each(numbers.nulls(), |row, group| {
            self.offer(group, numbers.value(row));
            Ok(())
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.update(state, rows)
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let known = self.best.iter().zip(&self.present).map(|(number, present)| present.then_some(*number));
        let numbers: Int64Array = known.chain(std::iter::repeat(None)).take(count).collect();
        Ok(match &self.number {
            DataType::Float64 => Arc::new(numbers.unary::<_, Float64Type>(unordered)),
            DataType::Int64 => Arc::new(numbers.reinterpret_cast::<Int64Type>()),
            other => cast(&numbers, other)?,
        })
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(count)?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.best, count);
        forget_front(&mut self.present, count);
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        let (better, number) = (self.better, self.number.clone());
        Ok(Box::new(Self { better, number, best: Vec::new(), present: Vec::new() }))
    }

    fn size(&self) -> usize {
        self.best.capacity() * size_of::<i64>() + self.present.capacity()
    }
}

/// Where a value stands: a number by size, then texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Rank {
    #[default]
    Absent,
    Number(i64),
    Text,
}

/// The best of columns whose values may be numbers or texts.
#[derive(Debug)]
struct Texts {
    better: Ordering,
    ranks: Vec<Rank>,
    best: Vec<Box<str>>,
    bytes: usize,
}

impl Texts {
    fn new(better: Ordering) -> Self {
        Self { better, ranks: Vec::new(), best: Vec::new(), bytes: 0 }
    }

    fn offer(&mut self, group: usize, text: &str) {
        // Beside a text a number wins in `min` alone, and what cannot be one need not be read as one.
        if self.ranks[group] == Rank::Text {
            let may_be_number =
                self.better == Ordering::Less && text.as_bytes().first().is_some_and(|byte| begins_number(*byte));
            if !may_be_number && text.cmp(&self.best[group]) != self.better {
                return;
            }
        }
        let rank = parse_number(text).map_or(Rank::Text, |number| Rank::Number(ordered(number)));
        let best = &mut self.best[group];
        let wins = match (self.ranks[group], rank.cmp(&self.ranks[group])) {
            (Rank::Absent, _) => true,
            (Rank::Text, Ordering::Equal) => text.cmp(best) == self.better,
            (_, Ordering::Equal) => text < &**best,
            (_, order) => order == self.better,
        };
        if wins {
            self.bytes = self.bytes.saturating_sub(best.len()) + text.len();
            *best = text.into();
            self.ranks[group] = rank;
        }
    }
}

impl Groups for Texts {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("an extreme takes one argument") };
        self.ranks.resize(rows.total(), Rank::Absent);
        self.best.resize(rows.total(), Box::default());
        each_text(column, rows, |_, group, text| {
            self.offer(group, text);
            Ok(())
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.update(state, rows)
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let mut column = TextColumn::default();
        for (text, rank) in self.best.iter().zip(&self.ranks).take(count) {
            if *rank == Rank::Absent { column.push_null() } else { column.push(text)? }
        }
        (self.best.len()..count).for_each(|_| column.push_null());
        Ok(column.finish())
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(count)?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.ranks, count);
        forget_front(&mut self.best, count);
        self.bytes = self.best.iter().map(|text| text.len()).sum();
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.better)))
    }

    fn size(&self) -> usize {
        let texts = self.best.capacity() * size_of::<Box<str>>() + self.best.len() * ALLOCATION + self.bytes;
        texts + self.ranks.capacity() * size_of::<Rank>()
    }
}
