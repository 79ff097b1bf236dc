//! The world: indexes, lookups, limits, cancellation; runs plans.
//!
//! `Engine::open(settings).await?.search("index=web | stats count by host").await` gives the rows and what there is to say
//! about them. How a search becomes a plan is no affair of this crate.

mod accelerate;
mod archive;
mod catalog;
mod clock;
mod collect;
mod conf_folder;
mod dedup_keys;
mod definitions;
mod dictionary;
mod engine;
mod event;
mod event_searches;
mod explain;
mod export;
mod fault;
mod growth;
mod history;
mod ingest;
mod lookup;
mod macros;
mod narrow;
mod native;
mod operator;
mod parquet_scan;
mod pool;
pub mod portable;
mod progress;
mod project;
mod run;
mod schedule;
mod session;
mod settings;
mod sort_keys;
mod source;
mod substitution;
mod time;
mod trace;
mod whole_text;
mod world;

// The properties of `fuzz/` name the crate.
#[cfg(test)]
extern crate self as speleo_engine;

pub use accelerate::{AccelerateOrder, Accelerated, SummaryStatus};
pub use archive::{ArchiveError, Limits, Unpacked};
pub use conf_folder::{ConfFiles, ConfFolder};
pub use engine::{Answer, Checked, Engine, Explained, Finished, Library, Names, Outcome, Part, Running, Status};
#[doc(hidden)]
pub use event::events_of;
pub use explain::{Explanation, Measured, PlanNode, Read, Scan, Sql, Step, Totals};
pub use ingest::{IngestOrder, Ingested};
pub use native::StoredIndex;
pub use pool::watch_memory;
pub use progress::{Look, Progress, Reading};
pub use project::{PROJECT_KEYS, ProjectKey, resolve as resolve_settings};
pub use schedule::{Ran, RunStatus, Scheduled, Scheduler, Standing};
pub use session::default_memory_limit;
pub use settings::{IndexSetting, Settings};
pub use speleo_index::Column as StoredColumn;
pub use speleo_plan::Thing;
