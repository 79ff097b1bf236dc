//! `rate(field)`: the change of a counter for each second.
//!
//! `stats rate(packets) by interface` becomes `spl_rate(packets, _time)`. A counter that falls was reset: it counts from 0
//! again, so the value after the reset is the growth. Fewer than two times give null. `rate_avg` and `rate_sum` of `mstats`
//! have rows but no kernel: lowering averages or sums the rates of series.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Float64Array},
        datatypes::{DataType, Float64Type},
    },
    common::{Result, exec_err},
};

use super::{
    groups::{Groups, Rows, Sorted},
    input::each_number,
    kernel::Kernel,
    nested::{as_lists, items, list_of, lists},
};
use crate::{AggregateSpec, value::Numbers};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        in_order: true,
        ..AggregateSpec::of_numbers(
            &["rate"],
            "rate(field)",
            "The growth of a counter for each second. Null where there are fewer than two times.",
            &[("_time,x 0,1 10,21", "stats rate(x) AS r", "2")],
        )
    },
    AggregateSpec {
        of_series: true,
        in_order: true,
        ..AggregateSpec::of_numbers(&["rate_avg"], "rate_avg(field)", "The mean of the rates of all time series.", &[])
    },
    AggregateSpec {
        of_series: true,
        in_order: true,
        ..AggregateSpec::of_numbers(&["rate_sum"], "rate_sum(field)", "The sum of the rates of all time series.", &[])
    },
];

pub(crate) const KERNELS: &[Kernel] = &[Kernel {
    name: "spl_rate",
    arguments: 2,
    counts: false,
    takes_repeated: false,
    returns: |_| DataType::Float64,
    state: |_| vec![list_of(DataType::Float64), list_of(DataType::Float64)],
    create: |_| Ok(Box::new(Rate::default())),
}];

/// A reading: when in epoch seconds, and how much.
type Point = (f64, f64);

/// All readings, each with its group.
#[derive(Debug, Default)]
struct Rate {
    /// None while group 0 is alone.
    groups: Option<Vec<u32>>,
    points: Vec<Point>,
}

impl Rate {
    fn push(&mut self, group: usize, point: Point) {
        match &mut self.groups {
            Some(groups) => groups.push(group as u32),
            None if group == 0 => {}
            None => {
                let mut groups = vec![0; self.points.len()];
                groups.push(group as u32);
                self.groups = Some(groups);
            }
        }
        self.points.push(point);
    }

    fn by_group(&self, count: usize) -> Sorted<Point> {
        let groups = self.groups.iter().flatten().copied().chain(std::iter::repeat(0));
        Sorted::new(groups.zip(&self.points).map(|(group, point)| (group as usize, *point)), count)
    }
}

fn rate(points: &mut [Point]) -> Option<f64> {
    points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let (first, last) = (points.first()?, points.last()?);
    let growth = |pair: &[Point]| if pair[1].1 < pair[0].1 { pair[1].1 } else { pair[1].1 - pair[0].1 };
    let seconds = last.0 - first.0;
    (seconds > 0.0).then(|| points.windows(2).map(growth).sum::<f64>() / seconds)
}

impl Groups for Rate {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [values, times] = arguments else { return exec_err!("spl_rate takes a value and a time") };
        let times = Numbers::new(times)?;
        each_number(values, rows, |row, group, number| {
            if let Some(time) = times.get(row) {
                self.push(group, (time, number));
            }
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [times, values] = state else { return exec_err!("the state of spl_rate is two columns") };
        let (times, values) = (as_lists(times)?, as_lists(values)?);
        let time_items = times.values().as_primitive::<Float64Type>();
        let value_items = values.values().as_primitive::<Float64Type>();
        for (row, group) in rows.iter() {
            for (time, value) in items(times, row).zip(items(values, row)) {
                self.push(group, (time_items.value(time), value_items.value(value)));
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        if self.groups.is_none() && count == 1 {
            return Ok(Arc::new(Float64Array::from(vec![rate(&mut self.points)])));
        }
        Ok(Arc::new(self.by_group(count).groups_mut().map(rate).collect::<Float64Array>()))
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let sorted = self.by_group(count);
        let times = Float64Array::from_iter_values(sorted.items().iter().map(|(time, _)| *time));
        let values = Float64Array::from_iter_values(sorted.items().iter().map(|(_, value)| *value));
        Ok(vec![lists(Arc::new(times), sorted.lengths())?, lists(Arc::new(values), sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let before = std::mem::take(self);
        for (group, point) in before.groups.into_iter().flatten().zip(before.points) {
            if let Some(group) = (group as usize).checked_sub(count) {
                self.push(group, point);
            }
        }
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::default()))
    }

    fn size(&self) -> usize {
        self.groups.as_ref().map_or(0, Vec::capacity) * size_of::<u32>() + self.points.capacity() * size_of::<Point>()
    }
}
