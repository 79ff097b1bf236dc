//! Regression data of a rule: a folder with events, and notes that say how many must match.
//!
//! ```text
//! rule_metadata:
//! - id: 7f2f…
//!   title: Certutil Download
//! regression_tests_info:
//! - name: Positive Detection Test
//!   type: evtx
//!   match_count: 1
//!   path: regression/7f2f….evtx
//! ```
//!
//! The rule's search is what `splunk` says there, or the one `.spl` file of the folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{
    Data, Expected, Test,
    read::{INDEX, broken, first_line, stem},
};
use crate::query_file::Query;

#[derive(Deserialize)]
struct Notes {
    #[serde(default)]
    rule_metadata: Vec<Rule>,
    regression_tests_info: Vec<Spanned<Entry>>,
    #[serde(default)]
    splunk: Option<Spanned<String>>,
}

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    title: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    match_count: Option<usize>,
    path: Spanned<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    sourcetype: Option<String>,
    #[serde(default)]
    custom_index: Option<String>,
    #[serde(default)]
    splunk: Option<Spanned<String>>,
}

/// The tests that the notes say.
pub(super) fn read(path: &Path, text: &str) -> Result<Vec<Test>> {
    let notes: Notes = serde_saphyr::from_str(text).map_err(|error| broken(path, &error))?;
    let title = notes.rule_metadata.iter().find_map(|rule| rule.title.clone());
    let own = title.unwrap_or_else(|| path.parent().map_or_else(|| stem(path), stem));
    let mut tests = Vec::new();
    for entry in &notes.regression_tests_info {
        let line = usize::try_from(entry.referenced.line()).unwrap_or(0);
        let entry = &entry.value;
        let query = match entry.splunk.as_ref().or(notes.splunk.as_ref()) {
            Some(search) => Query::within(path, first_line(&search.referenced, text), search.value.trim_end()),
            None => Query::read(&rule(path).with_context(|| format!("{}:{line}", path.display()))?)?,
        };
        let data = Data {
            place: entry.path.value.trim().to_owned(),
            line: usize::try_from(entry.path.referenced.line()).unwrap_or(0),
            index: entry.custom_index.clone().unwrap_or_else(|| INDEX.to_owned()),
            sourcetype: entry.sourcetype.clone(),
            source: entry.source.clone(),
            host: None,
        };
        tests.push(Test {
            path: path.to_owned(),
            line,
            name: entry.name.as_ref().map_or_else(|| own.clone(), |name| format!("{own}: {name}")),
            query,
            data: vec![data],
            expected: entry.match_count.map_or(Expected::Rows, Expected::Count),
            earliest: None,
            latest: None,
            required: Vec::new(),
            manual: None,
        });
    }
    Ok(tests)
}

/// The one search of the folder, or the one of the notes' own name.
fn rule(path: &Path) -> Result<PathBuf> {
    let named = path.with_extension("spl");
    if named.is_file() {
        return Ok(named);
    }
    let entries = fs::read_dir(path.parent().unwrap_or(Path::new("."))).into_iter().flatten().flatten();
    let is_search = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "spl");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_search).collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(anyhow!("there is no search: neither a key `splunk` nor a file `.spl` beside the notes")),
        (Some(_), false) => Err(anyhow!("there are several `.spl` files and none is called `{}`", named.display())),
    }
}
