//! `spl_concurrency(start, duration)`: how many rows run when each one starts. `concurrency duration=seconds`
//!
//! A row runs from its start on, up to but not at its end. It counts itself, also if it takes no time. A row without a start or a
//! duration counts nowhere and gets no number.

use std::{hash::Hash, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array},
        datatypes::{DataType, Field, FieldRef, Float64Type},
    },
    common::{Result, exec_err},
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDFImpl,
        function::{PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
};

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Concurrency {
    signature: Signature,
}

impl Concurrency {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Float64, DataType::Float64], Volatility::Immutable) }
    }
}

impl WindowUDFImpl for Concurrency {
    fn name(&self) -> &str {
        "spl_concurrency"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(&self, _args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Evaluator))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Int64, true)))
    }
}

#[derive(Debug)]
struct Evaluator;

impl PartitionEvaluator for Evaluator {
    fn evaluate_all(&mut self, values: &[ArrayRef], _rows: usize) -> Result<ArrayRef> {
        let [starts, durations] = values else { return exec_err!("spl_concurrency takes a start and a duration") };
        let (starts, durations) = (starts.as_primitive::<Float64Type>(), durations.as_primitive::<Float64Type>());
        let rows: Vec<Option<(f64, f64)>> =
            starts.iter().zip(durations).map(|(start, duration)| start.zip(duration)).collect();
        Ok(Arc::new(Int64Array::from(running(&rows))))
    }
}

/// How many rows run at the start of each.
fn running(rows: &[Option<(f64, f64)>]) -> Vec<Option<i64>> {
    // A negative duration is none.
    let known = || rows.iter().flatten().map(|(start, duration)| (*start, start + duration.max(0.0)));
    let mut starts: Vec<f64> = known().map(|(start, _)| start).collect();
    let mut ends: Vec<f64> = known().map(|(_, end)| end).collect();
    starts.sort_by(f64::total_cmp);
    ends.sort_by(f64::total_cmp);
    let until = |sorted: &[f64], instant: f64| sorted.partition_point(|one| *one <= instant) as i64;
    let of_row = |(start, duration): (f64, f64)| {
        let itself = i64::from(start + duration.max(0.0) <= start);
        until(&starts, start) - until(&ends, start) + itself
    };
    rows.iter().map(|row| row.map(of_row)).collect()
}

#[cfg(test)]
mod tests {
    use super::running;

    #[test]
    fn a_row_runs_up_to_its_end() {
        let rows = [Some((0.0, 10.0)), Some((5.0, 5.0)), Some((10.0, 1.0)), Some((5.0, 0.0)), None];
        assert_eq!(running(&rows), [Some(1), Some(2), Some(1), Some(3), None]);
    }
}
