//! Clauses that several commands share.

pub mod aggregate;
mod arguments;
pub mod bins;
pub(crate) mod field_list;
pub mod frame;
pub mod index_list;
pub mod series;
pub mod sort_key;
pub mod time_span;

pub use aggregate::{Aggregate, Argument};
pub use index_list::IndexList;
pub use sort_key::{SortKey, SortKind};
pub use time_span::{BinSpan, TimeUnit};
