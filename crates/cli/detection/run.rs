//! Runs one test of a detection: an engine over its own data, the search, and what came out.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use datafusion::arrow::array::Array;
use speleo_engine::{Answer, IndexSetting, Library};
use speleo_functions::value::Lists;
use speleo_syntax::Diagnostic;

use super::{Expected, Test, data};
use crate::{command::test::report::Coverage, diagnostic::draw};

/// What a test's search gave.
pub(crate) struct Ran {
    /// How many rows.
    pub(crate) rows: usize,
    /// In how many of them each field has a value.
    pub(crate) coverage: Vec<Coverage>,
    /// Why it fails, as text for people; none where it passes.
    pub(crate) failure: Option<String>,
}

/// Text that published searches put in place of a missing value.
const FILLED: &str = "null";

/// Runs a test.
///
/// # Errors
/// Where its data are not there, with file and line.
pub(crate) async fn run(test: Test, library: Library, folders: Vec<PathBuf>) -> Result<Ran> {
    let mut indexes = Vec::with_capacity(test.data.len());
    for data in &test.data {
        let path = data::find(&data.place, &test.path, &folders).ok_or_else(|| missing(&test.path, data, &folders))?;
        indexes.push(IndexSetting {
            name: data.index.clone(),
            path: path.to_string_lossy().into_owned(),
            sourcetype: data.sourcetype.clone(),
            source: data.source.clone(),
            host: data.host.clone(),
        });
    }
    let overlay = tempfile::tempdir().context("cannot make a folder for the test")?;
    let range = (test.earliest.clone(), test.latest.clone());
    let engine = match library.engine_over(indexes, range, Some(overlay.path().to_owned())) {
        Ok(engine) => engine,
        Err(problems) => return Ok(failed(drawn(&problems, &test), 0, Vec::new())),
    };
    let outcome = engine.search(&test.query.text).await;
    let Ok(answer) = outcome.result else {
        let errors: Vec<Diagnostic> = outcome.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
        return Ok(failed(format!("  the search failed:\n{}", drawn(&errors, &test)), 0, Vec::new()));
    };
    let rows = answer.batches.iter().map(|batch| batch.num_rows()).sum();
    let (coverage, has_required) = covered(&answer, &test.required)?;
    let failure = match test.expected {
        Expected::Rows if rows == 0 => Some("no rows".to_owned()),
        Expected::Count(count) if rows != count => Some(format!("{rows} rows, expected {count}")),
        _ if rows > 0 && !has_required => Some(without(&test.required, &coverage, rows)),
        _ => None,
    };
    let failure = failure.map(|reason| format!("  {reason}\n{}", drawn(&outcome.diagnostics, &test)));
    Ok(Ran { rows, coverage, failure })
}

fn failed(failure: String, rows: usize, coverage: Vec<Coverage>) -> Ran {
    Ran { rows, coverage, failure: Some(failure) }
}

fn missing(test: &Path, data: &super::Data, folders: &[PathBuf]) -> anyhow::Error {
    let advice = match (data.place.contains("://"), folders.is_empty()) {
        (true, true) => "; data are not downloaded, `--data DIR` names the folder that holds them",
        (_, true) => "; `--data DIR` names a folder that holds data",
        (_, false) => " beside the test or below the folders of `--data`",
    };
    anyhow!("{}:{}: there is no file `{}`{advice}", test.display(), data.line, data.place)
}

fn drawn(diagnostics: &[Diagnostic], test: &Test) -> String {
    let drawn = diagnostics.iter().map(|diagnostic| draw(diagnostic, &test.query, false));
    drawn.flat_map(|text| text.lines().map(|line| format!("    {line}\n")).collect::<Vec<_>>()).collect()
}

/// In how many rows each field has a value, and whether one row has all that are required.
fn covered(answer: &Answer, required: &[String]) -> Result<(Vec<Coverage>, bool)> {
    let names: Vec<String> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut is_complete = required.is_empty();
    for batch in &answer.batches {
        let mut full = vec![0; batch.num_rows()];
        for (name, column) in names.iter().zip(batch.columns()) {
            let has_value: Vec<bool> = match Lists::new(column) {
                Ok(lists) => (0..batch.num_rows())
                    .map(|row| lists.get(row).into_iter().flatten().any(|text| !text.is_empty() && text != FILLED))
                    .collect(),
                Err(_) => (0..batch.num_rows()).map(|row| column.is_valid(row)).collect(),
            };
            *counts.entry(name).or_default() += has_value.iter().filter(|has| **has).count();
            if required.contains(name) {
                full.iter_mut().zip(&has_value).for_each(|(full, has)| *full += usize::from(*has));
            }
        }
        is_complete |= full.contains(&required.len());
    }
    let coverage = names
        .iter()
        .map(|name| Coverage { field: name.clone(), rows: counts.get(name.as_str()).copied().unwrap_or_default() });
    Ok((coverage.collect(), is_complete))
}

fn without(required: &[String], coverage: &[Coverage], rows: usize) -> String {
    let of = |name: &String| {
        let count = coverage.iter().find(|known| known.field == *name).map(|known| known.rows);
        match count {
            None => format!("`{name}` is no field"),
            Some(count) => format!("`{name}` in {count} of {rows}"),
        }
    };
    let list: Vec<String> = required.iter().map(of).collect();
    format!("no row has all fields that the detection names: {}", list.join(", "))
}
