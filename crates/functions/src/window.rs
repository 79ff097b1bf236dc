//! Window functions: what a row gets depends on all rows before it. `trendline ema5(bytes)`
//!
//! As everywhere, a function is found by its name alone and every option is an argument.

mod average;
mod concurrency;
mod transaction;

use std::sync::Arc;

use datafusion::logical_expr::WindowUDF;

/// Every window kernel.
pub fn kernels() -> Vec<Arc<WindowUDF>> {
    vec![
        Arc::new(WindowUDF::from(average::Ema::new())),
        Arc::new(WindowUDF::from(concurrency::Concurrency::new())),
        Arc::new(WindowUDF::from(transaction::Transaction::new())),
    ]
}
