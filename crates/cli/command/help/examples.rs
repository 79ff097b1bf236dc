//! The examples of a command's page: the first short cases of its golden tests, so that none can be wrong.

use std::path::Path;

use anyhow::Result;

use super::page::{code, escape};
use crate::golden::{Case, Expectation, Key, Kind, Part, parse};

include!(concat!(env!("OUT_DIR"), "/command_cases.rs"));

/// How many examples a page has.
const MOST: usize = 3;
/// How many lines the data, the search and the rows of one may have together.
const LINES: usize = 16;

/// The examples of a command in Markdown; nothing where it has none.
pub(super) fn of(name: &str) -> Result<String> {
    let cases = of_command(name)?;
    if cases.is_empty() {
        return Ok(String::new());
    }
    let mut out = "\n## Examples\n".to_owned();
    let mut told: Vec<&Part> = Vec::new();
    for case in &cases {
        let mut lines = Vec::new();
        for part in inputs(case) {
            // Data that several examples share is shown where it is first needed.
            if !told.iter().any(|known| known.key == part.key && known.name == part.name && known.block == part.block) {
                told.push(part);
                input(part, &mut lines);
            }
        }
        lines.extend(searches(case).flat_map(str::lines).map(str::to_owned));
        lines.push(String::new());
        lines.extend(rows(case).flat_map(|one| &one.body).cloned());
        out.push_str(&format!("\n{}:\n\n{}", escape(&sentence(&case.name)), code(&lines.join("\n"), "")));
    }
    Ok(out)
}

/// What a case needs besides its search: of data and tables those that the search names.
fn inputs(case: &Case) -> impl Iterator<Item = &Part> {
    case.parts.iter().filter(|part| match (part.key, &part.name) {
        (Key::Search, _) => false,
        (Key::Data | Key::Lookup | Key::DataModel, Some(name)) => searches(case)
            .any(|text| text.split(|next: char| !next.is_alphanumeric() && next != '_').any(|word| word == name)),
        _ => true,
    })
}

/// The lines of a part that is no search.
fn input(part: &Part, lines: &mut Vec<String>) {
    let key = Key::ALL.iter().find(|(_, key, _)| *key == part.key).map_or("", |(key, ..)| *key);
    let name = part.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
    lines.push(format!("{key}{name}: {}", part.value).trim_end().to_owned());
    lines.extend(part.block.as_deref().unwrap_or_default().lines().map(|line| format!("  {line}")));
}

/// The name of a case begins a line of the page.
fn sentence(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The expectations of a case that are rows.
fn rows(case: &Case) -> impl Iterator<Item = &Expectation> {
    case.expectations.iter().filter(|one| matches!(one.kind, Kind::Rows { .. } | Kind::Json))
}

fn searches(case: &Case) -> impl Iterator<Item = &str> {
    let written = case.parts.iter().filter(|part| part.key == Key::Search);
    written
        .flat_map(|part| [part.value.as_str(), part.block.as_deref().unwrap_or_default()])
        .filter(|text| !text.is_empty())
}

/// The command's own file, else the one of a command that is like it: `rare` stands in that of `top`.
fn of_command(name: &str) -> Result<Vec<Case>> {
    let own = FILES.iter().filter(|(stem, _)| *stem == name);
    let others = FILES.iter().filter(|(stem, _)| *stem != name);
    for (stem, text) in own.chain(others) {
        let file = parse(Path::new(stem), text)?;
        let mut cases: Vec<Case> = file.cases.into_iter().filter(|case| is_example(case, name)).collect();
        if cases.iter().any(|case| length(case) <= LINES) {
            cases.retain(|case| length(case) <= LINES);
            cases.truncate(MOST);
        } else {
            // Where all are long, the shortest has to do.
            cases.sort_by_key(length);
            cases.truncate(1);
        }
        if !cases.is_empty() {
            return Ok(cases);
        }
    }
    Ok(Vec::new())
}

/// The lines of its data, its search and its rows together.
fn length(case: &Case) -> usize {
    let block_lines = |block: &Option<String>| block.as_deref().map_or(0, |block| block.lines().count());
    let written = case.parts.iter().filter(|part| part.key == Key::Search).chain(inputs(case));
    written.map(|part| 1 + block_lines(&part.block)).sum::<usize>()
        + rows(case).map(|one| one.body.len()).sum::<usize>()
}

/// Whether a case has rows and is about the command.
fn is_example(case: &Case, name: &str) -> bool {
    let runs = |text: &str| {
        let mut commands = text.split('|').map(|command| command.split_whitespace().next().unwrap_or_default());
        commands.any(|command| command.eq_ignore_ascii_case(name))
    };
    let is_implied = name == "search" && searches(case).any(|text| !text.trim_start().starts_with('|'));
    rows(case).next().is_some() && (is_implied || searches(case).any(runs))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_command_that_runs_has_examples() {
        for spec in super::super::commands().filter(|spec| super::super::can_run(spec)) {
            assert!(!of_command(spec.name()).unwrap().is_empty(), "{}", spec.name());
        }
    }
}
