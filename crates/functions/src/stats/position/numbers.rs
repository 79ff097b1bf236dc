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

use super::End;
use crate::stats::{
    groups::{Groups, Rows, forget_front},
    key::{KeyColumn, Keys, key_type, ordered},
};

/// The winning value of each group with its key.
#[derive(Debug)]
pub(super) struct Numbers {
    end: End,
    value_type: DataType,
    key_type: DataType,
    /// Whether a group has a value.
    present: Vec<bool>,
    keys: Vec<i64>,
    /// Whole numbers as they are, doubles as their bits.
    values: Vec<i64>,
}

impl Numbers {
    /// None where values or keys are something else.
    pub(super) fn of(end: End, value_type: &DataType, key_type: &DataType) -> Option<Self> {
        let is_number =
            matches!(value_type, DataType::Int64 | DataType::Float64 | DataType::Timestamp(TimeUnit::Microsecond, _));
        let fits = is_number && self::key_type(key_type) == DataType::Int64 && !key_type.is_nested();
        fits.then(|| Self {
            end,
            value_type: value_type.clone(),
            key_type: key_type.clone(),
            present: Vec::new(),
            keys: Vec::new(),
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
        self.keys.resize(total, 0);
        self.values.resize(total, 0);
        let is_double = self.is_double();
        let values = self.kept(values)?;
        let KeyColumn::Number(keys) = KeyColumn::new(keys)? else { return exec_err!("a key of numbers is expected") };
        let better = match self.end {
            End::Smallest => Ordering::Less,
            End::Greatest => Ordering::Greater,
        };
        let rank = |value: i64| if is_double { ordered(f64::from_bits(value as u64)) } else { value };
        let nulls = NullBuffer::union(values.nulls(), keys.nulls());
        rows.each(nulls.as_ref(), |row, group| {
            let (value, key) = (values.value(row), keys.value(row));
            let order = if self.present[group] { key.cmp(&self.keys[group]) } else { better };
            if order == better {
                self.present[group] = true;
                (self.keys[group], self.values[group]) = (key, value);
            } else if order == Ordering::Equal && rank(value) < rank(self.values[group]) {
                self.values[group] = value;
            }
            Ok(())
        })
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
        let mut keys = Keys::Number(self.keys.clone());
        keys.grow(count);
        Ok(vec![self.evaluate(count)?, keys.column(0..count)?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.present, count);
        forget_front(&mut self.keys, count);
        forget_front(&mut self.values, count);
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self {
            end: self.end,
            value_type: self.value_type.clone(),
            key_type: self.key_type.clone(),
            present: Vec::new(),
            keys: Vec::new(),
            values: Vec::new(),
        }))
    }

    fn size(&self) -> usize {
        self.present.capacity() + (self.keys.capacity() + self.values.capacity()) * size_of::<i64>()
    }
}
