//! `spl_transaction(time, first, last, limits…, field…)`: which transaction an event belongs to. `transaction user maxspan=30m`
//!
//! Rows come newest first. The result has the number of the event's transaction, none where it belongs to none that is kept;
//! whether that one was closed by a limit or by its first event; how many of the fields the event has; and whether it is an
//! orphan, an event with none of the fields that is kept by itself.

mod group;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, StructArray},
        datatypes::{DataType, Field, FieldRef, Fields, Float64Type, Int64Type},
    },
    common::{Result, exec_err},
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDFImpl,
        function::{PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
};

use self::group::{Groups, Limits};
use crate::value::Texts;

/// How many arguments stand before the fields.
const BEFORE_FIELDS: usize = 11;

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

    fn partition_evaluator(&self, _args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Struct(parts()), true)))
    }
}

/// What is said of each row.
fn parts() -> Fields {
    ["transaction", "closed", "matched", "orphan"].map(|name| Field::new(name, DataType::Int64, true)).to_vec().into()
}

#[derive(Debug)]
struct Evaluator;

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let Some((head, fields)) = values.split_at_checked(BEFORE_FIELDS) else {
            return exec_err!("spl_transaction lacks arguments");
        };
        let [time, first, last, max_span, max_pause, max_events, needs_first, needs_last, connected, evicted, orphans] =
            head
        else {
            return exec_err!("spl_transaction lacks arguments");
        };
        let times = time.as_primitive::<Float64Type>();
        let (first, last) = (first.as_boolean(), last.as_boolean());
        let seconds = |array: &ArrayRef| {
            let array = array.as_primitive::<Float64Type>();
            array.iter().next().flatten()
        };
        let is = |array: &ArrayRef| array.as_boolean().iter().next().flatten().unwrap_or(false);
        let limits = Limits {
            max_span: seconds(max_span),
            max_pause: seconds(max_pause),
            max_events: max_events.as_primitive::<Int64Type>().iter().next().flatten().unwrap_or(0),
            needs_first: is(needs_first),
            needs_last: is(needs_last),
            connected: is(connected),
            keep_evicted: is(evicted),
            keep_orphans: is(orphans),
        };
        let texts = fields.iter().map(Texts::new).collect::<Result<Vec<_>>>()?;
        let mut groups = Groups::new(limits, fields.len(), rows);
        let mut row_values = Vec::with_capacity(fields.len());
        for row in 0..rows {
            row_values.clear();
            row_values.extend(texts.iter().map(|column| column.get(row)));
            let time = times.is_valid(row).then(|| times.value(row));
            let is_true = |flags: &datafusion::arrow::array::BooleanArray| flags.is_valid(row) && flags.value(row);
            groups.add(time, is_true(first), is_true(last), &row_values);
        }
        let rows = groups.finish();
        let column = |part: fn(&group::Row) -> Option<i64>| {
            let column: Int64Array = rows.iter().map(part).collect();
            Arc::new(column) as ArrayRef
        };
        let columns = vec![
            column(|row| row.transaction),
            column(|row| Some(row.closed)),
            column(|row| Some(row.matched)),
            column(|row| Some(row.orphan)),
        ];
        Ok(Arc::new(StructArray::try_new(parts(), columns, None)?))
    }
}
