//! `first(field)` and `last(field)`: the value at the smallest or greatest key.
//!
//! `stats first(user) by host` takes the key of the input's order, `earliest(user)` that of time. Rows without the field
//! or without a key do not count; a list stays whole. Of rows with equal keys the one with the smaller value wins, so that
//! the answer does not depend on how the input was cut. Values are held as rows of arrow's memory-comparable format: any
//! type is one piece of bytes, and those are only made of rows that win.

mod bound;
mod numbers;

use std::cmp::Ordering;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, UInt32Array, new_null_array},
        buffer::NullBuffer,
        compute::{cast, take},
        datatypes::DataType,
        row::{RowConverter, SortField},
    },
    common::{Result, exec_err, resources_err},
    logical_expr::function::AccumulatorArgs,
};

use self::{bound::Bound, numbers::Numbers};
use super::{
    groups::{Groups, Rows, forget_front},
    kernel::Kernel,
    key::{ALLOCATION, KeyColumn, Keys, key_type},
};
use crate::AggregateSpec;

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        several: "Several values stay together.",
        in_order: true,
        ..AggregateSpec::of_texts(
            &["first"],
            "first(field)",
            "The value of the first row that has the field, in the order of the input.",
            &[("x a b c", "stats first(x) AS r", "a")],
        )
    },
    AggregateSpec {
        several: "Several values stay together.",
        in_order: true,
        ..AggregateSpec::of_texts(
            &["last"],
            "last(field)",
            "The value of the last row that has the field, in the order of the input.",
            &[("x a b c", "stats last(x) AS r", "c")],
        )
    },
    AggregateSpec {
        several: "Several values stay together.",
        in_order: true,
        ..AggregateSpec::of_texts(
            &["earliest"],
            "earliest(field)",
            "The value at the smallest `_time` among rows that have the field.",
            &[("_time,x 2,a 1,b 3,c", "stats earliest(x) AS r", "b")],
        )
    },
    AggregateSpec {
        several: "Several values stay together.",
        in_order: true,
        ..AggregateSpec::of_texts(
            &["latest"],
            "latest(field)",
            "The value at the greatest `_time` among rows that have the field.",
            &[("_time,x 2,a 3,b 1,c", "stats latest(x) AS r", "b")],
        )
    },
    AggregateSpec {
        in_order: true,
        ..AggregateSpec::of_texts(
            &["earliest_time"],
            "earliest_time(field)",
            "The smallest `_time` among rows that have the field.",
            &[("_time,x 2,a 1,b 3,c", "stats earliest_time(x) AS r", "1.000000")],
        )
    },
    AggregateSpec {
        in_order: true,
        ..AggregateSpec::of_texts(
            &["latest_time"],
            "latest_time(field)",
            "The greatest `_time` among rows that have the field.",
            &[("_time,x 2,a 3,b 1,c", "stats latest_time(x) AS r", "3.000000")],
        )
    },
];

pub(crate) const KERNELS: &[Kernel] =
    &[kernel("spl_first", |args| create(args, End::Smallest)), kernel("spl_last", |args| create(args, End::Greatest))];

const fn kernel(name: &'static str, create: fn(&AccumulatorArgs) -> Result<Box<dyn Groups>>) -> Kernel {
    Kernel {
        name,
        arguments: 2,
        counts: false,
        takes_repeated: false,
        returns: |types| types.first().cloned().unwrap_or(DataType::Null),
        state: |types| match types {
            [value, key] => vec![value.clone(), key_type(key)],
            _ => Vec::new(),
        },
        create,
    }
}

fn create(args: &AccumulatorArgs, end: End) -> Result<Box<dyn Groups>> {
    let [value, key] = args.expr_fields else { return exec_err!("{} takes a value and a key", args.name) };
    if let Some(numbers) = Numbers::of(end, value.data_type(), key.data_type()) {
        return Ok(Box::new(numbers));
    }
    Ok(Box::new(Position::new(end, value.data_type().clone(), key.data_type().clone())?))
}

/// Which key wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Smallest,
    Greatest,
}

/// The winning value of each group with its key.
#[derive(Debug)]
pub(crate) struct Position {
    end: End,
    value_type: DataType,
    key_type: DataType,
    converter: RowConverter,
    /// The bytes of a null.
    null: Box<[u8]>,
    /// Whether a group has a value, which is then in `values` unless its batch is still being worked on.
    present: Vec<bool>,
    keys: Keys,
    bound: Bound,
    values: Vec<Box<[u8]>>,
    bytes: usize,
}

/// A row that may have won when it was met.
struct Candidate {
    row: u32,
    group: usize,
    /// Its key equals that of the value before.
    tie: bool,
}

impl Position {
    pub(crate) fn new(end: End, value_type: DataType, key_type: DataType) -> Result<Self> {
        let converter = RowConverter::new(vec![SortField::new(value_type.clone())])?;
        let nulls = converter.convert_columns(&[new_null_array(&value_type, 1)])?;
        let null = nulls.row(0).as_ref().into();
        let keys = Keys::new(&key_type);
        let (present, values, bound) = (Vec::new(), Vec::new(), Bound::new(end));
        Ok(Self { end, value_type, key_type, converter, null, present, keys, bound, values, bytes: 0 })
    }

