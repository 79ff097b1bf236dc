//! `sparkline(function(field), span)`: the course of a function over time.
//!
//! `stats sparkline(avg(bytes), 1h) by host` becomes `spl_sparkline_avg(bytes, bin, axis)`: `bin` is the start of the bin of time
//! that the row falls into, `axis` a literal with the starts of all bins in microseconds, joined by commas. The answer is
//! [`MARKER`] and one text for each bin of the axis, `0` where the function has no value. Rows that fall into no bin do not
//! count. One kernel for each inner function, since the type of its state is part of the kernel's.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, UInt32Array},
        compute::take,
        datatypes::{DataType, Field, Int64Type},
    },
    common::{Result, ScalarValue, exec_err, plan_err},
    logical_expr::function::AccumulatorArgs,
    physical_expr::expressions::Literal,
};
use hashbrown::HashMap;

use super::{
    count, distinct, extreme,
    groups::{Groups, Rows, Sorted},
    kernel::Kernel,
    key::KeyColumn,
    moments,
    nested::{TextColumn, as_lists, items, list_of, lists},
};
use crate::{AggregateSpec, value::Texts};

/// The first value of every sparkline.
const MARKER: &str = "##__SPARKLINE__##";

/// The rows of the table.
pub(crate) const FUNCTIONS: &[AggregateSpec] = &[AggregateSpec {
    names: &["sparkline"],
    in_order: true,
    usage: "sparkline(function(field), span)",
    summary: "The course of a function over time: a mark, then a value for each span, 0 where there is none.",
    nulls: "A span without the field shows 0.",
    examples: &[("_time,x 0,1 30,2 60,3", "stats sparkline(count, 1m) AS r", "[##__SPARKLINE__##, 2, 1]")],
    ..AggregateSpec::NEW
}];

pub(crate) const KERNELS: &[Kernel] = &[
    kernel::<0>("spl_sparkline_count"),
    kernel::<1>("spl_sparkline_dc"),
    kernel::<2>("spl_sparkline_sum"),
    kernel::<3>("spl_sparkline_sumsq"),
    kernel::<4>("spl_sparkline_avg"),
    kernel::<5>("spl_sparkline_stdev"),
    kernel::<6>("spl_sparkline_stdevp"),
    kernel::<7>("spl_sparkline_var"),
    kernel::<8>("spl_sparkline_varp"),
    kernel::<9>("spl_sparkline_range"),
    kernel::<10>("spl_sparkline_min"),
    kernel::<11>("spl_sparkline_max"),
];

const fn kernel<const PLACE: usize>(name: &'static str) -> Kernel {
    Kernel {
        name,
        arguments: 3,
        counts: false,
        takes_repeated: false,
        returns: |_| list_of(DataType::Utf8),
        state: |types| {
            let inner = inner(PLACE).map(|inner| (inner.state)(types.get(..1).unwrap_or_default()));
            let columns = inner.unwrap_or_default().into_iter().map(list_of);
            std::iter::once(list_of(DataType::Int64)).chain(columns).collect()
        },
        create: |args| create(PLACE, args),
    }
}

/// The kernel that a sparkline applies to each bin: the one whose name its own ends in.
fn inner(place: usize) -> Option<&'static Kernel> {
    let function = KERNELS.get(place)?.name.strip_prefix("spl_sparkline_")?;
    let families = [count::KERNELS, distinct::KERNELS, moments::KERNELS, extreme::KERNELS];
    families.into_iter().flatten().find(|kernel| kernel.name.strip_prefix("spl_") == Some(function))
}

fn create(place: usize, args: &AccumulatorArgs) -> Result<Box<dyn Groups>> {
    let (Some(inner), [value, _, _], [first, _, axis]) = (inner(place), args.expr_fields, args.exprs) else {
        return exec_err!("{} takes a value, a bin and an axis", args.name);
    };
    let return_type = (inner.returns)(&[value.data_type().clone()]);
    let inner_args = AccumulatorArgs {
        return_field: Arc::new(Field::new(inner.name, return_type, true)),
        schema: args.schema,
        ignore_nulls: args.ignore_nulls,
        order_bys: &[],
        is_reversed: false,
        name: inner.name,
        is_distinct: false,
        exprs: std::slice::from_ref(first),
        expr_fields: std::slice::from_ref(value),
    };
    let inner = (inner.create)(&inner_args)?;
    let Some(literal) = axis.downcast_ref::<Literal>() else {
        return plan_err!("the axis of a sparkline is a literal");
    };
    Ok(Box::new(Sparkline::new(inner, Arc::new(bins(literal.value())?))))
}

/// The number of each bin by its start.
fn bins(axis: &ScalarValue) -> Result<HashMap<i64, u32>> {
    let ScalarValue::Utf8(Some(text)) = axis.cast_to(&DataType::Utf8)? else { return Ok(HashMap::new()) };
    let starts = text.split(',').filter(|start| !start.is_empty()).enumerate();
    let numbered = starts.map(|(number, start)| match start.parse() {
        Ok(start) => Ok((start, number as u32)),
        Err(_) => plan_err!("the axis of a sparkline has the start {start}"),
    });
    numbered.collect()
}

