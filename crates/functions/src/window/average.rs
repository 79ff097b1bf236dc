//! `spl_ema(x, alpha)`: the exponential moving average. `trendline ema5(bytes)`
//!
//! The first number counts whole; each that follows counts `alpha`, and all before it together the rest. Null rows get what
//! the rows before them got.

use std::{hash::Hash, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Float64Array},
        datatypes::{DataType, Field, FieldRef, Float64Type},
    },
    common::{Result, ScalarValue, exec_err},
    logical_expr::{
        PartitionEvaluator, Signature, Volatility, WindowUDFImpl,
        function::{PartitionEvaluatorArgs, WindowUDFFieldArgs},
    },
};

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Ema {
    signature: Signature,
}

impl Ema {
    pub(super) fn new() -> Self {
        Self { signature: Signature::exact(vec![DataType::Float64, DataType::Float64], Volatility::Immutable) }
    }
}

impl WindowUDFImpl for Ema {
    fn name(&self) -> &str {
        "spl_ema"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(&self, _args: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(Running { mean: None }))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::Float64, true)))
    }
}

/// The average so far.
#[derive(Debug)]
struct Running {
    mean: Option<f64>,
}

impl Running {
    fn step(&mut self, number: Option<f64>, alpha: f64) -> Option<f64> {
        if let Some(number) = number {
            self.mean = Some(self.mean.map_or(number, |mean| alpha * number + (1.0 - alpha) * mean));
        }
        self.mean
    }
}

impl PartitionEvaluator for Running {
    fn evaluate_all(&mut self, values: &[ArrayRef], _rows: usize) -> Result<ArrayRef> {
        let [numbers, alphas] = values else { return exec_err!("spl_ema takes a number and a factor") };
        let (numbers, alphas) = (numbers.as_primitive::<Float64Type>(), alphas.as_primitive::<Float64Type>());
        let means = numbers.iter().zip(alphas).map(|(number, alpha)| self.step(number, alpha.unwrap_or(1.0)));
        Ok(Arc::new(means.collect::<Float64Array>()))
    }

    /// Rows come one by one, each once: nothing but the average is kept.
    fn evaluate(&mut self, values: &[ArrayRef], range: &std::ops::Range<usize>) -> Result<ScalarValue> {
        let [numbers, alphas] = values else { return exec_err!("spl_ema takes a number and a factor") };
        let (numbers, alphas) = (numbers.as_primitive::<Float64Type>(), alphas.as_primitive::<Float64Type>());
        let number = numbers.iter().nth(range.start).flatten();
        let alpha = alphas.iter().nth(range.start).flatten();
        Ok(ScalarValue::Float64(self.step(number, alpha.unwrap_or(1.0))))
    }

    fn supports_bounded_execution(&self) -> bool {
        true
    }

    fn is_causal(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_values_count_less() {
        let mut running = Running { mean: None };
        let means: Vec<Option<f64>> =
            [None, Some(4.0), Some(8.0), None, Some(0.0)].map(|number| running.step(number, 0.5)).to_vec();
        assert_eq!(means, [None, Some(4.0), Some(6.0), Some(6.0), Some(3.0)]);
    }
}
