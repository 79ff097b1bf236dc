//! The winning value of each group where values and keys are numbers: they are compared and kept as such.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array},
        buffer::NullBuffer,
        compute::cast,
        datatypes::{DataType, Float64Type, Int64Type, TimeUnit},
    },
    common::{Result, exec_err},
};

use super::{End, bound::Bound};
use crate::stats::{
    groups::{Groups, Rows, forget_front},
    key::{KeyColumn, Keys, ordered},
};

/// The winning value of each group with its key.
#[derive(Debug)]
pub(super) struct Numbers {
    end: End,
    value_type: DataType,
    key_type: DataType,
    /// Whether a group has a value.
    present: Vec<bool>,
    keys: Keys,
    bound: Bound,
    /// Whole numbers as they are, doubles as their bits.
    values: Vec<i64>,
}

impl Numbers {
    /// None where values or keys are something else.
    pub(super) fn of(end: End, value_type: &DataType, key_type: &DataType) -> Option<Self> {
        let is_number =
            matches!(value_type, DataType::Int64 | DataType::Float64 | DataType::Timestamp(TimeUnit::Microsecond, _));
        (is_number && !key_type.is_nested()).then(|| Self {
            end,
            value_type: value_type.clone(),
            key_type: key_type.clone(),
            present: Vec::new(),
            keys: Keys::new(key_type),
            bound: Bound::new(end),
            values: Vec::new(),
        })
    }

    fn is_double(&self) -> bool {
        self.value_type == DataType::Float64
    }

    /// Values in the form in which they are kept.
    fn kept(&self, values: &ArrayRef) -> Result<Int64Array> {
        if self.is_double() {
            let values = cast(values, &DataType::Float64)?;
            return Ok(values.as_primitive::<Float64Type>().unary(|value| value.to_bits() as i64));
        }
        Ok(cast(values, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
    }
}

impl Groups for Numbers {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [values, keys] = arguments else { return exec_err!("a value and a key are expected") };
        let total = rows.total().max(self.present.len());
        self.present.resize(total, false);
        self.keys.grow(total);
        self.values.resize(total, 0);
        let keys = KeyColumn::new(keys)?;
        let beaten = self.bound.beaten(&keys);
        if beaten == total {
            return Ok(());
        }
        let is_double = self.is_double();
        let values = self.kept(values)?;
        let better = match self.end {
            End::Smallest => Ordering::Less,
            End::Greatest => Ordering::Greater,
        };
        let rank = |value: i64| if is_double { ordered(f64::from_bits(value as u64)) } else { value };
        let nulls = NullBuffer::union(values.nulls(), keys.nulls()).filter(|nulls| nulls.null_count() > 0);
        let mut look = |row: usize, group: usize| {
            if group < beaten {
                return Ok(());
            }
            let value = values.value(row);
            let order = if self.present[group] { self.keys.compare(&keys, row, group) } else { better };
            if order == better {
                if !self.present[group] {
                    self.bound.meet(&keys, row);
                }
                self.present[group] = true;
                self.keys.set(&keys, row, group);
                self.values[group] = value;
            } else if order == Ordering::Equal && rank(value) < rank(self.values[group]) {
                self.values[group] = value;
            }
            Ok(())
        };
        match rows.all_groups().filter(|_| nulls.is_none() && keys.ends_with_better(better)) {
            // Where keys come in order each row beats the one before, but seen from the end none does.
            Some(groups) => groups.iter().enumerate().rev().try_for_each(|(row, group)| look(row, *group))?,
            None => rows.each(nulls.as_ref(), look)?,
        }
        self.bound.advance(&self.present);
        Ok(())
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        self.update(state, rows)
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let known = self.present.iter().zip(&self.values).map(|(present, value)| present.then_some(*value));
        let all = known.chain(std::iter::repeat(None)).take(count);
        if self.is_double() {
            let doubles = all.map(|value| value.map(|bits| f64::from_bits(bits as u64)));
            return Ok(Arc::new(doubles.collect::<Float64Array>()));
        }
        Ok(cast(&all.collect::<Int64Array>(), &self.value_type)?)
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        self.keys.grow(count);
        let keys = self.keys.column(0..count)?;
        Ok(vec![self.evaluate(count)?, keys])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.present, count);
        self.keys.retain(|place| place >= count);
        forget_front(&mut self.values, count);
        self.bound.forget(count);
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self {
            end: self.end,
            value_type: self.value_type.clone(),
            key_type: self.key_type.clone(),
            present: Vec::new(),
            keys: Keys::new(&self.key_type),
            bound: Bound::new(self.end),
            values: Vec::new(),
        }))
    }

    fn size(&self) -> usize {
        self.present.capacity() + self.keys.size() + self.values.capacity() * size_of::<i64>()
    }
}
