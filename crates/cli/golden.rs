//! Golden tests: cases of data, search and expected rows in plain text, run by `speleo test` and by `cargo test`.
//!
//! ```text
//! === keeps the first event of each host
//! data web:
//!   {"_time": 20, "host": "a"}
//!   {"_time": 10, "host": "a"}
//! search: index=web | dedup host | table _time host
//! --- rows
//! host
//! a
//! ```
//!
//! Unless a case says otherwise, its zone is UTC and its `now` is [`NOW`], so that an answer never depends on the day.

mod accept;
mod compare;
mod diff;
mod parse;
mod run;

use std::path::PathBuf;

pub(crate) use self::{
    accept::accept,
    diff::diff,
    parse::parse,
    run::{Verdict, run},
};

/// 2023-11-14 22:13:20 UTC.
pub(crate) const NOW: &str = "1700000000";

/// A file of cases.
#[derive(Debug)]
pub(crate) struct TestFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its lines; `accept` replaces some.
    pub(crate) lines: Vec<String>,
    /// The cases in order.
    pub(crate) cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// What it shows.
    pub(crate) name: String,
    /// The line of its `===`, from 0.
    pub(crate) line: usize,
    /// The line after its last one that is not blank.
    pub(crate) end: usize,
    /// Its input: those before the first case hold for all.
    pub(crate) parts: Vec<Part>,
    /// What must come out.
    pub(crate) expectations: Vec<Expectation>,
}

/// `key: value`, `key NAME: value`, or either with an indented block.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Which.
    pub(crate) key: Key,
    /// The name after the key.
    pub(crate) name: Option<String>,
    /// The text on the same line.
    pub(crate) value: String,
    /// The indented lines that follow, without their margin.
    pub(crate) block: Option<String>,
}

/// The keys of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// An index: `data NAME: FILE`, or a block of JSON lines or of raw lines.
    Data,
    /// A lookup table: `lookup NAME: FILE`, or a block of CSV.
    Lookup,
    /// A data model: `datamodel NAME: FILE`, or a block of JSON.
    DataModel,
    /// A block in the form of macros.conf.
    Macros,
    /// A block in the form of transforms.conf.
    Transforms,
    /// A file of an app: `file forms/order.form: TEXT`, or a block.
    File,
    /// A saved search: `query NAME: TEXT`, or a block.
    Query,
    /// An MMDB.
    GeoIp,
    /// What the events of indexes are, as `--sourcetype` says.
    Sourcetype,
    /// Where they are from, as `--source` says.
    Source,
    /// The machine that they are from, as `--host` says.
    Host,
    /// The search. Of several, each runs and the last one's rows count.
    Search,
    /// What `now()` and relative times start from.
    Now,
    /// The time zone.
    Timezone,
    /// The first instant.
    Earliest,
    /// The instant after the last.
    Latest,
    /// `splunk-limits: true`
    SplunkLimits,
    /// Why the expectation is not what Splunk would give.
    Fixme,
}

impl Key {
    /// Every key as written, and whether a name follows it.
    pub(crate) const ALL: &'static [(&'static str, Key, bool)] = &[
        ("data", Key::Data, true),
        ("lookup", Key::Lookup, true),
        ("datamodel", Key::DataModel, true),
        ("macros", Key::Macros, false),
        ("transforms", Key::Transforms, false),
        ("file", Key::File, true),
        ("query", Key::Query, true),
        ("geoip", Key::GeoIp, false),
        ("sourcetype", Key::Sourcetype, false),
        ("source", Key::Source, false),
        ("host", Key::Host, false),
        ("search", Key::Search, false),
        ("now", Key::Now, false),
        ("timezone", Key::Timezone, false),
        ("earliest", Key::Earliest, false),
        ("latest", Key::Latest, false),
        ("splunk-limits", Key::SplunkLimits, false),
        ("fixme", Key::Fixme, false),
    ];
}

/// A part that begins with `---`.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    /// What it says.
    pub(crate) kind: Kind,
    /// The line of its `---`, from 0.
    pub(crate) line: usize,
    /// Its lines, blank ones at the end left out.
    pub(crate) body: Vec<String>,
}

/// The kinds of expectation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// CSV in the form of `--output csv`.
    Rows {
        /// Whether the order of the rows counts.
        ordered: bool,
    },
    /// JSON lines in the form of `--output jsonl`.
    Json,
    /// Diagnostics: their first lines, or as they are drawn.
    Error,
    /// The number of rows.
    Count(usize),
}

impl Case {
    /// The value of a key on one line; the case's own comes before the file's.
    pub(crate) fn value(&self, key: Key) -> Option<&str> {
        self.parts.iter().rfind(|part| part.key == key).map(|part| part.value.as_str())
    }

    /// All parts of a key.
    pub(crate) fn all(&self, key: Key) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.key == key)
    }
}

impl Part {
    /// Line and block as one text.
    pub(crate) fn text(&self) -> String {
        match (&self.block, self.value.as_str()) {
            (Some(block), "") => block.clone(),
            (Some(block), value) => format!("{value}\n{block}"),
            (None, value) => value.to_owned(),
        }
    }
}
