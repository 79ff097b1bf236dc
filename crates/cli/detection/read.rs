//! Reads the tests of a YAML file: a detection with `tests`, a file of tests beside a detection, or the notes of regression data.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::{DefaultMessageFormatter, Location, MessageFormatter, Spanned};

use super::{Data, Expected, Test, data, regression};
use crate::query_file::Query;

/// The index of events that name none, as content repositories have it.
pub(super) const INDEX: &str = "main";

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    search: Option<Spanned<String>>,
    #[serde(default)]
    tests: Option<Vec<Spanned<Entry>>>,
    /// Which fields of a result are at risk.
    #[serde(default)]
    rba: Option<Value>,
    #[serde(default)]
    tags: Option<Value>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    name: Option<String>,
    /// The detection, in files that hold tests only.
    #[serde(default)]
    file: Option<Spanned<String>>,
    #[serde(default)]
    pass_condition: Option<String>,
    #[serde(default)]
    earliest_time: Option<String>,
    #[serde(default)]
    latest_time: Option<String>,
    #[serde(default)]
    expected_count: Option<usize>,
    attack_data: Vec<AttackData>,
}

#[derive(Deserialize)]
struct AttackData {
    data: Spanned<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    sourcetype: Option<String>,
    #[serde(default)]
    custom_index: Option<String>,
    #[serde(default)]
    host: Option<String>,
}

/// The tests of a file; none where it is something else than a detection or tests of one.
///
/// # Errors
/// Where it is one and cannot be read, with file and line.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<Test>>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    // Most files of a repository are something else: reading them all as YAML takes long.
    let has = |key: &str| text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    if has("regression_tests_info") {
        return regression::read(path, &text).map(Some);
    }
    if !has("tests") {
        return Ok(has("search").then(Vec::new));
    }
    let file: File = serde_saphyr::from_str(&text).map_err(|error| broken(path, &error))?;
    let mut tests = Vec::new();
    for entry in file.tests.iter().flatten() {
        let place = |line: u64| format!("{}:{line}", path.display());
        let line = entry.referenced.line();
        let entry = &entry.value;
        let owner;
        let (detection, detection_path, detection_text) = match (&file.search, &entry.file) {
            (Some(_), _) => (&file, path.to_owned(), text.as_str()),
            (None, Some(named)) => {
                let found = data::find(&named.value, path, &[]).with_context(|| {
                    format!("{}: there is no detection `{}`", place(named.referenced.line()), named.value)
                })?;
                let text = fs::read_to_string(&found).with_context(|| format!("cannot read {}", found.display()))?;
                let file: File = serde_saphyr::from_str(&text).map_err(|error| broken(&found, &error))?;
                owner = (file, text);
                (&owner.0, found, owner.1.as_str())
            }
            (None, None) => return Err(anyhow!("{}: the test has no search, here or in a `file`", place(line))),
        };
        let Some(search) = &detection.search else {
            return Err(anyhow!("{}: there is no `search`", detection_path.display()));
        };
        let condition = entry.pass_condition.as_deref().unwrap_or_default().trim();
        let mut query =
            Query::within(&detection_path, first_line(&search.referenced, detection_text), search.value.trim_end());
        if !condition.is_empty() {
            let pipe = if condition.starts_with('|') { "" } else { "| " };
            query.text = format!("{}\n{pipe}{condition}", query.text);
        }
        let own = detection.name.clone().unwrap_or_else(|| stem(&detection_path));
        let name = entry.name.as_ref().map_or_else(|| own.clone(), |name| format!("{own}: {name}"));
        let data = |data: &AttackData| Data {
            place: data.data.value.trim().to_owned(),
            line: usize::try_from(data.data.referenced.line()).unwrap_or(0),
            index: data.custom_index.clone().unwrap_or_else(|| INDEX.to_owned()),
            sourcetype: data.sourcetype.clone(),
            source: data.source.clone(),
            host: data.host.clone(),
        };
        tests.push(Test {
            path: path.to_owned(),
            line: usize::try_from(line).unwrap_or(0),
            name,
            query,
            data: entry.attack_data.iter().map(data).collect(),
            expected: entry.expected_count.map_or(Expected::Rows, Expected::Count),
            earliest: entry.earliest_time.clone(),
            latest: entry.latest_time.clone(),
            required: required(detection),
            manual: manual(detection),
        });
    }
    Ok(Some(tests))
}

/// What is wrong with a file, with its line.
pub(super) fn broken(path: &Path, error: &serde_saphyr::Error) -> anyhow::Error {
    let (line, message) = mistake(error);
    anyhow!("{}:{line}: {message}", path.display())
}

/// The line of a mistake in YAML, and what it is.
pub(crate) fn mistake(error: &serde_saphyr::Error) -> (usize, String) {
    let line = error.location().and_then(|location| usize::try_from(location.line()).ok()).unwrap_or(1);
    // Without a place in it, and without the lines around it.
    let message = DefaultMessageFormatter.format_message(error.without_snippet());
    (line, message.lines().next().unwrap_or_default().to_owned())
}

/// The line on which a text begins: a block begins below its mark, which no other text begins with.
pub(crate) fn first_line(place: &Location, text: &str) -> usize {
    let line = usize::try_from(place.line()).unwrap_or(1).max(1);
    let written = text.lines().nth(line - 1).and_then(|line| line.split_once(':'));
    line + usize::from(written.is_some_and(|(_, value)| value.trim_start().starts_with(['|', '>'])))
}

pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

/// The fields that a detection gives a risk to: a row that lacks one is of no use to whoever reads it.
fn required(file: &File) -> Vec<String> {
    let names = |value: Option<&Value>, list: &str, key: &str| -> Vec<String> {
        let entries = value.and_then(|value| value.get(list)).and_then(Value::as_array).into_iter().flatten();
        entries.filter_map(|entry| Some(entry.get(key)?.as_str()?.to_owned())).collect()
    };
    let mut fields = names(file.rba.as_ref(), "risk_objects", "field");
    fields.extend(names(file.rba.as_ref(), "threat_objects", "field"));
    fields.extend(names(file.tags.as_ref(), "observable", "name"));
    fields.sort();
    fields.dedup();
    fields
}

/// Why a detection's tests are for people.
fn manual(file: &File) -> Option<String> {
    let reason = file.tags.as_ref()?.get("manual_test")?;
    let text = reason.as_str().map_or_else(|| reason.to_string(), str::to_owned);
    (!matches!(text.as_str(), "" | "null" | "false")).then_some(text)
}
