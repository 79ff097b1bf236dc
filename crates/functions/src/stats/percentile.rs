//! Percentiles: `perc<N>`, `exactperc<N>`, `upperperc<N>`, `median`.
//!
//! `stats perc95(bytes) median(bytes) by host`. All are exact: linear interpolation at the place (n-1)·N/100 of the sorted
//! numbers, which is what Splunk documents for up to 1000 values. Splunk's digest for more is absent, so `upperperc` equals
//! `perc`; the price is 12 bytes for each number.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Float64Array},
        datatypes::{DataType, Float64Type},
    },
    common::{Result, exec_err, plan_err},
    logical_expr::function::AccumulatorArgs,
    physical_expr::expressions::Literal,
    scalar::ScalarValue,
};

use super::{
    groups::{Groups, Rows, Sorted},
    input::each_number,
    kernel::Kernel,
    nested::{as_lists, items, list_of, lists},
};
use crate::{AggregateSpec, StatsKind};

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec {
        differs: &["It is exact; Splunk estimates beyond 1000 different numbers."],
        ..row(
            &["perc", "p", "percentile"],
            "perc<N>(field)",
            "The N-th percentile of the numbers, N from 0 to 100: between the two nearest of the sorted numbers.",
            &[("x 1 2 3 4 5 6 7 8 9 10", "stats perc95(x) AS r", "9.55"), ("x 1 2 3 4", "stats p50(x) AS r", "2.5")],
        )
    },
    row(
        &["exactperc"],
        "exactperc<N>(field)",
        "The exact N-th percentile of the numbers, N from 0 to 100.",
        &[("x 1 2 3 4 5", "stats exactperc25(x) AS r", "2")],
    ),
    AggregateSpec {
        differs: &["Splunk gives an upper bound of its estimate; `perc` is exact here, and the bound equals it."],
        ..row(
            &["upperperc"],
            "upperperc<N>(field)",
            "The N-th percentile of the numbers, N from 0 to 100, as `perc`.",
            &[("x 1 2 3 4 5", "stats upperperc50(x) AS r", "3")],
        )
    },
    AggregateSpec {
        names: &["median"],
        kind: StatsKind::Numeric,
        usage: "median(field)",
        summary: "The number in the middle: the 50th percentile.",
        nulls: "Rows without the field and values that are no numbers do not count.",
        examples: &[("x 1 2 3 4 5 6 7 8 9 10", "stats median(x) AS r", "5.5")],
        ..AggregateSpec::NEW
    },
];

const fn row(
    names: &'static [&'static str],
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str, &'static str)],
) -> AggregateSpec {
    AggregateSpec { has_number: true, ..AggregateSpec::of_numbers(names, usage, summary, examples) }
}

pub(crate) const KERNELS: &[Kernel] = &[kernel("spl_perc"), kernel("spl_exactperc"), kernel("spl_upperperc")];

const fn kernel(name: &'static str) -> Kernel {
    Kernel {
        name,
        arguments: 2,
        counts: false,
        takes_repeated: false,
        returns: |_| DataType::Float64,
        state: |_| vec![list_of(DataType::Float64)],
        create: |args| Ok(Box::new(Percentile { percent: percent(args)?, groups: None, numbers: Vec::new() })),
    }
}

/// The literal second argument.
fn percent(args: &AccumulatorArgs) -> Result<f64> {
    let literal = args.exprs.get(1).and_then(|expr| expr.downcast_ref::<Literal>()).map(Literal::value);
    let Some(ScalarValue::Float64(Some(percent))) = literal.and_then(|value| value.cast_to(&DataType::Float64).ok())
    else {
        return plan_err!("the percentage of {} is no number", args.name);
    };
    if (0.0..=100.0).contains(&percent) { Ok(percent) } else { plan_err!("{percent} is no percentage from 0 to 100") }
}

/// All numbers, each with its group.
#[derive(Debug)]
struct Percentile {
    percent: f64,
    /// None while group 0 is alone.
    groups: Option<Vec<u32>>,
    numbers: Vec<f64>,
}

impl Percentile {
    fn is_alone(&self, rows: &Rows<'_>) -> bool {
        self.groups.is_none() && rows.total() <= 1
    }

    fn sorted(&self, count: usize) -> Sorted<f64> {
        let groups = self.groups.iter().flatten().copied().chain(std::iter::repeat(0));
        Sorted::new(groups.zip(&self.numbers).map(|(group, number)| (group as usize, *number)), count)
    }
}

fn result(percent: f64, numbers: &mut [f64]) -> Option<f64> {
    let last = numbers.len().checked_sub(1)?;
    // In hundredths, so that the fraction is exact where the percentage is a whole number.
    let place = last as f64 * percent;
    let below = ((place / 100.0).floor() as usize).min(last);
    let fraction = (place - below as f64 * 100.0) / 100.0;
    let (_, lower, above) = numbers.select_nth_unstable_by(below, f64::total_cmp);
    let lower = *lower;
    let upper = above.iter().copied().min_by(f64::total_cmp).filter(|_| fraction > 0.0);
    Some(upper.map_or(lower, |upper| lower + (upper - lower) * fraction))
}

impl Groups for Percentile {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let Some(column) = arguments.first() else { return exec_err!("a percentile takes a value and a percentage") };
        let is_alone = self.is_alone(rows);
        let numbers = &mut self.numbers;
        if is_alone {
            return each_number(column, rows, |_, _, number| numbers.push(number));
        }
        let groups = self.groups.get_or_insert_with(|| vec![0; numbers.len()]);
        each_number(column, rows, |_, group, number| {
            groups.push(group as u32);
            numbers.push(number);
        })
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [numbers] = state else { return exec_err!("the state of a percentile is one column") };
        let lists = as_lists(numbers)?;
        let values = lists.values().as_primitive::<Float64Type>().values();
        if !self.is_alone(rows) {
            self.groups.get_or_insert_with(|| vec![0; self.numbers.len()]);
        }
        for (row, group) in rows.iter() {
            self.numbers.extend_from_slice(values.get(items(lists, row)).unwrap_or_default());
            if let Some(groups) = &mut self.groups {
                groups.resize(self.numbers.len(), group as u32);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let percent = self.percent;
        if self.groups.is_none() && count == 1 {
            return Ok(Arc::new(Float64Array::from(vec![result(percent, &mut self.numbers)])));
        }
        let mut sorted = self.sorted(count);
        Ok(Arc::new(sorted.groups_mut().map(|numbers| result(percent, numbers)).collect::<Float64Array>()))
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let sorted = self.sorted(count);
        let values = Float64Array::from_iter_values(sorted.items().iter().copied());
        Ok(vec![lists(Arc::new(values), sorted.lengths())?])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let numbers = std::mem::take(&mut self.numbers);
        let Some(groups) = self.groups.take() else { return Ok(()) };
        let rest = groups.into_iter().zip(numbers).filter(|(group, _)| *group as usize >= count);
        let (groups, numbers) = rest.map(|(group, number)| (group - count as u32, number)).unzip();
        (self.groups, self.numbers) = (Some(groups), numbers);
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self { percent: self.percent, groups: None, numbers: Vec::new() }))
    }

    fn size(&self) -> usize {
        let groups = self.groups.as_ref().map_or(0, Vec::capacity);
        groups * size_of::<u32>() + self.numbers.capacity() * size_of::<f64>()
    }
}
