//! Kernels of `extract` that lowering calls.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    Vec::new()
}
