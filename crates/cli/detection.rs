//! Tests of detections: YAML as content repositories write it, and regression data beside a rule.
//!
//! ```text
//! name: Certutil Download
//! search: '| tstats count FROM datamodel=Endpoint.Processes WHERE Processes.process_name=certutil.exe BY Processes.dest'
//! tests:
//! - name: True Positive Test
//!   attack_data:
//!   - data: windows-sysmon.log
//!     sourcetype: XmlWinEventLog
//! ```
//!
//! Each test searches data of its own and no others; what it writes goes to a folder that vanishes. Absent on purpose: downloads.
//! Data that are named by an address are looked for below the folders of `--data`, and a file that is not there is an error.

mod content;
mod data;
pub(crate) mod definition;
mod read;
mod regression;
mod run;

use std::path::PathBuf;

pub(crate) use self::{
    content::{Content, is_yaml},
    read::{first_line, mistake, read},
    run::run,
};
use crate::query_file::Query;

/// One test of a detection.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// The file that says it.
    pub(crate) path: PathBuf,
    /// The line of the test, from 1.
    pub(crate) line: usize,
    /// The detection's name and the test's.
    pub(crate) name: String,
    /// The search.
    pub(crate) query: Query,
    /// The events.
    pub(crate) data: Vec<Data>,
    /// What must come out.
    pub(crate) expected: Expected,
    /// The time range, as searches write it.
    pub(crate) earliest: Option<String>,
    /// The end of the time range.
    pub(crate) latest: Option<String>,
    /// Fields of which one row must have all.
    pub(crate) required: Vec<String>,
    /// Why it cannot be run by a machine.
    pub(crate) manual: Option<String>,
}

/// Events of a test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Data {
    /// A path or an address.
    pub(crate) place: String,
    /// The line that says so.
    pub(crate) line: usize,
    /// The index that they are served as.
    pub(crate) index: String,
    /// Their source type, where it is said.
    pub(crate) sourcetype: Option<String>,
    /// Their source.
    pub(crate) source: Option<String>,
    /// Their host.
    pub(crate) host: Option<String>,
}

/// What must come out of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// At least one row.
    Rows,
    /// So many rows.
    Count(usize),
}
