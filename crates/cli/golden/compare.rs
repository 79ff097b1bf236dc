//! Holds what a search gave against what its case expects.
//!
//! A double may differ in its last digits: the order in which a sum is formed is not part of a search's meaning.

use anyhow::Result;
use chrono_tz::Tz;
use datafusion::arrow::array::RecordBatch;
use serde_json::Value;
use speleo_engine::Answer;
use speleo_syntax::{Diagnostic, Severity};

use super::{Case, Expectation, Kind, diff::diff, run::Verdict};
use crate::{
    diagnostic::{draw, headline},
    output::{
        Format,
        cell::{self, Cell},
        write_rows,
    },
    query_file::Query,
};

/// What a search gave.
pub(crate) struct Found {
    /// The search.
    pub(crate) query: Query,
    /// Its rows, unless it failed.
    pub(crate) answer: Option<Answer>,
    /// Its diagnostics.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Its time zone.
    pub(crate) timezone: Tz,
}

/// Compares all expectations of a case.
pub(super) fn compare(case: &Case, found: &Found, colour: bool) -> Verdict {
    match compare_all(case, found, colour) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::Broken(format!("{error:#}")),
    }
}

fn compare_all(case: &Case, found: &Found, colour: bool) -> Result<Verdict> {
    let mut text = String::new();
    let mut answers = Vec::new();
    let expects_error = case.expectations.iter().any(|expectation| expectation.kind == Kind::Error);
    if case.expectations.is_empty() {
        text.push_str("  nothing is expected; `--accept` writes the answer\n");
        answers.push(match &found.answer {
            Some(answer) => answer_rows(answer, found.timezone)?,
            None => errors(&[], found).1,
        });
    }
    if found.answer.is_none() && !expects_error {
        text.push_str("  the search failed:\n");
        for diagnostic in &found.diagnostics {
            text.push_str(&indented(&draw(diagnostic, &found.query, false)));
        }
    }
    for expectation in &case.expectations {
        let (wanted, got) = match (expectation.kind, &found.answer) {
            (Kind::Error, _) => errors(&expectation.body, found),
            (_, None) => {
                answers.push(expectation.body.clone());
                continue;
            }
            (Kind::Rows { ordered }, Some(answer)) => rows(expectation, answer, found.timezone, ordered)?,
            (Kind::Json, Some(answer)) => json(expectation, answer, found.timezone)?,
            (Kind::Count(count), Some(answer)) => (vec![count.to_string()], vec![row_count(answer).to_string()]),
        };
        if wanted != got {
            text.push_str(&diff(&wanted, &got, colour));
        }
        answers.push(got);
    }
    Ok(if text.is_empty() { Verdict::Pass } else { Verdict::Fail { text, answers } })
}

/// The body that a new expectation would have.
fn answer_rows(answer: &Answer, timezone: Tz) -> Result<Vec<String>> {
    let empty = Expectation { kind: Kind::Rows { ordered: true }, line: 0, body: Vec::new() };
    Ok(rows(&empty, answer, timezone, true)?.1)
}

