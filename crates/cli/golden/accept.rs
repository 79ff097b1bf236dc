//! Writes answers into a file of cases.

use std::fs;

use anyhow::{Context, Result};

use super::{Case, Kind, TestFile};

/// Replaces the bodies of the expectations of the cases given by place, and writes the file.
pub(crate) fn accept(file: &TestFile, answers: &[(usize, Vec<Vec<String>>)]) -> Result<()> {
    let mut lines = file.lines.clone();
    // From the end, so that the places of what comes before stay.
    for (place, bodies) in answers.iter().rev() {
        let Some(case) = file.cases.get(*place) else { continue };
        if case.expectations.is_empty() {
            append(&mut lines, case, bodies);
            continue;
        }
        let mut changes: Vec<_> = case.expectations.iter().zip(bodies).collect();
        changes.sort_by_key(|(expectation, _)| expectation.line);
        for (expectation, body) in changes.into_iter().rev() {
            let start = expectation.line + 1;
            if let (Kind::Count(_), Some(line), Some(count)) =
                (expectation.kind, lines.get_mut(expectation.line), body.first())
            {
                *line = format!("--- count {count}");
            } else {
                lines.splice(start..start + expectation.body.len(), body.iter().cloned());
            }
        }
    }
    let text = lines.join("\n") + "\n";
    fs::write(&file.path, text).with_context(|| format!("cannot write {}", file.path.display()))
}

fn append(lines: &mut Vec<String>, case: &Case, bodies: &[Vec<String>]) {
    let Some(body) = bodies.first() else { return };
    let is_error = body.first().is_some_and(|line| line.starts_with("error["));
    let head = if is_error { "--- error" } else { "--- rows" };
    let added = std::iter::once(head.to_owned()).chain(body.iter().cloned());
    lines.splice(case.end..case.end, added.collect::<Vec<_>>());
}
