//! What lowering asks of the outside: the only door to data, definitions and the clock.
//!
//! The engine's world runs what it is asked for, `explain`'s records it as a step, `check`'s answers with nothing.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::{
    arrow::{
        array::{Array, AsArray, RecordBatch, StringArray},
        datatypes::SchemaRef,
    },
    logical_expr::{LogicalPlan, SortExpr, TableSource},
};
use speleo_functions::stats::Interner;
use speleo_knowledge::{EventType, Knowledge, Limit, LookupDefinition};
use speleo_syntax::{Command, Diagnostic, NoMacros, SearchExpr, expand, parse_search_expr};

use crate::Result;

/// Bounds of `_time` in microseconds since the epoch: `earliest` belongs to the range, `latest` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeRange {
    /// The first instant; none is the beginning of data.
    pub earliest: Option<i64>,
    /// The instant after the last; none is the end of data.
    pub latest: Option<i64>,
}

/// An index by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its name in lower case.
    pub name: String,
    /// Whether a search without `index=` reads it.
    pub default: bool,
}

/// What a file says of all its events.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Origin {
    /// Their source.
    pub source: Option<String>,
    /// Their host.
    pub host: Option<String>,
    /// Their source type.
    pub sourcetype: Option<String>,
    /// Whether columns of the file are the fields: pairs of keys and values are not looked for in `_raw`.
    pub structured: bool,
}

/// A table of events.
///
/// Columns that every index has: `_time` (timestamp in microseconds, UTC, nullable), `_raw`, `index`, `host`, `source`,
/// `sourcetype` (text, nullable) and `__seq` (Int64: the place in storage order, the newest-first order's tie-break).
/// Other columns are Int64, Float64, text or a list of text.
#[derive(Clone)]
pub struct Source {
    /// The table; scans push down columns, filters and limits.
    pub table: Arc<dyn TableSource>,
    /// Whether events have fields that the schema does not list, to be taken out of `_raw`.
    pub open: bool,
    /// What the files say of their events, each once.
    pub origins: Vec<Origin>,
    /// Which of `source`, `host` and `sourcetype` events may say otherwise.
    pub said: Vec<&'static str>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("schema", &self.table.schema()).field("open", &self.open).finish()
    }
}

/// What of a root of a data model was computed before, and what it is to be completed with.
#[derive(Debug, Clone)]
pub struct Summary {
    /// By what [`World::index_beside`] knows it.
    pub number: usize,
    /// Its rows by the names of the indexes that they are from. Columns: `_time`, `index`, `host`, `source`, `sourcetype`, the
    /// root's fields and those of all objects below under their full names, for each of these objects `is_NAME` (1 or 0),
    /// `__seq` as the index has it, and `__order0`, … where the root's commands make several rows of an event.
    pub tables: Vec<(String, SummaryTable)>,
    /// The indexes that hold events beside it.
    pub beside: Vec<String>,
    /// Events before this time in epoch microseconds, and those without a time, were left out; none were where it is none.
    pub from: Option<i64>,
    /// How many files the indexes have.
    pub inputs: usize,
    /// How many of these it covers.
    pub covered: usize,
    /// The times of its rows in epoch microseconds, the oldest and the newest.
    pub times: Option<(i64, i64)>,
    /// Whether it was made with other definitions.
    pub is_old: bool,
}

/// A table of a summary.
#[derive(Clone)]
pub struct SummaryTable(pub Arc<dyn TableSource>);

impl fmt::Debug for SummaryTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SummaryTable").field(&self.0.schema()).finish()
    }
}

/// A lookup table: text columns in file order, and `__seq` (Int64), the row's place. An empty cell is null.
#[derive(Clone)]
pub struct LookupTable {
    /// The rows.
    pub table: Arc<dyn TableSource>,
    /// How it matches; the defaults for a plain file.
    pub definition: LookupDefinition,
    /// The rows as they are in memory, before any filter; none where nothing holds them.
    pub batches: Vec<RecordBatch>,
}

