//! Eval and stats functions of SPL over Arrow.
//!
//! Two tables, [`EVAL`] and [`STATS`], hold every function; help, completion, did-you-mean and the registry derive from
//! them. A kernel is a DataFusion function called `spl_<name>`.
//!
//! Invariant: a function carries no state; every option is an argument, and it is found by its name alone.

mod cache;
pub mod eval;
pub mod recent;
pub mod seek;
pub mod series;
pub mod spec;
pub mod stats;
pub mod terms;
pub mod time;
pub mod token;
pub mod value;
pub mod window;
pub mod words;

// The properties of `fuzz/` name the crate.
#[cfg(test)]
extern crate self as speleo_functions;

pub use eval::EVAL;
pub use spec::{AggregateSpec, Ambient, Argument, EvalSpec, Family, Kernel, Kind, Returns, StatsKind};
pub use stats::STATS;

use datafusion::{common::Result, execution::FunctionRegistry};

/// Registers every kernel under its name.
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    for udf in eval::kernels() {
        registry.register_udf(udf)?;
    }
    for udaf in stats::kernels() {
        registry.register_udaf(udaf)?;
    }
    for udwf in window::kernels() {
        registry.register_udwf(udwf)?;
    }
    Ok(())
}
