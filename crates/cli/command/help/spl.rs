//! Pages out of the tables of SPL: a command, an eval function, a stats function. Nothing is written here that a table does
//! not say.

use anyhow::Result;
use speleo_functions::{AggregateSpec, EvalSpec, Kind as ValueKind, eval::EXAMPLE_FIELDS};
use speleo_syntax::{CommandSpec, Kind as CommandKind};

use super::{
    examples,
    page::{Kind, Page, code, escape, sentence, span, table},
};

/// How wide a line of usage is.
const WIDTH: usize = 90;

/// The page of a command.
pub(super) fn command(spec: &CommandSpec) -> Result<Page> {
    let kind = match spec.kind {
        CommandKind::Generating => "generating",
        CommandKind::Streaming => "streaming",
        CommandKind::Centralized => "centralized streaming",
        CommandKind::Transforming => "transforming",
        CommandKind::Dataset => "dataset processing",
    };
    let runs = super::can_run(spec);
    let mut body = title(spec.name(), &format!("{kind} command"), spec.summary);
    if runs {
        body.push_str(&usage(spec.usage));
        let is_shown = |option: &&str| spec.usage.contains(&format!("{option}="));
        let others: Vec<String> =
            spec.options.iter().filter(|option| !is_shown(option)).map(|option| span(option)).collect();
        if !others.is_empty() {
            body.push_str(&format!("\n## Other options\n\n{}\n", others.join(", ")));
        }
    } else {
        body.push_str("\nIt is read, so that `speleo check` can tell it from a slip, and it is not run: E0401.\n");
    }
    body.push_str(&others(spec.names));
    body.push_str(&differences(spec.differs));
    body.push_str(&examples::of(spec.name())?);
    body.push_str(
        "\n## See also\n\n`speleo help commands`, `speleo help search-language`, `speleo help differences`\n",
    );
    Ok(page(Kind::Command, spec.names, spec.summary, body))
}

/// The page of an eval function.
pub(super) fn function(spec: &EvalSpec) -> Page {
    let mut body = title(spec.name(), "eval function", spec.summary);
    body.push_str(&usage(spec.usage));
    let arguments: Vec<_> = spec.arguments().filter(|argument| argument.name != "…").collect();
    if !arguments.is_empty() {
        let rows = arguments.iter().map(|argument| {
            let optional = if argument.is_optional { ", optional" } else { "" };
            vec![span(argument.name), format!("{}{optional}", value_kind(argument.kind))]
        });
        body.push_str(&format!("\n## Arguments\n\n{}", table(&["argument", "what it is"], rows)));
        body.push_str(&rules(spec.nulls, spec.several));
    }
    body.push_str(&others(spec.names));
    body.push_str(&differences(spec.differs));
    if !spec.examples.is_empty() {
        let lines = spec.examples.iter().map(|(expression, result)| format!("{expression}  →  {}", shown(result)));
        body.push_str(&format!("\n## Examples\n\n{}", code(&lines.collect::<Vec<_>>().join("\n"), "")));
        for (name, values) in EXAMPLE_FIELDS.iter().filter(|(name, _)| mentions(spec, name)) {
            body.push_str(&format!("\nThe field {} has the values {}.\n", escape(name), escape(&values.join(", "))));
        }
    }
    body.push_str("\n## See also\n\n`speleo help eval`, `speleo help where`, `speleo help functions`\n");
    page(Kind::Eval, spec.names, spec.summary, body)
}

/// The page of a stats function.
pub(super) fn aggregate(spec: &AggregateSpec) -> Page {
    let mut body = title(spec.name(), "stats function", spec.summary);
    body.push_str(&usage(spec.usage));
    body.push_str(&rules(spec.nulls, spec.several));
    body.push_str(&others(spec.names));
    body.push_str(&differences(spec.differs));
    if !spec.examples.is_empty() {
        let mut lines = Vec::new();
        for (rows, call, result) in spec.examples {
            let (fields, rows) = rows.split_once(' ').unwrap_or((rows, ""));
            lines.push(format!("{call}  →  {}", shown(result)));
            lines.push(format!("    where {fields} is {}", rows.replace(' ', "; ")));
        }
        body.push_str(&format!("\n## Examples\n\n{}", code(&lines.join("\n"), "")));
    }
    let also = if spec.of_series { "`speleo help mstats`" } else { "`speleo help stats`, `speleo help timechart`" };
    body.push_str(&format!("\n## See also\n\n{also}, `speleo help stats-functions`\n"));
    page(Kind::Stats, spec.names, spec.summary, body)
}

fn page(kind: Kind, names: &[&str], summary: &str, body: String) -> Page {
    Page { kind, names: names.iter().map(ToString::to_string).collect(), summary: escape(&sentence(summary)), body }
}

fn title(name: &str, what: &str, summary: &str) -> String {
    format!("# {} ({what})\n\n{}\n", escape(name), escape(&sentence(summary)))
}

fn usage(usage: &str) -> String {
    // Options stay whole: a line breaks before what begins one.
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut depth = 0_i32;
    for word in usage.split(' ') {
        if depth == 0 && line.chars().count() + word.chars().count() > WIDTH {
            lines.push(line.trim_end().to_owned());
            line = "  ".to_owned();
        }
        depth +=
            word.chars().map(|c| i32::from(matches!(c, '[' | '<')) - i32::from(matches!(c, ']' | '>'))).sum::<i32>();
        line.push_str(word);
        line.push(' ');
    }
    lines.push(line.trim_end().to_owned());
    format!("\n## Usage\n\n{}", code(&lines.join("\n"), ""))
}

fn rules(nulls: &str, several: &str) -> String {
    format!("\n## No value and several values\n\n{}\n{}\n", escape(nulls), escape(several))
}

fn others(names: &[&str]) -> String {
    match names {
        [_, others @ ..] if !others.is_empty() => {
            let others: Vec<String> = others.iter().map(|name| span(name)).collect();
            format!("\n## Also written\n\n{}\n", others.join(", "))
        }
        _ => String::new(),
    }
}

fn differences(differs: &[&str]) -> String {
    if differs.is_empty() {
        return String::new();
    }
    let lines: String = differs.iter().map(|difference| format!("* {}\n", escape(difference))).collect();
    format!("\n## Differences from Splunk\n\n{lines}")
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
