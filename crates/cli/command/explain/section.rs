//! The parts of an explanation as text, in the order in which a search passes through them.

use std::io::Write;

use anyhow::Result;
use speleo_engine::{Explanation, Read, Scan};
use unicode_width::UnicodeWidthStr;

use super::picture::{Line, Style, View, branches, size};
use crate::{args::Section, quantity::thousands};

/// The parts that are shown where none is asked for.
const SHOWN: &[Section] =
    &[Section::Tree, Section::Macros, Section::Steps, Section::Logical, Section::Physical, Section::Scan];

/// Writes one part, or all that are shown.
pub(super) fn write(
    explanation: &Explanation,
    view: &View,
    section: Option<Section>,
    out: &mut dyn Write,
) -> Result<()> {
    let sections = section.as_ref().map_or(SHOWN, std::slice::from_ref);
    for (place, section) in sections.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        match section {
            Section::Tree => tree(explanation, view, out)?,
            Section::Macros => macros(explanation, view, out)?,
            Section::Steps => steps(explanation, view, out)?,
            Section::Logical => {
                view.title("Logical plan", out)?;
                view.plan(&explanation.logical, out)?;
                writeln!(out)?;
                view.title("Optimized plan", out)?;
                view.plan(&explanation.optimized, out)?;
            }
            Section::Physical => {
                view.title("Physical plan", out)?;
                view.plan(&explanation.physical, out)?;
            }
            Section::Scan => {
                view.title("Scans", out)?;
                scans(&explanation.scans, view, out)?;
            }
            Section::Sql => sql(explanation, view, out)?,
        }
    }
    Ok(())
}

fn plain(text: impl Into<String>) -> Line {
    vec![(Style::Plain, text.into())]
}

fn tree(explanation: &Explanation, view: &View, out: &mut dyn Write) -> Result<()> {
    view.title("Search", out)?;
    let depths: Vec<usize> = explanation.commands.iter().map(|command| command.depth).collect();
    let heads: Vec<String> = explanation
        .commands
        .iter()
        .zip(branches(&depths))
        .map(|(command, branch)| format!("{branch}#{} {}", command.number, command.name))
        .collect();
    let widest = heads.iter().map(|head| head.width()).max().unwrap_or(0);
    for (command, head) in explanation.commands.iter().zip(&heads) {
        let gap = " ".repeat(widest - head.width());
        let mut line = vec![(Style::Command, head.clone()), (Style::Plain, gap)];
        for argument in &command.arguments {
            line.push((Style::Dim, format!("  {}: ", argument.name)));
            line.push((Style::Plain, argument.values.join(", ")));
        }
        view.line(&line, out)?;
    }
    Ok(())
}

fn macros(explanation: &Explanation, view: &View, out: &mut dyn Write) -> Result<()> {
    view.title("Search with macros expanded", out)?;
    for line in explanation.expanded.lines().skip_while(|line| line.trim().is_empty()) {
        view.line(&plain(line), out)?;
    }
    if explanation.macros.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    view.title("Macros", out)?;
    let depths: Vec<usize> = explanation.macros.iter().map(|call| call.depth).collect();
    for (call, branch) in explanation.macros.iter().zip(branches(&depths)) {
        let args = if call.args.is_empty() { String::new() } else { format!("({})", call.args.join(", ")) };
        let made = explanation.expanded.get(call.made.range()).unwrap_or_default().trim();
        let made = if made.is_empty() { "nothing" } else { made };
        let name = format!("{branch}`{}{args}`", call.name);
        view.line(
            &vec![(Style::Command, name), (Style::Dim, " gives ".to_owned()), (Style::Plain, made.to_owned())],
            out,
        )?;
    }
    Ok(())
}

fn steps(explanation: &Explanation, view: &View, out: &mut dyn Write) -> Result<()> {
    view.title("Steps", out)?;
    if explanation.steps.is_empty() {
        view.line(&plain("none: the plan depends on no rows"), out)?;
    }
    for (place, step) in explanation.steps.iter().enumerate() {
        let commands: Vec<usize> = step.command.into_iter().collect();
        let line = vec![
            (Style::Plain, format!("{}. {}", place + 1, step.name)),
            (Style::Command, format!("  {}", view.commands(&commands))),
            (Style::Dim, format!("  {} rows", thousands(step.totals.rows))),
        ];
        view.line(&line, out)?;
        view.plan(if view.verbose { &step.physical } else { &step.logical }, out)?;
    }
    Ok(())
}

/// Writes what reached the scans, and what they read.
pub(crate) fn scans(scans: &[Scan], view: &View, out: &mut dyn Write) -> Result<()> {
    if scans.is_empty() {
        view.line(&plain("none: no file is read"), out)?;
    }
    for scan in scans {
        let more = if scan.more > 0 { format!(" and {} more parts", scan.more) } else { String::new() };
        let head = vec![
            (Style::Plain, format!("{}{more}", scan.from)),
            (Style::Command, format!("  {}", view.commands(&scan.commands))),
        ];
        view.line(&head, out)?;
        let mut part =
            |name: &str, text: String| view.line(&vec![(Style::Dim, format!("  {name}: ")), (Style::Plain, text)], out);
        if !scan.columns.is_empty() {
            part("columns", scan.columns.join(", "))?;
        }
        if let Some(condition) = &scan.condition {
            part("condition", condition.clone())?;
        }
        if let Some(limit) = scan.limit {
            part("limit", limit.to_string())?;
        }
        for pruned in &scan.pruned {
            part("left out", pruned.clone())?;
        }
        if let Some((rows, read)) = scan.measured {
            if let Some(rows) = rows {
                part("gave", format!("{} rows", thousands(rows)))?;
            }
            for text in told(&read) {
                part("read", text)?;
            }
        }
    }
    Ok(())
}

/// What a scan read, what it had not to.
fn told(read: &Read) -> Vec<String> {
    let mut lines = Vec::new();
    let (groups, of_groups) = read.row_groups;
    let (pages, of_pages) = read.pages;
    lines.extend(read.events.map(|events| format!("{} events", thousands(events))));
    lines.extend((read.bytes > 0).then(|| size(read.bytes)));
    lines.extend((of_groups > 0).then(|| format!("{} of {of_groups} row groups", of_groups - groups.min(of_groups))));
    lines.extend((of_pages > 0).then(|| format!("{} of {of_pages} pages", of_pages - pages.min(of_pages))));
    lines.extend(
        (read.page_rows > 0).then(|| format!("not {} rows by the bounds of their pages", thousands(read.page_rows))),
    );
    lines.extend(
        (read.decoded_rows > 0)
            .then(|| format!("not {} rows that failed while they were decoded", thousands(read.decoded_rows))),
    );
    lines
}

fn sql(explanation: &Explanation, view: &View, out: &mut dyn Write) -> Result<()> {
    view.title("SQL", out)?;
    let sql = explanation.sql();
    match &sql.statement {
        Ok(statement) => view.whole(statement, out)?,
        Err(reason) => view.line(&plain(format!("cannot be written as SQL: {reason}")), out)?,
    }
    if !sql.own_functions.is_empty() {
        let names = sql.own_functions.join(", ");
        view.whole(&format!("-- functions of speleo, which a database lacks: {names}"), out)?;
    }
    Ok(())
}
