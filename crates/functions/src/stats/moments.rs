//! Sums and moments: `sum`, `sumsq`, `avg`, `stdev`, `stdevp`, `var`, `varp`, `range`.
//!
//! `stats avg(bytes) stdev(bytes) by host`. Values that are no numbers are left out; without numbers the answer is null.
//! Sums are plain sums of doubles, as in Splunk; variances run with the mean (Welford), since a difference of two large sums
//! would lose all digits. Integer and decimal sums are absent.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array},
        compute::sum,
        datatypes::{DataType, Float64Type, Int64Type},
    },
    common::{Result, exec_err},
    logical_expr::function::AccumulatorArgs,
};

use super::{
    groups::{Groups, Rows, forget_front},
    input::each_number,
    kernel::Kernel,
};
use crate::AggregateSpec;

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[
    AggregateSpec::of_numbers(
        &["sum"],
        "sum(field)",
        "The sum of the numbers.",
        &[
            ("x 1 2 3 4", "stats sum(x) AS r", "10"),
            ("x 1 x 3", "stats sum(x) AS r", "4"),
            ("x a", "stats sum(x) AS r", "null"),
        ],
    ),
    AggregateSpec::of_numbers(
        &["sumsq"],
        "sumsq(field)",
        "The sum of the squares of the numbers.",
        &[("x 65 42 40 31 47 53 64", "stats sumsq(x) AS r", "17664")],
    ),
    AggregateSpec::of_numbers(
        &["avg", "mean"],
        "avg(field)",
        "The arithmetic mean of the numbers.",
        &[("x 1 2 3 4", "stats avg(x) AS r", "2.5"), ("x 1 x 3", "stats avg(x) AS r", "2")],
    ),
    AggregateSpec::of_numbers(
        &["stdev"],
        "stdev(field)",
        "The standard deviation of a sample; 0 for one number.",
        &[("x 1 2 3 4", "stats stdev(x) AS r", "1.2909944487358056"), ("x 7", "stats stdev(x) AS r", "0")],
    ),
    AggregateSpec::of_numbers(
        &["stdevp"],
        "stdevp(field)",
        "The standard deviation of a population.",
        &[("x 1 2 3 4", "stats stdevp(x) AS r", "1.118033988749895")],
    ),
    AggregateSpec::of_numbers(
        &["var"],
        "var(field)",
        "The variance of a sample; 0 for one number.",
        &[("x 1 2 3 4", "stats var(x) AS r", "1.6666666666666667")],
    ),
    AggregateSpec::of_numbers(
        &["varp"],
        "varp(field)",
        "The variance of a population.",
        &[("x 1 2 3 4", "stats varp(x) AS r", "1.25")],
    ),
    AggregateSpec::of_numbers(
        &["range"],
        "range(field)",
        "The greatest number less the smallest.",
        &[("x 1 2 3 4", "stats range(x) AS r", "3"), ("x 7", "stats range(x) AS r", "0")],
    ),
    AggregateSpec::of_numbers(
        &["per_second"],
        "per_second(field)",
        "The sum of the numbers for each second of a bucket of timechart.",
        &[("_time,x 0,30 30,90", "timechart span=1m per_second(x) AS r", "2")],
    ),
    AggregateSpec::of_numbers(
        &["per_minute"],
        "per_minute(field)",
        "The sum of the numbers for each minute of a bucket of timechart.",
        &[("_time,x 0,30 30,90", "timechart span=1m per_minute(x) AS r", "120")],
    ),
    AggregateSpec::of_numbers(
        &["per_hour"],
        "per_hour(field)",
        "The sum of the numbers for each hour of a bucket of timechart.",
        &[("_time,x 0,1 60,2", "timechart span=30m per_hour(x) AS r", "6")],
    ),
    AggregateSpec::of_numbers(
        &["per_day"],
        "per_day(field)",
        "The sum of the numbers for each day of a bucket of timechart.",
        &[("_time,x 0,1 60,2", "timechart span=1h per_day(x) AS r", "72")],
    ),
];

pub(crate) const KERNELS: &[Kernel] = &[
    kernel("spl_sum", |_| create(Answer::Sum)),
    kernel("spl_sumsq", |_| create(Answer::SumOfSquares)),
    kernel("spl_avg", |_| create(Answer::Average)),
    kernel("spl_stdev", |_| create(Answer::Spread { sample: true, root: true })),
    kernel("spl_stdevp", |_| create(Answer::Spread { sample: false, root: true })),
    kernel("spl_var", |_| create(Answer::Spread { sample: true, root: false })),
    kernel("spl_varp", |_| create(Answer::Spread { sample: false, root: false })),
    kernel("spl_range", |_| create(Answer::Range)),
];

const fn kernel(name: &'static str, create: fn(&AccumulatorArgs) -> Result<Box<dyn Groups>>) -> Kernel {
    Kernel {
        name,
        arguments: 1,
        counts: false,
        takes_repeated: false,
        returns: |_| DataType::Float64,
        state: |_| vec![DataType::Int64, DataType::Float64, DataType::Float64],
        create,
    }
}

fn create(answer: Answer) -> Result<Box<dyn Groups>> {
    Ok(Box::new(Moments { answer, cells: Vec::new() }))
}

#[derive(Debug, Clone, Copy)]
enum Answer {
    Sum,
    SumOfSquares,
    Average,
    Spread { sample: bool, root: bool },
    Range,
}

