//! Searches on several machines, by Apache Ballista: a scheduler, executors, and a session that sends them plans.
//!
//! ```text
//! Engine::logical_plan ──▶ session ──plan as bytes──▶ scheduler ──stages──▶ executors
//! ```
//!
//! `connect("df://127.0.0.1:50050").await?.execute_logical_plan(engine.logical_plan(search).await?).await?.collect().await?`
//!
//! Functions travel by their names: all three register them. What else does not travel by itself has a way of its own: tables of files
//! and rows in memory ([`TableCodec`]), and the numbers of a file's rows. Operators of ours stay at home; the standard ones that mean the
//! same run in their place. Absent: text files and native indexes, whose scans are operators of ours, stores other than the file system,
//! and a lock on the door: nothing here listens beyond the loopback interface.

mod codec;
mod empty;
mod node;
mod numbered;
mod rows;
mod session;

pub use codec::TableCodec;
pub use empty::with_empty_tables;
pub use node::{Executor, execute, schedule};
pub use session::connect;
