//! One function's column: the states of all groups, and which rows count.

use std::{collections::VecDeque, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, PrimitiveBuilder},
        datatypes::{ArrowPrimitiveType, DataType, Decimal128Type, Float64Type, Int64Type, Schema},
    },
    common::{Result, ScalarValue, internal_datafusion_err},
    logical_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits},
    physical_expr::window::{PlainAggregateWindowExpr, SlidingAggregateWindowExpr, WindowExpr},
};

use super::{
    fold::{Count, Extreme, Fold, Mean, Sum},
    queue::Queue,
};

/// Which rows count for a row.
#[derive(Debug, Clone, Copy)]
enum Frame {
    /// All of its group up to the one so many rows back.
    SoFar { last: usize },
    /// Those from `first` to `last` rows back.
    Rows { first: usize, last: usize },
    /// Those whose key is smaller by `first` to `last`. Keys grow, and no two rows that anyone looks at have the same: rows behind
    /// the row itself never count.
    Keys { first: i128, last: i128 },
}

impl Frame {
    /// The frame; none where it is of another kind.
    fn new(window: &Arc<dyn WindowExpr>, input: &Schema) -> Option<Self> {
        let frame: &WindowFrame = window.get_window_frame();
        match frame.units {
            WindowFrameUnits::Rows => {
                let rows = |distance: Option<i128>| distance.and_then(|rows| usize::try_from(rows).ok());
                let last = rows(distance(&frame.end_bound)?)?;
                Some(match distance(&frame.start_bound)? {
                    None => Self::SoFar { last },
                    first => Self::Rows { first: rows(first)?, last },
                })
            }
            WindowFrameUnits::Range => {
                let [key] = window.order_by() else { return None };
                let data_type = key.expr.data_type(input).ok()?;
                let whole = matches!(data_type, DataType::Int64 | DataType::Decimal128(_, 0));
                let (first, last) = (distance(&frame.start_bound)??, distance(&frame.end_bound)??);
                (whole && !key.options.descending).then_some(Self::Keys { first, last })
            }
            WindowFrameUnits::Groups => None,
        }
    }
}

/// How far back a bound is; nothing where it is the first row. None where it lies ahead.
fn distance(bound: &WindowFrameBound) -> Option<Option<i128>> {
    match bound {
        WindowFrameBound::CurrentRow => Some(Some(0)),
        WindowFrameBound::Preceding(value) if value.is_null() => Some(None),
        WindowFrameBound::Preceding(ScalarValue::UInt64(Some(value))) => Some(Some(i128::from(*value))),
        WindowFrameBound::Preceding(ScalarValue::Int64(Some(value))) => Some(Some(i128::from(*value))),
        WindowFrameBound::Preceding(ScalarValue::Decimal128(Some(value), _, 0)) => Some(Some(*value)),
        _ => None,
    }
}

/// What a window function computes.
#[derive(Debug, Clone, Copy)]
enum Function {
    Count,
    Sum { integers: bool },
    Mean,
    Extreme { integers: bool, greatest: bool },
}

/// The function and its rows, over rows of that schema; none where there is no column for it.
fn function(window: &Arc<dyn WindowExpr>, input: &Schema) -> Option<(Function, Frame)> {
    let any = window.as_any();
    let plain = any.downcast_ref::<PlainAggregateWindowExpr>().map(PlainAggregateWindowExpr::get_aggregate_expr);
    let sliding =
        || any.downcast_ref::<SlidingAggregateWindowExpr>().map(SlidingAggregateWindowExpr::get_aggregate_expr);
    let aggregate = plain.or_else(sliding)?;
    let frame = Frame::new(window, input)?;
    let arguments = aggregate.expressions();
    let [argument] = arguments.as_slice() else { return None };
    if aggregate.is_distinct() || !aggregate.order_bys().is_empty() {
        return None;
    }
    let data_type = argument.data_type(input).ok()?;
    let (doubles, integers) = (data_type == DataType::Float64, data_type == DataType::Int64);
    let function = match aggregate.fun().name() {
        "count" => Function::Count,
        "sum" if doubles || integers => Function::Sum { integers },
        "avg" if doubles => Function::Mean,
        "min" if doubles || integers => Function::Extreme { integers, greatest: false },
        "max" if doubles || integers => Function::Extreme { integers, greatest: true },
        _ => return None,
    };
    Some((function, frame))
}

