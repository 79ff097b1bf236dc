//! The family `conditional`.

use crate::EvalSpec;

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[];
