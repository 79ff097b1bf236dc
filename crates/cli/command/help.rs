//! `speleo help`: the manual, out of the tables of commands and functions. `speleo help dedup`

use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;
use speleo_functions::{AggregateSpec, EVAL, EvalSpec, STATS, eval};
use speleo_syntax::{COMMANDS, CommandSpec};

use crate::{
    args::{Cli, HelpArgs},
    exit::{Exit, UsageError},
};

mod coverage;
mod examples;
mod page;

/// The topics that are lists, and what is no part of a search.
const LISTS: [&str; 5] = ["commands", "coverage", "functions", "stats-functions", "stores"];

/// Prints a page.
pub(crate) fn run(args: &HelpArgs) -> Result<Exit> {
    let mut out = io::stdout().lock();
    let Some(topic) = args.topic.as_deref() else {
        write!(out, "{}", Cli::command().render_long_help())?;
        return Ok(Exit::Fine);
    };
    write_topic(topic, &mut out)?;
    Ok(Exit::Fine)
}

/// Writes the pages of a topic: a name may be both an eval and a stats function.
pub(crate) fn write_topic(topic: &str, out: &mut dyn Write) -> Result<()> {
    let name = topic.trim().to_ascii_lowercase();
    match name.as_str() {
        "commands" => {
            return list(out, commands().filter(|spec| can_run(spec)).map(|spec| (spec.name(), spec.summary)));
        }
        "coverage" => return coverage::write(out),
        "functions" | "eval-functions" => return list_families(out),
        "aggregates" | "stats-functions" => {
            return list(out, aggregates().map(|spec| (spec.name(), spec.summary)));
        }
        "stores" => return Ok(out.write_all(include_bytes!("help/stores.txt"))?),
        _ => {}
    }
    if let Some(command) = Cli::command().find_subcommand_mut(&name)
        && !commands().any(|spec| spec.names.contains(&name.as_str()))
    {
        write!(out, "{}", command.render_long_help())?;
        return Ok(());
    }
    let mut found = false;
    for spec in commands().filter(|spec| spec.names.contains(&name.as_str())) {
        found = true;
        page::command(spec, out)?;
    }
    for spec in functions().filter(|spec| spec.names.contains(&name.as_str())) {
        found = true;
        page::function(spec, out)?;
    }
    for spec in aggregates().filter(|spec| spec.names.contains(&name.as_str())) {
        found = true;
        page::aggregate(spec, out)?;
    }
    if found {
        return Ok(());
    }
    let lists = LISTS.map(|list| format!("`speleo help {list}`")).join(", ");
    let near = match nearest(&name) {
        Some(near) => format!("; the nearest is `{near}`"),
        None => String::new(),
    };
    Err(UsageError(format!("there is no page `{topic}`{near}; {lists} list what there is")).into())
}

/// The page whose name is most like another one.
fn nearest(name: &str) -> Option<&'static str> {
    let commands = commands().flat_map(|spec| spec.names);
    let names = commands.chain(functions().flat_map(|spec| spec.names)).chain(aggregates().flat_map(|spec| spec.names));
    speleo_plan::nearest(name, names.chain(&LISTS).copied())
}

/// Every command of SPL.
pub(crate) fn commands() -> impl Iterator<Item = &'static CommandSpec> {
    COMMANDS.iter()
}

/// Whether a command can run: the others are only read, and have no grammar.
pub(crate) fn can_run(spec: &CommandSpec) -> bool {
    !spec.usage.is_empty()
}

/// The eval functions.
pub(crate) fn functions() -> impl Iterator<Item = &'static EvalSpec> {
    eval::functions()
}

/// The stats functions.
pub(crate) fn aggregates() -> impl Iterator<Item = &'static AggregateSpec> {
    STATS.iter().flat_map(|family| family.iter())
}

fn list(out: &mut dyn Write, pages: impl Iterator<Item = (&'static str, &'static str)>) -> Result<()> {
    let mut pages: Vec<_> = pages.collect();
    pages.sort_unstable();
    for (name, summary) in pages {
        writeln!(out, "{name:<18} {summary}")?;
    }
    Ok(())
}

fn list_families(out: &mut dyn Write) -> Result<()> {
    for (place, family) in EVAL.iter().enumerate() {
        let line = if place > 0 { "\n" } else { "" };
        writeln!(out, "{line}{}\n", family.name)?;
        for spec in family.functions {
            writeln!(out, "  {:<18} {}", spec.name(), spec.summary)?;
        }
    }
    Ok(())
}