impl LookupTable {
    /// How many rows it has at most.
    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Whether no two rows have the same texts in these columns. A row that lacks one of them matches nothing and does not count.
    pub(crate) fn is_unique(&self, columns: &[&str], case_sensitive: bool) -> bool {
        let mut known = Interner::default();
        let mut rows = 0;
        let mut key = String::new();
        for batch in &self.batches {
            let texts: Option<Vec<&StringArray>> =
                columns.iter().map(|name| batch.column_by_name(name)?.as_string_opt()).collect();
            let Some(texts) = texts else { return false };
            if let ([texts], true) = (texts.as_slice(), case_sensitive) {
                rows += texts.len() - texts.null_count();
                if known.intern_all(texts, |_| {}).is_err() || known.len() < rows {
                    return false;
                }
                continue;
            }
            for row in (0..batch.num_rows()).filter(|row| texts.iter().all(|text| text.is_valid(*row))) {
                key.clear();
                for text in &texts {
                    let text = text.value(row);
                    // Its length before each text: no two keys are spelt alike.
                    key.push_str(&text.len().to_string());
                    key.push(':');
                    match case_sensitive {
                        true => key.push_str(text),
                        false => key.push_str(&text.to_lowercase()),
                    }
                }
                rows += 1;
                if known.intern(&key).is_err() || known.len() < rows {
                    return false;
                }
            }
        }
        !self.batches.is_empty()
    }
}

/// The order to write a lookup table.
#[derive(Debug, Clone)]
pub struct LookupWrite {
    /// The table: a file name or a definition's name.
    pub table: String,
    /// Whether rows are added; the existing columns stay and no others come in.
    pub append: bool,
    /// Whether no rows make an empty file.
    pub create_empty: bool,
    /// Whether no rows clear an existing table.
    pub override_if_empty: bool,
    /// Rows with an equal value in this column are replaced.
    pub key_field: Option<String>,
    /// Whether lists get columns of their own that keep their values apart.
    pub multivalue_columns: bool,
}

/// The form of rows in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// The texts of events, or the fields of other rows.
    Raw,
    /// Comma-separated, with a header.
    Csv,
    /// Tab-separated, with a header.
    Tsv,
    /// An object a line.
    Json,
    /// A `result` for each row.
    Xml,
}

impl FileFormat {
    /// The ending of files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Xml => "xml",
        }
    }
}

/// The order to write files beside the lookup tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileWrite {
    /// The name of a text file, or what the names of numbered files begin with.
    pub name: String,
    /// The form.
    pub format: FileFormat,
    /// How many bytes a numbered file has before the next one begins; none is one file of that name, in place of an old one.
    pub roll_bytes: Option<u64>,
    /// The level of gzip; 0 is none.
    pub compression: u32,
    /// The column that says which folder a row goes to.
    pub destination: Option<String>,
}

/// The order to write rows.
#[derive(Debug, Clone)]
pub enum Write {
    /// To files.
    File(FileWrite),
    /// To a lookup table.
    Lookup(LookupWrite),
    /// To the end of an index, an event for each row with the columns as they are.
    Index(String),
}

/// A file that an index is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFile {
    /// Its path.
    pub path: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// When it was changed last, in microseconds since the epoch.
    pub modified: Option<i64>,
    /// What is in it, where that is known without reading it.
    pub holds: Option<Holding>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// How many events.
    pub events: i64,
    /// The second of the oldest.
    pub first: Option<i64>,
    /// The second of the newest.
    pub last: Option<i64>,
}

/// A search that was run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastSearch {
    /// When it began, in microseconds since the epoch.
    pub started: i64,
    /// Its text as typed.
    pub text: String,
    /// The range asked for outside the text.
    pub range: TimeRange,
    /// How many rows it gave.
    pub rows: u64,
    /// Whether these are events.
    pub gives_events: bool,
    /// How many events it read.
    pub scanned: u64,
}