    /// Takes in values with their keys.
    pub(crate) fn place(&mut self, values: &ArrayRef, keys: &ArrayRef, rows: &Rows<'_>) -> Result<()> {
        let total = rows.total().max(self.present.len());
        self.present.resize(total, false);
        self.values.resize(total, Box::default());
        self.keys.grow(total);

        let keys = KeyColumn::new(keys)?;
        let candidates = self.candidates(values, &keys, rows)?;
        if candidates.is_empty() {
            return Ok(());
        }
        let places = UInt32Array::from_iter_values(candidates.iter().map(|candidate| candidate.row));
        let mut won = take(values, &places, None)?;
        if won.data_type() != &self.value_type {
            won = cast(&won, &self.value_type)?;
        }
        let encoded = self.converter.convert_columns(&[won])?;
        for (candidate, row) in candidates.iter().zip(encoded.iter()) {
            let value = &mut self.values[candidate.group];
            if !candidate.tie || row.as_ref() < &**value {
                self.bytes = self.bytes.saturating_sub(value.len()) + row.as_ref().len();
                if value.len() == row.as_ref().len() {
                    value.copy_from_slice(row.as_ref());
                } else {
                    *value = row.as_ref().into();
                }
            }
        }
        Ok(())
    }

    fn candidates(&mut self, values: &ArrayRef, keys: &KeyColumn, rows: &Rows<'_>) -> Result<Vec<Candidate>> {
        let better = match self.end {
            End::Smallest => Ordering::Less,
            End::Greatest => Ordering::Greater,
        };
        let nulls = NullBuffer::union(values.logical_nulls().as_ref(), keys.nulls());
        let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
        if rows.is_one_group() {
            let winners = keys.best(nulls.as_ref(), rows, better)?;
            let Some(first) = winners.first() else { return Ok(Vec::new()) };
            let first = *first as usize;
            let order = if self.present[0] { self.keys.compare(keys, first, 0) } else { better };
            if order == better {
                if !self.present[0] {
                    self.bound.meet(keys, first);
                }
                self.present[0] = true;
                self.keys.set(keys, first, 0);
            } else if order != Ordering::Equal {
                return Ok(Vec::new());
            }
            // The first takes the place of what was there unless it is a tie, the others tie with the first.
            let ties = winners.iter().enumerate().map(|(nth, _)| nth > 0 || order == Ordering::Equal);
            let candidates = winners.iter().zip(ties);
            return Ok(candidates.map(|(row, tie)| Candidate { row: *row, group: 0, tie }).collect());
        }
        let mut candidates = Vec::new();
        let beaten = self.bound.beaten(keys);
        let mut look = |row: usize, group: usize| {
            if group < beaten {
                return Ok(());
            }
            let order = if self.present[group] { self.keys.compare(keys, row, group) } else { better };
            if order == better {
                if !self.present[group] {
                    self.bound.meet(keys, row);
                }
                self.present[group] = true;
                self.keys.set(keys, row, group);
            } else if order != Ordering::Equal {
                return Ok(());
            }
            candidates.push(Candidate { row: row as u32, group, tie: order == Ordering::Equal });
            Ok(())
        };
        match rows.all_groups().filter(|_| nulls.is_none() && keys.ends_with_better(better)) {
            // Where keys come in order each row beats the one before, but seen from the end none does.
            Some(groups) => groups.iter().enumerate().rev().try_for_each(|(row, group)| look(row, *group))?,
            None => rows.each(nulls.as_ref(), look)?,
        }
        self.bound.advance(&self.present);
        // Those that were beaten need no bytes.
        candidates
            .retain(|candidate| self.keys.compare(keys, candidate.row as usize, candidate.group) == Ordering::Equal);
        Ok(candidates)
    }
}

impl Groups for Position {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [values, keys] = arguments else { return exec_err!("a value and a key are expected") };
        self.place(values, keys, rows)
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.update(state, rows)
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        if i32::try_from(self.bytes).is_err() {
            return resources_err!("more than 2 GiB of values in one batch of a stats function");
        }
        let parser = self.converter.parser();
        let padding = count.saturating_sub(self.values.len());
        let known = self.values.iter().zip(&self.present).take(count);
        let known = known.map(|(value, present)| if *present { value } else { &self.null });
        let rows = known.chain(std::iter::repeat_n(&self.null, padding)).map(|bytes| parser.parse(bytes));
        match self.converter.convert_rows(rows)?.pop() {
            Some(column) => Ok(column),
            None => exec_err!("rows without a column"),
        }
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        self.keys.grow(count);
        let keys = self.keys.column(0..count)?;
        Ok(vec![self.evaluate(count)?, keys])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.present, count);
        forget_front(&mut self.values, count);
        self.bound.forget(count);
        self.keys.retain(|place| place >= count);
        self.bytes = self.values.iter().map(|value| value.len()).sum();
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.end, self.value_type.clone(), self.key_type.clone())?))
    }

    fn size(&self) -> usize {
        let values = self.values.capacity() * size_of::<Box<[u8]>>() + self.values.len() * ALLOCATION + self.bytes;
        self.present.capacity() + values + self.keys.size()
    }
}
