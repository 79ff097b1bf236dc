//! A page of the manual: usage, arguments, rules for missing and several values, differences, examples.
//!
//! All of it comes from the tables; nothing is written here that a table does not say.

use std::io::Write;

use anyhow::Result;
use speleo_functions::{AggregateSpec, EvalSpec, Kind as ValueKind, eval::EXAMPLE_FIELDS};
use speleo_syntax::{CommandSpec, Kind};

/// How wide a line of usage is.
const WIDTH: usize = 96;

/// The page of a command.
pub(super) fn command(spec: &CommandSpec, out: &mut dyn Write) -> Result<()> {
    let kind = match spec.kind {
        Kind::Generating => "generating",
        Kind::Streaming => "streaming",
        Kind::Centralized => "centralized streaming",
        Kind::Transforming => "transforming",
        Kind::Dataset => "dataset processing",
    };
    title(spec.name(), &format!("{kind} command"), spec.summary, out)?;
    if super::can_run(spec) {
        usage(spec.usage, out)?;
        let others: Vec<&str> =
            spec.options.iter().copied().filter(|option| !spec.usage.contains(&format!("{option}="))).collect();
        if !others.is_empty() {
            writeln!(out, "\nOther options\n\n  {}", others.join(", "))?;
        }
    }
    others(spec.names, out)?;
    differences(spec.differs, out)?;
    super::examples::write(spec.name(), out)?;
    writeln!(out)?;
    Ok(())
}

/// The page of an eval function.
pub(super) fn function(spec: &EvalSpec, out: &mut dyn Write) -> Result<()> {
    title(spec.name(), "eval function", spec.summary, out)?;
    usage(spec.usage, out)?;
    let arguments: Vec<_> = spec.arguments().filter(|argument| argument.name != "…").collect();
    if !arguments.is_empty() {
        writeln!(out, "\nArguments\n")?;
        let width = arguments.iter().map(|argument| argument.name.chars().count()).max().unwrap_or_default();
        for argument in &arguments {
            let optional = if argument.is_optional { ", optional" } else { "" };
            writeln!(out, "  {:<width$}  {}{optional}", argument.name, value_kind(argument.kind))?;
        }
        rules(spec.nulls, spec.several, out)?;
    }
    others(spec.names, out)?;
    differences(spec.differs, out)?;
    if !spec.examples.is_empty() {
        writeln!(out, "\nExamples\n")?;
        for (expression, result) in spec.examples {
            writeln!(out, "  {expression}  →  {}", shown(result))?;
        }
        for (name, values) in EXAMPLE_FIELDS.iter().filter(|(name, _)| mentions(spec, name)) {
            writeln!(out, "\n  The field {name} has the values {}.", values.join(", "))?;
        }
    }
    writeln!(out)?;
    Ok(())
}

/// The page of a stats function.
pub(super) fn aggregate(spec: &AggregateSpec, out: &mut dyn Write) -> Result<()> {
    title(spec.name(), "stats function", spec.summary, out)?;
    usage(spec.usage, out)?;
    rules(spec.nulls, spec.several, out)?;
    others(spec.names, out)?;
    differences(spec.differs, out)?;
    if !spec.examples.is_empty() {
        writeln!(out, "\nExamples\n")?;
        for (rows, call, result) in spec.examples {
            let mut lines = rows.split(' ');
            let fields = lines.next().unwrap_or_default();
            writeln!(out, "  {call}  →  {}", shown(result))?;
            writeln!(out, "      where {fields} is {}", lines.collect::<Vec<_>>().join("; "))?;
        }
    }
    writeln!(out)?;
    Ok(())
}

fn title(name: &str, what: &str, summary: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "{name} ({what})\n\n  {summary}")?;
    Ok(())
}

fn usage(usage: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "\nUsage\n")?;
    // Options stay whole: a line breaks before what begins one.
    let mut line = String::new();
    let mut depth = 0_i32;
    for word in usage.split(' ') {
        if depth == 0 && line.chars().count() + word.chars().count() > WIDTH {
            writeln!(out, "  {}", line.trim_end())?;
            line = "    ".to_owned();
        }
        depth +=
            word.chars().map(|c| i32::from(matches!(c, '[' | '<')) - i32::from(matches!(c, ']' | '>'))).sum::<i32>();
        line.push_str(word);
        line.push(' ');
    }
    writeln!(out, "  {}", line.trim_end())?;
    Ok(())
}

fn rules(nulls: &str, several: &str, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "\nNo value and several values\n\n  {nulls}\n  {several}")?;
    Ok(())
}

fn others(names: &[&str], out: &mut dyn Write) -> Result<()> {
    if let [_, others @ ..] = names
        && !others.is_empty()
    {
        writeln!(out, "\nAlso written: {}", others.join(", "))?;
    }
    Ok(())
}

fn differences(differs: &[&str], out: &mut dyn Write) -> Result<()> {
    if !differs.is_empty() {
        writeln!(out, "\nDifferences from Splunk\n")?;
        for difference in differs {
            writeln!(out, "  * {difference}")?;
        }
    }
    Ok(())
}

fn value_kind(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Number => "a number, or a field that reads as one",
        ValueKind::Text => "a text",
        ValueKind::Bool => "a condition",
        ValueKind::List => "several values",
        ValueKind::Any => "any value",
    }
}

/// An empty text is seen.
fn shown(result: &str) -> &str {
    if result.is_empty() { "\"\"" } else { result }
}

/// Whether an example names a field.
fn mentions(spec: &EvalSpec, field: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    spec.examples.iter().any(|(expression, _)| expression.split(|c| !is_word(c)).any(|word| word == field))
}
