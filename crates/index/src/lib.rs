//! Events at rest: an index is a Delta Lake table whose files are laid out for searches.
//!
//! | part | what it does |
//! | --- | --- |
//! | [`Index`] | opens a table, tells its columns and files |
//! | [`Index::append`] | adds events, once for each part of an input |
//! | [`Index::compact`] | makes few large files of many small ones |
//! | [`Index::retain`], [`Index::clean`] | forgets what is old, and deletes what nobody reads any more |
//!
//! The log is Delta's, so several writers may add events at once and any Delta reader finds them. The files are ours: partitioned
//! by day, newest event first, with small pages, and with filters of the words in each block of rows. A field keeps its name in the metadata of its column, because names in Delta are
//! short of characters and of case; a field that has numbers in one event and text in another has a column for each.
//!
//! Nothing here knows SPL, nor how a file becomes events.

mod append;
mod clean;
mod clock;
mod column;
mod compact;
mod error;
mod index;
mod layout;
mod origin;
mod part;
mod progress;
mod retain;
mod statistics;
pub mod store;
mod words;

pub use append::{Appended, Staged};
pub use clean::Cleaned;
pub use column::{Column, Columns, Kind};
pub use compact::Compacted;
pub use error::{IndexError, Problem};
pub use index::Index;
pub use layout::Layout;
pub use origin::Origin;
pub use part::Part;
pub use progress::Progress;
pub use retain::Retained;
pub use words::{Blocks, WordFilters, Words};

/// Arrow as the files are made of.
pub use deltalake_core::arrow;

/// The column of the event's time.
pub const TIME: &str = "_time";
/// The column of the event as it stood in its file.
pub const RAW: &str = "_raw";
/// The column of the time when an event was added.
pub const INDEXED: &str = "_indextime";
/// The column of an event's place in the order in which events were added.
pub const SEQUENCE: &str = "_seq";
/// The column that is null for events whose fields searches take out of `_raw`, and says where those of others are.
pub const STRUCTURED: &str = "_structured";
/// In [`STRUCTURED`]: fields are columns.
pub const IN_COLUMNS: i64 = 1;
/// In [`STRUCTURED`]: fields are columns, and `_raw` is the JSON that they were read from. What stands in a text or a whole number
/// of them stands in `_raw` too, save for `host`, `source` and `sourcetype`.
pub const IN_RAW: i64 = 2;
/// The column by which files are partitioned: the day of the event's time, in UTC.
pub const DAY: &str = "_day";

#[cfg(test)]
mod tests;
