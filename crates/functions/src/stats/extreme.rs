//! `min(field)` and `max(field)`.
//!
//! `stats max(version) by host`. Numbers come before texts: the least of 1, x and 3 is 1, the greatest x. Texts are answered
//! as they were written, `007` stays `007`; of equal numbers the smaller text wins. A column of numbers answers in its own
//! type.

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

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
    value::{begins_number, format_number, parse_number},
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
    Kernel {
        name,
        arguments: 1,
        counts: false,
        takes_repeated: false,
        returns: result_type,
        state: |types| vec![result_type(types)],
        create,
    }
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
    /// Empty where the number in `ranks` says the text: most numbers are written as they are shown, and need no memory of their own.
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
        let plain = plain_number(text);
        let number = plain.or_else(|| parse_number(text));
        let rank = number.map_or(Rank::Text, |number| Rank::Number(ordered(number)));
        let best = &self.best[group];
        let wins = match (self.ranks[group], rank.cmp(&self.ranks[group])) {
            (Rank::Absent, _) => true,
            (Rank::Text, Ordering::Equal) => text.cmp(best) == self.better,
            (_, Ordering::Equal) => !(plain.is_some() && best.is_empty()) && *text < *self.text(group),
            (_, order) => order == self.better,
        };
        if wins {
            let kept = if plain.is_some() { "" } else { text };
            self.bytes = self.bytes.saturating_sub(heap(&self.best[group])) + heap(kept);
            self.best[group] = kept.into();
            self.ranks[group] = rank;
        }
    }

    /// The best text of a group that has one.
    fn text(&self, group: usize) -> Cow<'_, str> {
        match (self.ranks[group], &*self.best[group]) {
            (Rank::Number(number), "") => Cow::Owned(format_number(unordered(number))),
            (_, text) => Cow::Borrowed(text),
        }
    }
}

/// Bytes that a text of its own takes.
fn heap(text: &str) -> usize {
    if text.is_empty() { 0 } else { text.len() + ALLOCATION }
}

/// A text that is the very text of a whole number.
fn plain_number(text: &str) -> Option<f64> {
    /// The most digits of which every number is exact and shown without an exponent.
    const DIGITS: usize = 15;
    let digits = text.as_bytes();
    let leads = digits.first().is_some_and(|first| *first != b'0') || digits == b"0";
    (leads && digits.len() <= DIGITS && digits.iter().all(u8::is_ascii_digit))
        .then(|| digits.iter().fold(0_i64, |number, digit| number * 10 + i64::from(digit - b'0')) as f64)
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
        for (group, rank) in self.ranks.iter().enumerate().take(count) {
            if *rank == Rank::Absent { column.push_null() } else { column.push(&self.text(group))? }
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
        self.bytes = self.best.iter().map(|text| heap(text)).sum();
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.better)))
    }

    fn size(&self) -> usize {
        let texts = self.best.capacity() * size_of::<Box<str>>() + self.bytes;
        texts + self.ranks.capacity() * size_of::<Rank>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_as_they_were_written() {
        let best = |better, texts: &[&str]| {
            let mut state = Texts::new(better);
            state.ranks.push(Rank::Absent);
            state.best.push(Box::default());
            texts.iter().for_each(|text| state.offer(0, text));
            state.text(0).into_owned()
        };
        for texts in [["7", "007", "7.0"], ["007", "7", "7.0"], ["7.0", "007", "7"]] {
            // Equal numbers: the smaller text wins, whichever comes first.
            assert_eq!(best(Ordering::Less, &texts), "007");
            assert_eq!(best(Ordering::Greater, &texts), "007");
        }
        assert_eq!(best(Ordering::Greater, &["12", "999999999999999", "5"]), "999999999999999");
        assert_eq!(best(Ordering::Greater, &["12", "9999999999999999", "5"]), "9999999999999999");
        assert_eq!(best(Ordering::Less, &["0", "12"]), "0");
        assert_eq!(best(Ordering::Less, &["-0", "12"]), "-0");
        assert_eq!(best(Ordering::Less, &["12", "a", ""]), "12");
        assert_eq!(best(Ordering::Greater, &["12", "a", ""]), "a");
        assert_eq!(best(Ordering::Less, &["", "a"]), "");
    }

    #[test]
    fn a_number_that_a_double_does_not_hold_is_not_plain() {
        let plain = |text| plain_number(text).map(format_number);
        for text in ["0", "7", "123456789012345"] {
            assert_eq!(plain(text).as_deref(), Some(text));
        }
        for text in ["", "00", "01", "-1", "1.0", "1e3", "1234567890123456", "x", "1x", "\u{661}"] {
            assert_eq!(plain(text), None, "{text}");
        }
    }
}
