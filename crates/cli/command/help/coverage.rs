//! `speleo help coverage`: what of SPL runs here, counted from the tables.

use std::io::Write;

use anyhow::Result;

use super::{aggregates, can_run, commands, functions};

/// Writes the table.
pub(super) fn write(out: &mut dyn Write) -> Result<()> {
    let all: Vec<_> = commands().map(|spec| (spec.name(), spec.summary, can_run(spec))).collect();
    section("commands", &all, out)?;
    let all: Vec<_> = functions().map(|spec| (spec.name(), spec.summary, true)).collect();
    section("eval functions", &all, out)?;
    let all: Vec<_> = aggregates().map(|spec| (spec.name(), spec.summary, true)).collect();
    section("stats functions", &all, out)
}

/// The names that run side by side, those that are only read with what they would do.
fn section(what: &str, all: &[(&str, &str, bool)], out: &mut dyn Write) -> Result<()> {
    let mut names: Vec<&str> = all.iter().filter(|(.., runs)| *runs).map(|(name, ..)| *name).collect();
    names.sort_unstable();
    writeln!(out, "{} of {} {what} run\n", names.len(), all.len())?;
    const WIDTH: usize = 100;
    let mut line = String::new();
    for name in names {
        if !line.is_empty() && line.len() + 1 + name.len() > WIDTH {
            writeln!(out, "  {line}")?;
            line.clear();
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(name);
    }
    writeln!(out, "  {line}\n")?;
    let mut others: Vec<_> = all.iter().filter(|(.., runs)| !runs).collect();
    others.sort_unstable();
    if !others.is_empty() {
        writeln!(out, "{} are read and not run\n", others.len())?;
        for (name, summary, _) in others {
            writeln!(out, "  {name:<18} {summary}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