/// Whether there is a column for the function, over rows of that schema.
pub(in super::super) fn is_supported(window: &Arc<dyn WindowExpr>, input: &Schema) -> bool {
    function(window, input).is_some()
}

/// A function's states.
pub(super) struct Column(Box<dyn States>);

impl Column {
    pub(super) fn new(window: &Arc<dyn WindowExpr>, input: &Schema) -> Result<Self> {
        let (function, frame) =
            function(window, input).ok_or_else(|| internal_datafusion_err!("`{}` does not run", window.name()))?;
        Ok(Self(match function {
            Function::Count => of::<Count>(frame, present),
            Function::Sum { integers: false } => of::<Sum<Float64Type>>(frame, values::<Float64Type>),
            Function::Sum { integers: true } => of::<Sum<Int64Type>>(frame, values::<Int64Type>),
            Function::Mean => of::<Mean>(frame, values::<Float64Type>),
            Function::Extreme { integers: true, greatest: false } => {
                of::<Extreme<Int64Type, false>>(frame, values::<Int64Type>)
            }
            Function::Extreme { integers: true, greatest: true } => {
                of::<Extreme<Int64Type, true>>(frame, values::<Int64Type>)
            }
            Function::Extreme { integers: false, greatest: false } => {
                of::<Extreme<Float64Type, false>>(frame, values::<Float64Type>)
            }
            Function::Extreme { integers: false, greatest: true } => {
                of::<Extreme<Float64Type, true>>(frame, values::<Float64Type>)
            }
        }))
    }

    /// The function's values for rows of the groups `ids`, of which there are `total`; `keys` are the rows' first keys of order.
    pub(super) fn update(
        &mut self,
        arguments: &[ArrayRef],
        keys: &[i128],
        ids: &[usize],
        total: usize,
    ) -> Result<ArrayRef> {
        self.0.update(arguments, keys, ids, total)
    }

    /// How much memory the states take.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

trait States: Send {
    fn update(&mut self, arguments: &[ArrayRef], keys: &[i128], ids: &[usize], total: usize) -> Result<ArrayRef>;
    fn bytes(&self) -> usize;
}

/// Reads the value of each row; none where the row has none.
type Read<F> = fn(Option<&ArrayRef>, usize) -> Result<Vec<Option<<F as Fold>::Value>>>;

fn of<F: Fold + 'static>(frame: Frame, read: Read<F>) -> Box<dyn States> {
    match frame {
        Frame::SoFar { last } => Box::new(SoFar::<F> { read, last, states: Vec::new(), waiting: Vec::new() }),
        Frame::Rows { first, last } => {
            let (first, last) = (first as i128, last as i128);
            Box::new(Sliding::<F> { read, first, last, by_key: false, rows: Vec::new(), held: 0 })
        }
        Frame::Keys { first, last } => {
            Box::new(Sliding::<F> { read, first, last, by_key: true, rows: Vec::new(), held: 0 })
        }
    }
}

fn present(argument: Option<&ArrayRef>, rows: usize) -> Result<Vec<Option<()>>> {
    let nulls = argument.and_then(|argument| argument.logical_nulls());
    Ok(match nulls {
        Some(nulls) => nulls.iter().map(|valid| valid.then_some(())).collect(),
        None => vec![Some(()); rows],
    })
}

fn values<T: ArrowPrimitiveType>(argument: Option<&ArrayRef>, _rows: usize) -> Result<Vec<Option<T::Native>>> {
    let numbers = argument.and_then(|argument| argument.as_primitive_opt::<T>());
    let numbers = numbers.ok_or_else(|| internal_datafusion_err!("a running function takes {}", T::DATA_TYPE))?;
    Ok(numbers.iter().collect())
}

