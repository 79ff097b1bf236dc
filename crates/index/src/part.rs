//! A file of an index, as the log tells of it.

use std::collections::HashMap;

use deltalake_core::kernel::LogicalFileView;
use object_store::path::Path;
use serde_json::Value;

use crate::{DAY, Origin, TIME, WordFilters, origin, statistics};

/// A file with events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it is, from the index's place on.
    pub path: Path,
    /// Bytes.
    pub size: u64,
    /// When it was written, in epoch microseconds.
    pub modified: i64,
    /// How many events it has; none where the log does not say.
    pub rows: Option<u64>,
    /// The day of its events, as `2024-03-10`; none where they have no time, or the table has no days.
    pub day: Option<String>,
    /// A time at or before that of its oldest event, in epoch microseconds.
    pub earliest: Option<i64>,
    /// A time at or behind that of its newest event.
    pub latest: Option<i64>,
    /// Where its events are from; none where the log does not say.
    pub origins: Option<Vec<Origin>>,
    /// What its writer noted of it: see [`crate::Staged::tagged`].
    pub tags: HashMap<String, String>,
    /// Where the filters of its words are; none where it has none.
    pub words: Option<WordFilters>,
    /// How many events lack each column.
    pub(crate) nulls: HashMap<String, u64>,
}

impl Part {
    pub(crate) fn of(view: &LogicalFileView) -> Self {
        let stats: Value = view.stats().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let time = |of: &str| stats.get(of).and_then(|values| values.get(TIME)).and_then(Value::as_str);
        // The only way to a file's tags that there is.
        #[allow(deprecated)]
        let tags = view.add_action().tags;
        let nulls = stats.get("nullCount").and_then(Value::as_object);
        let nulls = nulls.into_iter().flatten().filter_map(|(name, count)| Some((name.clone(), count.as_u64()?)));
        Self {
            origins: tags.as_ref().and_then(origin::read),
            words: tags.as_ref().and_then(WordFilters::of),
            nulls: nulls.collect(),
            tags: tags.into_iter().flatten().filter_map(|(name, value)| Some((name, value?))).collect(),
            path: view.object_store_path(),
            size: u64::try_from(view.size()).unwrap_or(0),
            modified: view.modification_time().saturating_mul(1000),
            rows: stats.get("numRecords").and_then(Value::as_u64),
            day: view.partition_values_map().remove(DAY).flatten(),
            earliest: time("minValues").and_then(statistics::parse_time),
            // Delta's times are cut to milliseconds.
            latest: time("maxValues").and_then(statistics::parse_time).map(|time| time.saturating_add(999)),
        }
    }

    /// How many events have no value in a column; none where the log does not say.
    pub fn nulls(&self, column: &str) -> Option<u64> {
        self.nulls.get(column).copied()
    }
}
