//! Where the events of a file are from, kept in the log beside it: searches plan by source type without opening files.

use std::collections::{BTreeSet, HashMap};

use deltalake_core::arrow::array::{Array, AsArray, RecordBatch, StringArray};

use crate::STRUCTURED;

/// The key of the tag that holds them.
const TAG: &str = "speleo.origins";
/// A file with more of them has none in the log.
const MOST: usize = 64;

/// Where events are from, and whether their fields are columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Their source.
    pub source: Option<String>,
    /// Their host.
    pub host: Option<String>,
    /// Their source type.
    pub sourcetype: Option<String>,
    /// Whether their fields are columns, and not taken out of `_raw` by searches.
    pub structured: bool,
}

/// The tag of a file with these events.
pub(crate) fn tag(events: &RecordBatch) -> Option<(String, Option<String>)> {
    let text = |name: &str| events.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let (source, host, sourcetype) = (text("source"), text("host"), text("sourcetype"));
    let structured = events.column_by_name(STRUCTURED);
    let mut origins = BTreeSet::new();
    let mut last = None;
    for row in 0..events.num_rows() {
        let is_structured = structured.is_some_and(|column| column.is_valid(row));
        let origin = (value(source, row), value(host, row), value(sourcetype, row), is_structured);
        // Events of one origin stand together.
        if last != Some(origin) {
            last = Some(origin);
            origins.insert(origin);
        }
        if origins.len() > MOST {
            return None;
        }
    }
    let rows: Vec<_> = origins.into_iter().map(|origin| serde_json::json!(origin)).collect();
    Some((TAG.to_owned(), Some(serde_json::Value::from(rows).to_string())))
}

fn value(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

/// The origins that a file's tags tell; none where they do not.
pub(crate) fn read(tags: &HashMap<String, Option<String>>) -> Option<Vec<Origin>> {
    type Row = (Option<String>, Option<String>, Option<String>, bool);
    let rows: Vec<Row> = serde_json::from_str(tags.get(TAG)?.as_deref()?).ok()?;
    let origin = |(source, host, sourcetype, structured): Row| Origin { source, host, sourcetype, structured };
    Some(rows.into_iter().map(origin).collect())
}