fn row_count(answer: &Answer) -> usize {
    answer.batches.iter().map(RecordBatch::num_rows).sum()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// Expected and found rows as lines of CSV; a row that passes is written as it is expected.
fn rows(expectation: &Expectation, answer: &Answer, timezone: Tz, ordered: bool) -> Result<(Vec<String>, Vec<String>)> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(std::io::Cursor::new(expectation.body.join("\n")));
    let mut wanted = reader.records().collect::<csv::Result<Vec<_>>>()?;
    // No rows may be written as nothing at all.
    if wanted.is_empty() && row_count(answer) == 0 {
        return Ok((Vec::new(), Vec::new()));
    }
    let header: Vec<&str> = answer.schema.fields().iter().map(|field| field.name().as_str()).collect();
    let mut lines = vec![line(header.iter().map(|name| name.as_bytes()))?];
    let wanted_header = if wanted.is_empty() { csv::StringRecord::new() } else { wanted.remove(0) };
    let mut wanted_lines = Vec::new();
    if !expectation.body.is_empty() {
        wanted_lines.push(line(wanted_header.iter().map(str::as_bytes))?);
    }
    for record in &wanted {
        wanted_lines.push(line(record.iter().map(str::as_bytes))?);
    }
    let mut free: Vec<Option<usize>> = (0..wanted.len()).map(Some).collect();
    let mut number = 0;
    for batch in &answer.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            let cells: Vec<Cell> = columns.iter().map(|column| column.cell(row)).collect();
            let passes = |place: usize| wanted.get(place).is_some_and(|record| same_row(record, &cells, timezone));
            let place = if ordered {
                Some(number).filter(|place| passes(*place))
            } else {
                free.iter().flatten().copied().find(|place| passes(*place))
            };
            number += 1;
            match place {
                Some(place) => {
                    if let Some(slot) = free.get_mut(place) {
                        *slot = None;
                    }
                    lines.extend(wanted_lines.get(place + 1).cloned());
                }
                None => {
                    let texts: Vec<_> = cells.iter().map(|cell| cell.plain(timezone)).collect();
                    lines.push(line(texts.iter().map(|text| text.as_bytes()))?);
                }
            }
        }
    }
    if !ordered {
        for list in [&mut wanted_lines, &mut lines] {
            if let Some((_, rest)) = list.split_first_mut() {
                rest.sort_unstable();
            }
        }
    }
    Ok((wanted_lines, lines))
}

fn line<'a>(cells: impl Iterator<Item = &'a [u8]>) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
}

fn same_row(record: &csv::StringRecord, cells: &[Cell], timezone: Tz) -> bool {
    record.len() == cells.len() && record.iter().zip(cells).all(|(wanted, cell)| same_cell(wanted, cell, timezone))
}

fn same_cell(wanted: &str, cell: &Cell, timezone: Tz) -> bool {
    match cell {
        Cell::Float(number) => {
            wanted == cell.plain(timezone) || wanted.parse().is_ok_and(|wanted: f64| is_close(wanted, *number))
        }
        // Epoch seconds are shorter to write than the ISO form.
        Cell::Time(micros) => {
            wanted == cell::epoch(*micros) || wanted == cell.plain(timezone) || wanted == cell.shown(timezone)
        }
        _ => wanted == cell.plain(timezone),
    }
}

fn is_close(left: f64, right: f64) -> bool {
    left == right || (left - right).abs() <= 1e-9 * left.abs().max(right.abs())
}

fn json(expectation: &Expectation, answer: &Answer, timezone: Tz) -> Result<(Vec<String>, Vec<String>)> {
    let mut bytes = Vec::new();
    write_rows(Format::Jsonl, answer, timezone, &mut bytes)?;
    let wanted: Vec<String> = expectation.body.iter().filter(|line| !line.trim().is_empty()).cloned().collect();
    let mut lines = Vec::new();
    for (place, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
        let is_same = match wanted.get(place) {
            Some(wanted) => same_json(&serde_json::from_str(wanted)?, &serde_json::from_str(line)?),
            None => false,
        };
        lines.push(if is_same { wanted.get(place).cloned().unwrap_or_default() } else { line.to_owned() });
    }
    Ok((wanted, lines))
}

fn same_json(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| is_close(left, right))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_json(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same_json(value, other)))
        }
        _ => left == right,
    }
}

/// Diagnostics as lines. Headlines alone are compared with headlines; where the case quotes more, with the whole drawing.
/// Warnings and notes count only where the case expects one.
fn errors(body: &[String], found: &Found) -> (Vec<String>, Vec<String>) {
    let wanted: Vec<String> = body.iter().map(|line| line.trim_end().to_owned()).collect();
    let is_headline = |line: &String| ["error[", "warning[", "note["].iter().any(|word| line.starts_with(word));
    let only_headlines = wanted.iter().all(is_headline);
    let wants_lesser = wanted.iter().any(|line| is_headline(line) && !line.starts_with("error["));
    let mut lines = Vec::new();
    for diagnostic in &found.diagnostics {
        if diagnostic.severity != Severity::Error && !wants_lesser {
            continue;
        }
        if only_headlines && !wanted.is_empty() {
            lines.push(headline(diagnostic));
        } else {
            lines.extend(draw(diagnostic, &found.query, false).lines().map(|line| line.trim_end().to_owned()));
        }
    }
    (wanted, lines)
}
