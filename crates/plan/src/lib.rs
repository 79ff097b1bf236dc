//! The meaning of SPL: from the tree to DataFusion plans.
//!
//! Invariant: no I/O, no clock, never executes. What depends on data is asked of the [`World`].

mod command;
mod error;
mod expr;
mod field;
mod kernel;
mod lower;
mod meet;
mod predicate;
mod relation;
mod source;
mod subsearch;
mod suggest;
mod wildcard;
mod world;

pub use error::{Error, Result};
pub use lower::{SearchPlan, plan};
pub use world::{IndexEntry, LookupTable, LookupWrite, Rows, Source, TimeRange, World};