/// A group of the inner function for each cell: a pair of group and bin with rows.
#[derive(Debug)]
struct Sparkline {
    inner: Box<dyn Groups>,
    bins: Arc<HashMap<i64, u32>>,
    /// The number that the inner function gives to a cell.
    numbers: HashMap<u64, u32>,
    /// The cells by these numbers: the group in the upper half, the bin in the lower.
    cells: Vec<u64>,
}

impl Sparkline {
    fn new(inner: Box<dyn Groups>, bins: Arc<HashMap<i64, u32>>) -> Self {
        Self { inner, bins, numbers: HashMap::new(), cells: Vec::new() }
    }

    fn number(&mut self, group: usize, bin: u32) -> usize {
        let cell = (group as u64) << 32 | u64::from(bin);
        let number = *self.numbers.entry(cell).or_insert_with(|| {
            self.cells.push(cell);
            self.cells.len() as u32 - 1
        });
        number as usize
    }

    /// The cells of the first `count` groups, as bins and numbers.
    fn by_group(&self, count: usize) -> Sorted<(u32, u32)> {
        let cells = self.cells.iter().enumerate();
        Sorted::new(cells.map(|(number, cell)| ((cell >> 32) as usize, (*cell as u32, number as u32))), count)
    }
}

impl Groups for Sparkline {
    fn update(&mut self, arguments: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let [value, starts, _] = arguments else { return exec_err!("a sparkline takes a value, a bin and an axis") };
        let KeyColumn::Number(starts) = KeyColumn::new(starts)? else {
            return exec_err!("the bin of a sparkline is {}", starts.data_type());
        };
        let bins = Arc::clone(&self.bins);
        let mut numbers = vec![0; value.len()];
        let mut kept = vec![false; value.len()];
        for (row, group) in rows.iter().filter(|(row, _)| starts.is_valid(*row)) {
            if let Some(bin) = bins.get(&starts.value(row)) {
                numbers[row] = self.number(group, *bin);
                kept[row] = true;
            }
        }
        let kept = BooleanArray::from(kept);
        self.inner.update(&arguments[..1], &Rows::grouped(&numbers, Some(&kept), self.cells.len()))
    }

    fn merge(&mut self, state: &[ArrayRef], rows: &Rows<'_>) -> Result<()> {
        let Some((bins, columns)) = state.split_first() else { return exec_err!("a sparkline has a state") };
        let bins = as_lists(bins)?;
        let bin_items = bins.values().as_primitive::<Int64Type>();
        let mut numbers = Vec::new();
        for (row, group) in rows.iter() {
            for place in items(bins, row) {
                numbers.push(self.number(group, bin_items.value(place) as u32));
            }
        }
        let flat = columns.iter().map(|column| {
            let column = as_lists(column)?;
            let places = rows.iter().flat_map(|(row, _)| items(column, row)).map(|place| place as u32);
            Ok(take(column.values(), &UInt32Array::from_iter_values(places), None)?)
        });
        let flat = flat.collect::<Result<Vec<_>>>()?;
        self.inner.merge(&flat, &Rows::grouped(&numbers, None, self.cells.len()))
    }

    fn evaluate(&mut self, count: usize) -> Result<ArrayRef> {
        let answers = self.inner.evaluate(self.cells.len())?;
        let texts = Texts::new(&answers)?;
        let mut column = TextColumn::default();
        let length = self.bins.len();
        let mut numbers = vec![None; length];
        for cells in self.by_group(count).groups_mut().filter(|_| length > 0) {
            numbers.fill(None);
            for (bin, number) in cells {
                if let Some(place) = numbers.get_mut(*bin as usize) {
                    *place = Some(*number as usize);
                }
            }
            column.push(MARKER)?;
            for number in &numbers {
                column.push(&number.and_then(|number| texts.get(number)).unwrap_or("0".into()))?;
            }
        }
        let length = if length > 0 { length + 1 } else { 0 };
        lists(column.finish(), std::iter::repeat_n(length, count))
    }

    fn state(&mut self, count: usize) -> Result<Vec<ArrayRef>> {
        let columns = self.inner.state(self.cells.len())?;
        let sorted = self.by_group(count);
        let bins = Int64Array::from_iter_values(sorted.items().iter().map(|(bin, _)| i64::from(*bin)));
        let numbers = UInt32Array::from_iter_values(sorted.items().iter().map(|(_, number)| *number));
        let mut state = vec![lists(Arc::new(bins), sorted.lengths())?];
        for column in columns {
            state.push(lists(take(&column, &numbers, None)?, sorted.lengths())?);
        }
        Ok(state)
    }

    fn forget(&mut self, count: usize) -> Result<()> {
        let total = self.cells.iter().map(|cell| (cell >> 32) as usize + 1).max().unwrap_or(0);
        let rest = total.saturating_sub(count);
        let state = self.state(total)?;
        let state: Vec<ArrayRef> = state.iter().map(|column| column.slice(total - rest, rest)).collect();
        *self = Self::new(self.inner.fresh()?, Arc::clone(&self.bins));
        self.merge(&state, &Rows::own_groups(rest, None))
    }

    fn fresh(&self) -> Result<Box<dyn Groups>> {
        Ok(Box::new(Self::new(self.inner.fresh()?, Arc::clone(&self.bins))))
    }

    fn size(&self) -> usize {
        let cells = self.numbers.allocation_size() + self.cells.capacity() * size_of::<u64>();
        cells + self.inner.size()
    }
}
