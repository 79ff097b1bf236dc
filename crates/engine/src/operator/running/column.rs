//! One function's column: the states of all groups, and which rows count.

use std::{collections::VecDeque, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, PrimitiveBuilder},
        datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type, Schema},
    },
    common::{Result, ScalarValue, internal_datafusion_err},
    logical_expr::{WindowFrame, WindowFrameBound, WindowFrameUnits},
    physical_expr::window::{PlainAggregateWindowExpr, SlidingAggregateWindowExpr, WindowExpr},
};

use super::fold::{Count, Extreme, Fold, Mean, Sum};

/// The longest window: each row goes through all rows of its window, so that results hang on nothing before them.
const MAX_WINDOW: usize = 1_000;

/// Which rows count for a row, as distances back from it.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// The farthest; none for all.
    first: Option<usize>,
    /// The nearest: 0 is the row itself.
    last: usize,
}

impl Frame {
    /// The frame of rows up to the row itself or one before it; none where it is another kind of frame or too long.
    fn new(frame: &WindowFrame) -> Option<Self> {
        let back = |bound: &WindowFrameBound| match bound {
            WindowFrameBound::CurrentRow => Some(Some(0)),
            WindowFrameBound::Preceding(ScalarValue::UInt64(None)) => Some(None),
            WindowFrameBound::Preceding(ScalarValue::UInt64(Some(rows))) => usize::try_from(*rows).ok().map(Some),
            _ => None,
        };
        let (first, last) = (back(&frame.start_bound)?, back(&frame.end_bound)??);
        let in_reach = |rows: usize| rows <= MAX_WINDOW;
        let fits = frame.units == WindowFrameUnits::Rows && first.is_none_or(in_reach) && in_reach(last);
        fits.then_some(Self { first, last })
    }
}

/// What a window function computes.
#[derive(Debug, Clone, Copy)]
enum Function {
    Count,
    Sum,
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
    let frame = Frame::new(window.get_window_frame())?;
    let arguments = aggregate.expressions();
    let [argument] = arguments.as_slice() else { return None };
    if aggregate.is_distinct() || !aggregate.order_bys().is_empty() {
        return None;
    }
    let data_type = argument.data_type(input).ok()?;
    let (doubles, integers) = (data_type == DataType::Float64, data_type == DataType::Int64);
    let function = match aggregate.fun().name() {
        "count" => Function::Count,
        "sum" if doubles => Function::Sum,
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
            Function::Sum => of::<Sum>(frame, values::<Float64Type>),
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

    /// The function's values for rows of the groups `ids`, of which there are `total`.
    pub(super) fn update(&mut self, arguments: &[ArrayRef], ids: &[usize], total: usize) -> Result<ArrayRef> {
        self.0.update(arguments, ids, total)
    }

    /// How much memory the states take.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }
}

trait States: Send {
    fn update(&mut self, arguments: &[ArrayRef], ids: &[usize], total: usize) -> Result<ArrayRef>;
    fn bytes(&self) -> usize;
}

/// Reads the value of each row; none where the row has none.
type Read<F> = fn(Option<&ArrayRef>, usize) -> Result<Vec<Option<<F as Fold>::Value>>>;

fn of<F: Fold + 'static>(frame: Frame, read: Read<F>) -> Box<dyn States>
where
    F::Value: Send,
    F::State: Send,
{
    match frame.first {
        None => Box::new(SoFar::<F> { read, last: frame.last, states: Vec::new(), waiting: Vec::new() }),
        Some(first) => Box::new(Sliding::<F> { read, first, last: frame.last, rows: Vec::new(), kept: 0 }),
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

/// All rows of a group, up to one `last` rows back.
struct SoFar<F: Fold> {
    read: Read<F>,
    last: usize,
    states: Vec<F::State>,
    /// For each group the values that do not count yet; empty where all count at once.
    waiting: Vec<VecDeque<Option<F::Value>>>,
}

impl<F: Fold> States for SoFar<F>
where
    F::Value: Send,
    F::State: Send,
{
    fn update(&mut self, arguments: &[ArrayRef], ids: &[usize], total: usize) -> Result<ArrayRef> {
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

/// The rows of a group from `first` to `last` rows back.
struct Sliding<F: Fold> {
    read: Read<F>,
    first: usize,
    last: usize,
    rows: Vec<VecDeque<Option<F::Value>>>,
    /// How many rows are kept in all.
    kept: usize,
}

impl<F: Fold> States for Sliding<F>
where
    F::Value: Send,
    F::State: Send,
{
    fn update(&mut self, arguments: &[ArrayRef], ids: &[usize], total: usize) -> Result<ArrayRef> {
        let values = (self.read)(arguments.first(), ids.len())?;
        self.rows.resize_with(total, VecDeque::new);
        let mut answers = PrimitiveBuilder::<F::Answer>::with_capacity(ids.len());
        for (value, group) in values.into_iter().zip(ids) {
            let Some(rows) = self.rows.get_mut(*group) else { continue };
            rows.push_back(value);
            if rows.len() > self.first + 1 {
                rows.pop_front();
            } else {
                self.kept += 1;
            }
            let mut state = F::State::default();
            let count = rows.len().saturating_sub(self.last);
            rows.iter().take(count).flatten().for_each(|value| F::add(&mut state, *value));
            answers.append_option(F::answer(&state));
        }
        Ok(Arc::new(answers.finish()))
    }

    fn bytes(&self) -> usize {
        // A deque grows by doubling.
        let rows = 2 * self.kept * size_of::<Option<F::Value>>();
        self.rows.capacity() * size_of::<VecDeque<Option<F::Value>>>() + rows
    }
}
