//! `spl_transaction(time, first, last, limits…, field…)`: which transaction an event belongs to. `transaction user maxspan=30m`
//!
//! Rows come newest first. The result is a key of the event's transaction, none where it belongs to none that is kept. A key is four
//! times a number, which is the greater the later the transaction begins in the order of rows; 1 more where a limit or its first event
//! closed it; and 2 more where it is an orphan, an event with none of the fields that is kept by itself.

mod group;
mod limits;
mod numbers;
mod single;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        datatypes::{DataType, Field, FieldRef, Float64Type},
    },
    common::{Result, ScalarValue, exec_datafusion_err, exec_err},
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDFImpl,
        function::{ExpressionArgs, PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
    physical_expr::{PhysicalExpr, expressions::Literal},
};

use self::{
    group::Groups,
    limits::{LITERALS, Limits},
    single::Single,
};
use crate::value::Texts;

type Argument = Arc<dyn PhysicalExpr>;

/// How many arguments of a row come first: its time, whether it is a first event, whether it is a last one.
const OF_A_ROW: usize = 3;

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Transaction {
    signature: Signature,
}

impl Transaction {
    pub(super) fn new() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl WindowUDFImpl for Transaction {
    fn name(&self) -> &str {
        "spl_transaction"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    // The limits are literals, and mostly no events are marked and no times looked at: none of that needs a column.
    fn expressions(&self, args: ExpressionArgs) -> Vec<Arc<dyn PhysicalExpr>> {
        let (of_a_row, others) = split(args.input_exprs());
        let (time, marks) = of_a_row.split_at_checked(1).unwrap_or((of_a_row, &[]));
        let is_timeless = limits(others).is_ok_and(|limits| !limits.look_at_times());
        let time = time.iter().filter(|_| !is_timeless);
        let marks = marks.iter().filter(|mark| literal(mark).is_none());
        time.chain(marks).chain(others.iter().skip(LITERALS)).map(Arc::clone).collect()
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        let (of_a_row, others) = split(args.input_exprs());
        let mark = |place: usize| of_a_row.get(place).and_then(literal);
        Ok(Box::new(Evaluator { limits: limits(others)?, first: mark(1), last: mark(2) }))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }
}

/// The arguments of a row, and those that follow.
fn split(args: &[Argument]) -> (&[Argument], &[Argument]) {
    args.split_at_checked(OF_A_ROW).unwrap_or((args, &[]))
}

/// The limits, which follow those of a row.
fn limits(others: &[Argument]) -> Result<Limits> {
    Limits::new(others.get(..LITERALS).unwrap_or(others))
}

/// The argument where it is no column but a literal: whether it is true of all rows.
fn literal(arg: &Argument) -> Option<bool> {
    arg.downcast_ref::<Literal>().map(|literal| *literal.value() == ScalarValue::Boolean(Some(true)))
}

/// Transactions that are all events of a value, but for those of a value with too many.
#[derive(Debug)]
pub struct OfValue {
    /// The value; an event without it is in no transaction.
    pub value: Argument,
    /// How many events a transaction has at most; none where any number.
    pub most: Option<i64>,
}

/// What arguments of `spl_transaction` come to where nothing ends a transaction but its number of events; none where something does.
pub fn of_value(args: &[Argument]) -> Option<OfValue> {
    let (of_a_row, others) = split(args);
    let is_unmarked = of_a_row.iter().skip(1).all(|mark| literal(mark) == Some(false));
    let limits = limits(others).ok()?;
    let is_whole = !limits.look_at_times() && !limits.needs_first && !limits.needs_last && !limits.keep_orphans;
    let [value] = others.get(LITERALS..)? else { return None };
    let most = Some(limits.max_events).filter(|most| *most > 0);
    (is_unmarked && is_whole).then(|| OfValue { value: Arc::clone(value), most })
}

#[derive(Debug)]
struct Evaluator {
    limits: Limits,
    /// Whether all rows are first and last events; none where a column tells.
    first: Option<bool>,
    last: Option<bool>,
}

/// Which rows are marked.
enum Marks<'a> {
    All(bool),
    Some(&'a BooleanArray),
}

impl<'a> Marks<'a> {
    /// Those that a literal tells, or else the next of the columns.
    fn of(literal: Option<bool>, columns: &mut impl Iterator<Item = &'a ArrayRef>) -> Result<Self> {
        match literal {
            Some(all) => Ok(Self::All(all)),
            None => Ok(Self::Some(next(columns)?.as_boolean())),
        }
    }

    fn are_on(&self, row: usize) -> bool {
        match self {
            Self::All(all) => *all,
            Self::Some(flags) => flags.is_valid(row) && flags.value(row),
        }
    }
}

fn next<'a>(columns: &mut impl Iterator<Item = &'a ArrayRef>) -> Result<&'a ArrayRef> {
    columns.next().ok_or_else(|| exec_datafusion_err!("spl_transaction lacks arguments"))
}

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        if u32::try_from(rows).is_err() {
            return exec_err!("transaction takes {} events at most", u32::MAX);
        }
        let mut columns = values.iter();
        let times = self.limits.look_at_times().then(|| next(&mut columns)).transpose()?;
        let times = times.map(|times| times.as_primitive::<Float64Type>());
        let first = Marks::of(self.first, &mut columns)?;
        let last = Marks::of(self.last, &mut columns)?;
        let time = |row: usize| times.filter(|times| times.is_valid(row)).map(|times| times.value(row));
        let texts = columns.map(Texts::new).collect::<Result<Vec<_>>>()?;
        let numbers = if let [texts] = texts.as_slice() {
            let mut events = Single::new(self.limits.clone(), rows);
            for row in 0..rows {
                events.add(time(row), first.are_on(row), last.are_on(row), texts.get(row).as_deref())?;
            }
            events.finish()
        } else {
            let mut groups = Groups::new(self.limits.clone(), texts.len(), rows);
            let mut row_values = Vec::with_capacity(texts.len());
            for row in 0..rows {
                row_values.clear();
                row_values.extend(texts.iter().map(|column| column.get(row)));
                groups.add(time(row), first.are_on(row), last.are_on(row), &row_values);
            }
            groups.finish()
        };
        Ok(Arc::new(numbers.keys(&self.limits)))
    }
}