/// The rows of a step.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Their columns.
    pub schema: SchemaRef,
    /// The rows in order.
    pub batches: Vec<RecordBatch>,
}

/// What a search may name of the outside, besides lookups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Thing {
    /// An index, or a pattern of some.
    Index,
    /// A source type, or a pattern of some.
    SourceType,
    /// A data model, or `Model.Object` where the model has no such object.
    DataModel,
    /// A saved search.
    SavedSearch,
    /// A transaction type.
    TransactionType,
}

/// The search of an event type, or what is wrong with it.
pub type EventSearch = std::result::Result<SearchExpr, Diagnostic>;

/// Reads the search of an event type, with its macros expanded.
///
/// # Errors
/// What is wrong with it.
pub fn read_event_type(event_type: &EventType, expand: impl FnOnce(&str) -> (String, Vec<Diagnostic>)) -> EventSearch {
    let (text, mut problems) = match event_type.search.contains('`') {
        true => expand(&event_type.search),
        false => (event_type.search.clone(), Vec::new()),
    };
    let (search, more) = parse_search_expr(&text);
    problems.extend(more);
    match problems.into_iter().find(Diagnostic::is_error) {
        Some(problem) => Err(problem),
        None => Ok(search),
    }
}

/// What lowering may ask for.
#[async_trait]
pub trait World: Send + Sync {
    /// The search's start in microseconds since the epoch: `now()`.
    fn now(&self) -> i64;
    /// The search's time zone.
    fn timezone(&self) -> Tz;
    /// The range asked for outside the search text.
    fn time_range(&self) -> TimeRange;
    /// Macros, lookup definitions, data models.
    fn knowledge(&self) -> &Knowledge;
    /// A text of a knowledge object with its macros expanded, and what is wrong with them. Without an engine none is defined.
    fn expand(&self, text: &str) -> (String, Vec<Diagnostic>) {
        let (expansion, problems) = expand(text, &NoMacros);
        (expansion.text, problems)
    }
    /// The search of an event type, or what is wrong with it. A world of many searches reads each once.
    fn event_search(&self, event_type: &EventType) -> Arc<EventSearch> {
        Arc::new(read_event_type(event_type, |text| self.expand(text)))
    }
    /// The address database's path, if there is one.
    fn geoip(&self) -> Option<String>;
    /// Whether Splunk's silent caps apply.
    fn splunk_limits(&self) -> bool;
    /// One of them, as `limits.conf` sets it; none where they do not apply, or this one is lifted.
    fn limit(&self, limit: Limit) -> Option<u64> {
        self.knowledge().limits.get(limit).filter(|_| self.splunk_limits())
    }
    /// Whether nothing is known of the data (`check`): every index, lookup and field may exist.
    fn is_blind(&self) -> bool;
    /// Whether steps give the rows that they have: not in `check`, nor where a search is rehearsed before it writes.
    fn gives_rows(&self) -> bool;
    /// The text of a file in a folder of the project or of an app, such as the form `forms/sales.form`; none where there is none.
    /// Of several the last app's counts; `app` names the only one that is asked. Without an engine there are no files.
    ///
    /// # Errors
    /// Where the file exists and cannot be read.
    fn file(&self, app: Option<&str>, folder: &str, name: &str) -> Result<Option<String>> {
        let _ = (app, folder, name);
        Ok(None)
    }
    /// Whether it hears which command makes which part of the plan.
    fn traces(&self) -> bool {
        false
    }
    /// Hears that a command is lowered next. Up to its [`World::lowered`], or that of one within it, what is asked for is for it.
    fn lowers(&self, command: &Command) {
        let _ = command;
    }
    /// Hears the rows after the innermost command, and the order in which they would come.
    fn lowered(&self, rows: &LogicalPlan, order: &[SortExpr]) {
        let _ = (rows, order);
    }
    /// Hears each index and source type that conditions ask for, where nothing is known of the data.
    fn names(&self, thing: Thing, name: &str) {
        let _ = (thing, name);
    }
    /// Hears what the search needs and nothing defines, where that is no error because nothing is known of the data.
    fn lacks(&self, thing: Thing, name: &str) {
        let _ = (thing, name);
    }
    /// The indexes that exist.
    fn indexes(&self) -> Vec<IndexEntry>;
    /// The table of an index; none where it does not exist.
    async fn index(&self, name: &str) -> Result<Option<Source>>;
    /// Where the events of an index are from, each origin once, as far as `columns` tell: some of `source`, `host` and `sourcetype`, with
    /// what events say of them themselves. A column that is not asked for is none. Whoever answers remembers it: it is no step.
    /// Without an engine there are no events.
    ///
    /// # Errors
    /// Where the events cannot be read.
    async fn origins(&self, index: &str, columns: &[&'static str]) -> Result<Vec<Origin>> {
        let _ = (index, columns);
        Ok(Vec::new())
    }
    /// Whether anything was computed of a root of a data model, with whatever definitions. Without an engine nothing was.
    fn has_summaries(&self, model: &str, root: &str) -> bool {
        let _ = (model, root);
        false
    }
    /// Whether `summariesonly=true` is to read all events.
    fn ignores_summaries_only(&self) -> bool {
        false
    }
    /// What was computed of a root of a data model over these indexes, as far as its inputs are as they were then; none where
    /// there is nothing of today's definitions, nor of others where `allow_old` takes them.
    ///
    /// # Errors
    /// Where it cannot be read.
    async fn summary(
        &self,
        (model, root): (&str, &str),
        indexes: &[String],
        allow_old: bool,
    ) -> Result<Option<Summary>> {
        let _ = (model, root, indexes, allow_old);
        Ok(None)
    }
    /// The table of the events of an index that a summary does not cover; none where it covers all.
    ///
    /// # Errors
    /// As [`World::index`].
    async fn index_beside(&self, name: &str, summary: usize) -> Result<Option<Source>> {
        let _ = summary;
        self.index(name).await
    }
    /// As [`World::origins`], of the events that a summary does not cover.
    ///
    /// # Errors
    /// As there.
    async fn origins_beside(&self, index: &str, summary: usize, columns: &[&'static str]) -> Result<Vec<Origin>> {
        let _ = summary;
        self.origins(index, columns).await
    }
    /// The files of an index: those that are read in place in the order of their numbers in `__seq`, then those of native indexes.
    async fn files(&self, index: &str) -> Result<Vec<IndexFile>>;
    /// A lookup table by definition or file name; none where it does not exist.
    async fn lookup(&self, name: &str) -> Result<Option<LookupTable>>;
    /// The searches that were run, the oldest first. Without an engine there are none.
    fn history(&self) -> Result<Vec<PastSearch>> {
        Ok(Vec::new())
    }
    /// The rows of a lookup table where no plan can run, as while events are made; none where plans do.
    ///
    /// # Errors
    /// Where the table cannot be read, or only a plan could say its rows.
    fn rows_at_hand(&self, table: &str) -> Result<Option<Rows>> {
        let _ = table;
        Ok(None)
    }
    /// The names of lookup files and definitions, for suggestions.
    fn lookup_names(&self) -> Vec<String>;
    /// Counts memory in bytes that the search holds besides its plans until it ends, such as the values that an algorithm looks at.
    /// Rows of steps are counted already. Without an engine there is no limit.
    ///
    /// # Errors
    /// Where the memory limit would be passed.
    fn hold(&self, bytes: usize) -> Result<()> {
        let _ = bytes;
        Ok(())
    }
    /// Runs a plan as a named step and returns its rows.
    async fn rows(&self, step: &str, plan: LogicalPlan) -> Result<Rows>;
    /// Runs a plan as a named step, writes its rows, and returns them.
    async fn write(&self, step: &str, write: Write, plan: LogicalPlan) -> Result<Rows>;
}
