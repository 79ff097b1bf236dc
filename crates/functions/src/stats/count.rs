//! `count(field)`: how many values there are.
//!
//! `stats count(user) by host`. A list row counts each of its values. `count` without a field is the planner's.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, Int64Type},
    },
    common::{Result, exec_err},
};

use super::{
    groups::{Groups, Rows, forget_front},
    kernel::Kernel,
};
use crate::{AggregateSpec, value::Lists};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[AggregateSpec {
    names: &["count", "c"],
    usage: "count(field)",
    summary: "The number of values, of rows without a field.",
    nulls: "Rows without the field do not count; 0 where there is none with it.",
    examples: &[
        ("x a b b", "stats count(x) AS r", "3"),
        ("x a;b c", "eval x=split(x, \";\") | stats count(x) AS r", "3"),
        ("x a b", "stats count AS r", "2"),
        ("x a b", "stats count(y) AS r", "0"),
    ],
    ..AggregateSpec::NEW
}];

pub(crate) const KERNELS: &[Kernel] = &[Kernel {
    name: "spl_count",
    arguments: 1,
    counts: true,
    takes_repeated: false,
    returns: |_| DataType::Int64,
    state: |_| vec![DataType::Int64],
    create: |_| Ok(Box::new(Count::default())),
}];

#[derive(Debug, Default)]
struct Count {
    counts: Vec<i64>,
}

impl Groups for Count {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("spl_count takes one argument") };
        self.counts.resize(rows.total(), 0);
        let counts = &mut self.counts;
        match column.data_type() {
            DataType::List(_) | DataType::LargeList(_) => {
                let lists = Lists::new(column)?;
                rows.each(None, |row, group| {
                    counts[group] += lists.get(row).map_or(0, |values| values.count() as i64);
                    Ok(())
                })
            }
            DataType::Boolean => {
                let flags = column.as_boolean();
                rows.each(flags.nulls(), |row, group| {
                    counts[group] += i64::from(flags.value(row));
                    Ok(())
                })
            }
            _ => {
                let nulls = column.logical_nulls();
                if rows.is_whole() {
                    let missing = nulls.as_ref().map_or(0, |nulls| nulls.null_count());
                    counts[0] += (column.len() - missing) as i64;
                    return Ok(());
                }
                rows.each(nulls.as_ref(), |_, group| {
                    counts[group] += 1;
                    Ok(())
                })
            }
        }
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [counts] = state else { return exec_err!("the state of spl_count is one column") };
        let counts = counts.as_primitive::<Int64Type>();
        self.counts.resize(rows.total(), 0);
        for (row, group) in rows.iter().filter(|(row, _)| counts.is_valid(*row)) {
            self.counts[group] += counts.value(row);
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        self.counts.resize(self.counts.len().max(count), 0);
        Ok(Arc::new(Int64Array::from_iter_values(self.counts.iter().take(count).copied())))
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(count)?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.counts, count);
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::default()))
    }

    fn size(&self) -> usize {
        self.counts.capacity() * size_of::<i64>()
    }
}