/// What a group has: `a` and `b` are the sum; or the mean and the squared distances from it; or the smallest and greatest.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    count: i64,
    a: f64,
    b: f64,
}

impl Answer {
    /// Adds a number to a cell, which may be empty.
    fn push(self, to: &mut Cell, number: f64) {
        to.count += 1;
        match self {
            Self::Sum | Self::Average => to.a += number,
            Self::SumOfSquares => to.a += number * number,
            Self::Spread { .. } => {
                let distance = number - to.a;
                to.a += distance / to.count as f64;
                to.b += distance * (number - to.a);
            }
            Self::Range if to.count == 1 => (to.a, to.b) = (number, number),
            Self::Range => {
                to.a = to.a.min(number);
                to.b = to.b.max(number);
            }
        }
    }

    /// Adds a cell to another; neither is empty.
    fn add(self, to: &mut Cell, cell: Cell) {
        let before = to.count as f64;
        to.count += cell.count;
        match self {
            Self::Sum | Self::SumOfSquares | Self::Average => to.a += cell.a,
            Self::Spread { .. } => {
                let (count, distance) = (cell.count as f64, cell.a - to.a);
                to.a += distance * count / to.count as f64;
                to.b += cell.b + distance * distance * before * count / to.count as f64;
            }
            Self::Range => {
                to.a = to.a.min(cell.a);
                to.b = to.b.max(cell.b);
            }
        }
    }

    fn result(self, cell: Cell) -> Option<f64> {
        let count = cell.count as f64;
        (cell.count > 0).then(|| match self {
            Self::Sum | Self::SumOfSquares => cell.a,
            Self::Average => cell.a / count,
            Self::Spread { .. } if cell.count == 1 => 0.0,
            Self::Spread { sample, root } => {
                let variance = cell.b / if sample { count - 1.0 } else { count };
                if root { variance.sqrt() } else { variance }
            }
            Self::Range => cell.b - cell.a,
        })
    }
}

#[derive(Debug)]
struct Moments {
    answer: Answer,
    cells: Vec<Cell>,
}

/// Any of the functions that share a state.
const SPREAD: Answer = Answer::Spread { sample: true, root: true };

impl Moments {
    fn push(&mut self, column: &ArrayRef, rows: &Rows<'_>, push: impl Fn(&mut Cell, f64)) -> Result<()> {
        if rows.is_one_group() {
            let mut cell = self.cells[0];
            each_number(column, rows, |_, _, number| push(&mut cell, number))?;
            self.cells[0] = cell;
            return Ok(());
        }
        let cells = self.cells.as_mut_slice();
        each_number(column, rows, |_, group, number| push(&mut cells[group], number))
    }

    fn add(&mut self, group: usize, cell: Cell) {
        match &mut self.cells[group] {
            empty if empty.count == 0 => *empty = cell,
            full => self.answer.add(full, cell),
        }
    }

    fn cells(&self, count: usize) -> impl Iterator<Item = Cell> + '_ {
        self.cells.iter().copied().chain(std::iter::repeat(Cell::default())).take(count)
    }
}

impl Groups for Moments {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [column] = arguments else { return exec_err!("a sum takes one argument") };
        self.cells.resize(rows.total(), Cell::default());
        if let (Answer::Sum | Answer::Average | Answer::SumOfSquares, DataType::Float64, true) =
            (self.answer, column.data_type(), rows.is_whole())
        {
            let numbers = column.as_primitive::<Float64Type>();
            self.cells[0].count += (numbers.len() - numbers.null_count()) as i64;
            let total = match self.answer {
                Answer::SumOfSquares => sum(&numbers.unary::<_, Float64Type>(|number| number * number)),
                _ => sum(numbers),
            };
            self.cells[0].a += total.unwrap_or_default();
            return Ok(());
        }
        // The function is chosen once for all rows, not for each.
        match self.answer {
            Answer::Sum | Answer::Average => self.push(column, rows, |cell, number| Answer::Sum.push(cell, number)),
            Answer::SumOfSquares => self.push(column, rows, |cell, number| Answer::SumOfSquares.push(cell, number)),
            Answer::Range => self.push(column, rows, |cell, number| Answer::Range.push(cell, number)),
            Answer::Spread { .. } => self.push(column, rows, |cell, number| SPREAD.push(cell, number)),
        }
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [count, a, b] = state else { return exec_err!("the state of a sum is three columns") };
        let (counts, a, b) =
            (count.as_primitive::<Int64Type>(), a.as_primitive::<Float64Type>(), b.as_primitive::<Float64Type>());
        self.cells.resize(rows.total(), Cell::default());
        for (row, group) in rows.iter() {
            if counts.is_valid(row) && counts.value(row) > 0 {
                self.add(group, Cell { count: counts.value(row), a: a.value(row), b: b.value(row) });
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        Ok(Arc::new(self.cells(count).map(|cell| self.answer.result(cell)).collect::<Float64Array>()))
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        Ok(vec![
            Arc::new(Int64Array::from_iter_values(self.cells(count).map(|cell| cell.count))),
            Arc::new(Float64Array::from_iter_values(self.cells(count).map(|cell| cell.a))),
            Arc::new(Float64Array::from_iter_values(self.cells(count).map(|cell| cell.b))),
        ])
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        forget_front(&mut self.cells, count);
        Ok(())
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self { answer: self.answer, cells: Vec::new() }))
    }

    fn size(&self) -> usize {
        self.cells.capacity() * size_of::<Cell>()
    }
}
