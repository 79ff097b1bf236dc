//! `speleo help`: the manual, out of the tables of commands and functions. `speleo help dedup`

use std::io::{self, Write};

use anyhow::Result;
use clap::CommandFactory;
use speleo_functions::{AggregateSpec, EVAL, EvalSpec, STATS};
use speleo_syntax::{COMMANDS, CommandSpec, Kind};

use crate::{
    args::{Cli, HelpArgs},
    exit::{Exit, UsageError},
};

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
            return list(out, commands().filter(|spec| can_run(spec)).map(|spec| (first(spec.names), spec.summary)));
        }
        "functions" => return list(out, functions().map(|spec| (first(spec.names), spec.summary))),
        "aggregates" => return list(out, aggregates().map(|spec| (first(spec.names), spec.summary))),
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
        write_command(spec, out)?;
    }
    for spec in functions().filter(|spec| spec.names.contains(&name.as_str())) {
        found = true;
        write_function(spec, out)?;
    }
    for spec in aggregates().filter(|spec| spec.names.contains(&name.as_str())) {
        found = true;
        write_aggregate(spec, out)?;
    }
    if found {
        return Ok(());
    }
    let topics = "`speleo help commands`, `functions` or `aggregates` lists the pages";
    Err(UsageError(format!("there is no page `{topic}`; {topics}")).into())
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
    EVAL.iter().flat_map(|family| family.iter())
}

/// The stats functions.
pub(crate) fn aggregates() -> impl Iterator<Item = &'static AggregateSpec> {
    STATS.iter().flat_map(|family| family.iter())
}

fn first(names: &'static [&'static str]) -> &'static str {
    names.first().copied().unwrap_or_default()
}

fn list(out: &mut dyn Write, pages: impl Iterator<Item = (&'static str, &'static str)>) -> Result<()> {
    let mut pages: Vec<_> = pages.collect();
    pages.sort_unstable();
    for (name, summary) in pages {
        writeln!(out, "{name:<16} {summary}")?;
    }
    Ok(())
}

fn write_command(spec: &CommandSpec, out: &mut dyn Write) -> Result<()> {
    let kind = match spec.kind {
        Kind::Generating => "generating",
        Kind::Streaming => "streaming",
        Kind::Centralized => "centralized streaming",
        Kind::Transforming => "transforming",
        Kind::Dataset => "dataset processing",
    };
    writeln!(out, "{} ({kind} command)\n\n  {}", first(spec.names), spec.summary)?;
    if can_run(spec) {
        writeln!(out, "\nUsage\n\n  {}", spec.usage)?;
    }
    write_others(spec.names, out)?;
    if !spec.differs.is_empty() {
        writeln!(out, "\nDifferences from Splunk\n")?;
        for difference in spec.differs {
            writeln!(out, "  * {difference}")?;
        }
    }
    writeln!(out)?;
    Ok(())
}

fn write_function(spec: &EvalSpec, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{} (eval function)\n\n  {}\n\nUsage\n\n  {}", first(spec.names), spec.summary, spec.usage)?;
    write_others(spec.names, out)?;
    if !spec.examples.is_empty() {
        writeln!(out, "\nExamples\n")?;
        for (expression, result) in spec.examples {
            writeln!(out, "  {expression}  →  {result}")?;
        }
    }
    writeln!(out)?;
    Ok(())
}

fn write_aggregate(spec: &AggregateSpec, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{} (stats function)\n\n  {}\n\nUsage\n\n  {}", first(spec.names), spec.summary, spec.usage)?;
    write_others(spec.names, out)?;
    writeln!(out)?;
    Ok(())
}

fn write_others(names: &[&str], out: &mut dyn Write) -> Result<()> {
    if let [_, others @ ..] = names
        && !others.is_empty()
    {
        writeln!(out, "\nAlso written: {}", others.join(", "))?;
    }
    Ok(())
}
