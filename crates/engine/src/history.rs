//! The searches of the shell: a file of JSON lines, one for each search that ended. `| history`
//!
//! Only the shell writes it. A line that cannot be read, of another version or cut off, is passed over. Of a long file the newest
//! searches count.

use std::{fs::OpenOptions, io::Write, path::Path};

use serde_json::{Value, json};
use speleo_plan::PastSearch;

use crate::fault::Fault;

/// How many searches are told.
const MOST: usize = 10_000;

/// Adds a search to the end of the file.
///
/// # Errors
/// Where the file cannot be written.
pub(crate) fn append(path: &Path, search: &PastSearch) -> std::io::Result<()> {
    let mut line = json!({
        "started": search.started,
        "search": search.text,
        "earliest": search.range.earliest,
        "latest": search.range.latest,
        "rows": search.rows,
        "events": search.gives_events,
        "scanned": search.scanned,
    })
    .to_string();
    line.push('\n');
    // One write, so that the lines of two shells do not mix.
    OpenOptions::new().append(true).create(true).open(path)?.write_all(line.as_bytes())
}

/// The searches, the oldest first; none where there is no file.
///
/// # Errors
/// Where the file is there and cannot be read.
pub(crate) fn read(path: &Path) -> Result<Vec<PastSearch>, Fault> {
    let text = match std::fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Fault::file(path, "read", error)),
    };
    let mut searches: Vec<PastSearch> = text.lines().rev().filter_map(parse).take(MOST).collect();
    searches.reverse();
    Ok(searches)
}

fn parse(line: &str) -> Option<PastSearch> {
    let object: Value = serde_json::from_str(line).ok()?;
    let number = |name: &str| object.get(name).and_then(Value::as_u64).unwrap_or(0);
    let time = |name: &str| object.get(name).and_then(Value::as_i64);
    Some(PastSearch {
        started: time("started")?,
        text: object.get("search")?.as_str()?.to_owned(),
        range: speleo_plan::TimeRange { earliest: time("earliest"), latest: time("latest") },
        rows: number("rows"),
        gives_events: object.get("events").and_then(Value::as_bool).unwrap_or(false),
        scanned: number("scanned"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_lines_are_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("searches.jsonl");
        assert_eq!(read(&path).unwrap(), []);
        let search = PastSearch {
            started: 1_700_000_000_500_000,
            text: "index=web \"a\nb\"".to_owned(),
            range: speleo_plan::TimeRange { earliest: Some(-1), latest: None },
            rows: 3,
            gives_events: true,
            scanned: 10,
        };
        append(&path, &search).unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.insert_str(0, "no JSON\n{\"search\": 5}\n");
        std::fs::write(&path, text + "{\"started\": 1, \"sea").unwrap();
        assert_eq!(read(&path).unwrap(), [search]);
    }
}
