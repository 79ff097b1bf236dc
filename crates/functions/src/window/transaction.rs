//! `spl_transaction(time, first, last, limits…, field…)`: which transaction an event belongs to. `transaction user maxspan=30m`
//!
//! Rows come newest first. The result has the number of the event's transaction, none where it belongs to none that is kept;
//! whether that one was closed by a limit or by its first event; how many of the fields the event has; and whether it is an
//! orphan, an event with none of the fields that is kept by itself.

mod group;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, StructArray},
        datatypes::{DataType, Field, FieldRef, Fields, Float64Type},
    },
    common::{Result, ScalarValue, exec_err, plan_err},
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDFImpl,
        function::{ExpressionArgs, PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
    physical_expr::{PhysicalExpr, expressions::Literal},
};

use self::group::{Groups, Limits};
use crate::value::Texts;

/// How many arguments of a row come first: its time, whether it is a first event, whether it is a last one.
const OF_A_ROW: usize = 3;
/// How many literals follow, before the fields.
const LIMITS: usize = 8;

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

    // The limits are literals: they need no column.
    fn expressions(&self, args: ExpressionArgs) -> Vec<Arc<dyn PhysicalExpr>> {
        let all = args.input_exprs();
        all.iter().take(OF_A_ROW).chain(all.iter().skip(OF_A_ROW + LIMITS)).map(Arc::clone).collect()
    }

    fn partition_evaluator(&self, args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator { limits: limits(args.input_exprs())? }))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Struct(parts()), true)))
    }
}

/// What is said of each row.
fn parts() -> Fields {
    ["transaction", "closed", "matched", "orphan"].map(|name| Field::new(name, DataType::Int64, true)).to_vec().into()
}

/// The limits among the arguments.
fn limits(args: &[Arc<dyn PhysicalExpr>]) -> Result<Limits> {
    let literals: Vec<&ScalarValue> = args
        .iter()
        .skip(OF_A_ROW)
        .take(LIMITS)
        .filter_map(|arg| arg.downcast_ref::<Literal>().map(Literal::value))
        .collect();
    let [
        ScalarValue::Float64(max_span),
        ScalarValue::Float64(max_pause),
        ScalarValue::Int64(max_events),
        ScalarValue::Boolean(needs_first),
        ScalarValue::Boolean(needs_last),
        ScalarValue::Boolean(connected),
        ScalarValue::Boolean(keep_evicted),
        ScalarValue::Boolean(keep_orphans),
    ] = literals.as_slice()
    else {
        return plan_err!("spl_transaction takes its limits as literals");
    };
    Ok(Limits {
        max_span: *max_span,
        max_pause: *max_pause,
        max_events: max_events.unwrap_or(0),
        needs_first: *needs_first == Some(true),
        needs_last: *needs_last == Some(true),
        connected: *connected == Some(true),
        keep_evicted: *keep_evicted == Some(true),
        keep_orphans: *keep_orphans == Some(true),
    })
}

#[derive(Debug)]
struct Evaluator {
    limits: Limits,
}

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let Some(([time, first, last], fields)) = values.split_first_chunk::<OF_A_ROW>() else {
            return exec_err!("spl_transaction lacks arguments");
        };
        if u32::try_from(rows).is_err() {
            return exec_err!("transaction takes {} events at most", u32::MAX);
        }
        let times = time.as_primitive::<Float64Type>();
        let (first, last) = (first.as_boolean(), last.as_boolean());
        let texts = fields.iter().map(Texts::new).collect::<Result<Vec<_>>>()?;
        let mut groups = Groups::new(self.limits.clone(), fields.len(), rows);
        let mut row_values = Vec::with_capacity(fields.len());
        let is_true = |flags: &BooleanArray, row: usize| flags.is_valid(row) && flags.value(row);
        for row in 0..rows {
            row_values.clear();
            row_values.extend(texts.iter().map(|column| column.get(row)));
            let time = times.is_valid(row).then(|| times.value(row));
            groups.add(time, is_true(first, row), is_true(last, row), &row_values);
        }
        let kept = groups.finish();
        let column = |part: fn(&group::Row) -> Option<i64>| {
            let column: Int64Array = kept.rows().map(|row| part(&row)).collect();
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
