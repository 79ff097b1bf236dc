//! What is said of native indexes: `speleo index create web`, `speleo ingest web logs/*.gz`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CheckFormat, ErrorArgs, WorldArgs};
use crate::completion;

/// `index`
#[derive(Debug, Args)]
pub(crate) struct IndexArgs {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: IndexCommand,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}

/// The commands of `index`.
#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Make an empty index
    Create {
        /// Its name: lower-case letters, digits, `_`, `-`
        name: String,
        /// Its folder, or an address such as s3://bucket/web; by default one in the project's folder of indexes
        #[arg(long, value_name = "DIR")]
        at: Option<PathBuf>,
    },
    /// Show the native indexes and what they hold
    List {
        /// `text` for people, or one JSON object an index
        #[arg(long, short, value_name = "FORMAT", default_value = "text")]
        output: CheckFormat,
    },
    /// Show an index and its columns
    Info {
        /// Its name
        #[arg(add = completion::native_indexes())]
        name: String,
        /// `text` for people, or one JSON object
        #[arg(long, short, value_name = "FORMAT", default_value = "text")]
        output: CheckFormat,
    },
    /// Put the small files of an index together
    Compact {
        /// Its name
        #[arg(add = completion::native_indexes())]
        name: String,
    },
    /// Take out events that are older than a span of time, whole files at a time
    Retain {
        /// Its name
        #[arg(add = completion::native_indexes())]
        name: String,
        /// How old events may be, such as 90d
        #[arg(long, value_name = "SPAN")]
        older: String,
    },
    /// Delete an index with all its events
    Drop {
        /// Its name
        #[arg(add = completion::native_indexes())]
        name: String,
        /// That it is meant
        #[arg(long)]
        yes: bool,
    },
}

/// `ingest`
#[derive(Debug, Args)]
pub(crate) struct IngestArgs {
    /// The native index; `speleo index create` makes one
    #[arg(value_name = "INDEX", add = completion::native_indexes())]
    pub(crate) target: String,
    /// Files, folders, globs, here or in an object store; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// Wait for more: new files, and lines at the end of known ones
    #[arg(long)]
    pub(crate) follow: bool,
    /// Leave small files as they are, however many there become
    #[arg(long)]
    pub(crate) no_compact: bool,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) errors: ErrorArgs,
}
