//! The meaning of SPL: from the tree to DataFusion plans.
//!
//! Invariant: no I/O, no clock, never executes. What depends on data is asked of the [`World`].

mod aggregate;
mod command;
mod datamodel;
mod enrich;
mod error;
mod expr;
mod extract;
mod field;
mod folder;
pub mod ingest;
mod kernel;
mod lexicon;
mod lower;
mod meet;
mod metric;
mod postings;
mod predicate;
mod project_file;
mod relation;
mod saved;
mod search_time;
mod sheet;
mod source;
mod span;
mod subsearch;
mod suggest;
mod table;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing fixture is a failing test")]
mod testing;
mod text;
mod union;
mod unique;
mod wildcard;
mod window;
mod world;

pub use datamodel::{SummaryPlan, may_be_summarized, summarize, summarized_indexes};
pub use error::{Error, Result};
pub use lower::{SearchPlan, plan};
pub use suggest::nearest;
pub use world::{
    EventSearch, FileFormat, FileWrite, Holding, IndexEntry, IndexFile, LookupTable, LookupWrite, Origin, PastSearch,
    Rows, Source, Summary, SummaryTable, Thing, TimeRange, World, Write, read_event_type,
};
