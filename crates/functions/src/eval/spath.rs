//! The family `spath`.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use crate::EvalSpec;

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    Vec::new()
}
