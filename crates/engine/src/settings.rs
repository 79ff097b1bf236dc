//! What a caller asks of the engine: data, definitions, time, limits. `--index web=web.ndjson --timezone UTC`

use std::{collections::BTreeMap, path::PathBuf};

/// An index: a name for a file, a folder or a glob, here or in an object store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexSetting {
    /// The name; case does not count. Several settings of the same name unite.
    pub name: String,
    /// A file, a folder or a glob, or the address of one: `s3://bucket/logs/*.gz`.
    pub path: String,
    /// The source type of events that do not say theirs.
    pub sourcetype: Option<String>,
    /// The source of events that do not say theirs; none is the file's path.
    pub source: Option<String>,
    /// The host of events that do not say theirs.
    pub host: Option<String>,
}

/// Everything that shapes answers besides the search itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    /// The folder with `speleo.toml`. Its values hold where nothing is said here; its indexes and definitions come in addition.
    pub project: Option<PathBuf>,
    /// The indexes.
    pub indexes: Vec<IndexSetting>,
    /// The folder of native indexes, or its address, each in a folder of its name.
    pub store: Option<PathBuf>,
    /// Options of object stores by address, `s3://bucket` for one and `s3://` for all; what they do not say the environment does.
    pub stores: BTreeMap<String, BTreeMap<String, String>>,
    /// The folder of summaries of data models.
    pub summaries: Option<PathBuf>,
    /// Whether `summariesonly=true` reads all events.
    pub ignore_summaries_only: bool,
    /// Folders of conf files, apps with `default` and `local`, or folders of apps; later ones win.
    pub conf: Vec<PathBuf>,
    /// The app in which searches run, where a folder holds several; in none they see what apps share.
    pub app: Option<String>,
    /// Whose own settings they see, where a folder holds users.
    pub user: Option<String>,
    /// `macros.conf` files; later ones win, and all win over `conf`.
    pub macros: Vec<PathBuf>,
    /// The folder of lookup files.
    pub lookups: Option<PathBuf>,
    /// Folders of data models, or single files.
    pub datamodels: Vec<PathBuf>,
    /// Folders of query files, which `savedsearch` runs by name.
    pub queries: Vec<PathBuf>,
    /// The file of earlier searches, which `history` reads and the shell writes.
    pub history: Option<PathBuf>,
    /// The address database (MMDB); none is the bundled one of countries.
    pub geoip: Option<PathBuf>,
    /// The source type of events that do not say theirs.
    pub sourcetype: Option<String>,
    /// The source of events that do not say theirs.
    pub source: Option<String>,
    /// The host of events that do not say theirs.
    pub host: Option<String>,
    /// The start of the time range: an absolute or relative time.
    pub earliest: Option<String>,
    /// The end of the time range.
    pub latest: Option<String>,
    /// A time range by the name that `times.conf` gives it; `earliest` and `latest` come before it.
    pub time_range: Option<String>,
    /// What `now()` and relative times start from; none is the clock at the start of each search.
    pub now: Option<String>,
    /// The time zone by its IANA name; none is the system's.
    pub timezone: Option<String>,
    /// Memory for sorts, joins and aggregations in bytes, beyond which they spill to disk; none is three quarters of what
    /// the machine has.
    pub memory_limit: Option<usize>,
    /// Whether Splunk's silent caps apply.
    pub splunk_limits: bool,
}