/// The keys of a range as whole numbers. A row without a key is before all others.
pub(super) fn keys(column: &ArrayRef) -> Vec<i128> {
    const NONE: i128 = i128::MIN / 2;
    if let Some(numbers) = column.as_primitive_opt::<Int64Type>() {
        return numbers.iter().map(|number| number.map_or(NONE, i128::from)).collect();
    }
    let numbers = column.as_primitive_opt::<Decimal128Type>();
    numbers.map(|numbers| numbers.iter().map(|number| number.unwrap_or(NONE)).collect()).unwrap_or_default()
}

/// All rows of a group, up to one `last` rows back.
struct SoFar<F: Fold> {
    read: Read<F>,
    last: usize,
    states: Vec<F::State>,
    /// For each group the values that do not count yet; empty where all count at once.
    waiting: Vec<VecDeque<Option<F::Value>>>,
}

impl<F: Fold> States for SoFar<F> {
    fn update(&mut self, arguments: &[ArrayRef], _keys: &[i128], ids: &[usize], total: usize) -> Result<ArrayRef> {
        let values = (self.read)(arguments.first(), ids.len())?;
        self.states.resize(total, F::State::default());
        if self.last > 0 {
            self.waiting.resize_with(total, VecDeque::new);
        }
        let mut answers = PrimitiveBuilder::<F::Answer>::with_capacity(ids.len());
        for (value, group) in values.into_iter().zip(ids) {
            let counts = match self.waiting.get_mut(*group) {
                None => value,
                Some(waiting) => {
                    waiting.push_back(value);
                    if waiting.len() > self.last { waiting.pop_front().flatten() } else { None }
                }
            };
            let Some(state) = self.states.get_mut(*group) else { continue };
            if let Some(value) = counts {
                F::add(state, value);
            }
            answers.append_option(F::answer(state));
        }
        Ok(Arc::new(answers.finish()))
    }

    fn bytes(&self) -> usize {
        let waiting = size_of::<VecDeque<Option<F::Value>>>() + self.last * size_of::<Option<F::Value>>();
        self.states.capacity() * size_of::<F::State>() + self.waiting.len() * waiting
    }
}

/// The rows of a group from `first` to `last` back, by their keys or by their numbers in the group.
struct Sliding<F: Fold> {
    read: Read<F>,
    first: i128,
    last: i128,
    by_key: bool,
    rows: Vec<Window<F>>,
    /// How many rows are held in all.
    held: usize,
}

/// The rows of one group.
struct Window<F: Fold> {
    /// How many rows came.
    count: i128,
    counting: Queue<F>,
    /// Rows that are too near to count.
    waiting: VecDeque<(i128, Option<F::Value>)>,
}

impl<F: Fold> States for Sliding<F> {
    fn update(&mut self, arguments: &[ArrayRef], keys: &[i128], ids: &[usize], total: usize) -> Result<ArrayRef> {
        let values = (self.read)(arguments.first(), ids.len())?;
        self.rows.resize_with(total, || Window { count: 0, counting: Queue::new(), waiting: VecDeque::new() });
        let mut answers = PrimitiveBuilder::<F::Answer>::with_capacity(ids.len());
        for (row, (value, group)) in values.into_iter().zip(ids).enumerate() {
            let Some(window) = self.rows.get_mut(*group) else { continue };
            window.count += 1;
            let key = if self.by_key { keys.get(row).copied().unwrap_or_default() } else { window.count };
            let before = window.counting.len() + window.waiting.len();
            window.waiting.push_back((key, value));
            while let Some((key, value)) = window.waiting.pop_front_if(|(own, _)| *own <= key - self.last) {
                window.counting.push(key, value);
            }
            window.counting.forget(key - self.first);
            self.held = self.held + window.counting.len() + window.waiting.len() - before;
            answers.append_option(F::answer(&window.counting.state()));
        }
        Ok(Arc::new(answers.finish()))
    }

    fn bytes(&self) -> usize {
        // Lists grow by doubling.
        self.rows.capacity() * size_of::<Window<F>>() + 2 * self.held * Queue::<F>::ROW_BYTES
    }
}
