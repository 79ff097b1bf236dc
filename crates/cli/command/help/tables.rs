//! Tables in topics that come out of the program itself, so that they cannot say anything else than it does.

use anyhow::Result;
use clap::ValueEnum;
use speleo_engine::PROJECT_KEYS;
use speleo_knowledge::{builtin, limits};
use speleo_syntax::Code;

use super::{
    aggregates, can_run, commands, diagnostic, functions,
    page::{Page, escape, sentence, span, table as rows_of},
    program, topic,
};
use crate::{command::repl, config, exit::Exit, output::Format};

/// A table's name and what makes it.
type Table = (&'static str, fn() -> Result<String>);

/// Every table.
pub(super) const TABLES: &[Table] = &[
    ("program", || Ok(list(program::pages().iter(), |page| format!("speleo {}", page.name())))),
    ("topics", || Ok(list(topic::titles().iter(), help))),
    ("topic-names", || Ok(names(topic::titles().iter()))),
    ("program-names", || Ok(names(program::pages().iter()))),
    ("commands", command_list),
    ("functions", function_list),
    ("stats-functions", aggregate_list),
    ("codes", || Ok(list(Code::ALL.iter().map(|code| diagnostic::page(*code)).collect::<Vec<_>>().iter(), help))),
    ("coverage", coverage),
    ("differences", differences),
    ("project-keys", project_keys),
    ("settings", settings),
    ("output-formats", output_formats),
    ("exit-statuses", exit_statuses),
    ("time-ranges", time_ranges),
    ("splunk-limits", splunk_limits),
    ("meta-commands", meta_commands),
];

/// The table of that name in Markdown.
pub(super) fn table(name: &str) -> Result<Option<String>> {
    TABLES.iter().find(|(known, _)| *known == name).map(|(_, make)| make()).transpose()
}

fn help(page: &Page) -> String {
    format!("speleo help {}", page.name())
}

fn list<'a>(pages: impl Iterator<Item = &'a Page>, call: impl Fn(&Page) -> String) -> String {
    rows_of(&["page", "what it says"], pages.map(|page| vec![span(&call(page)), page.summary.clone()]))
}

/// Names alone, where there is little room.
fn names<'a>(pages: impl Iterator<Item = &'a Page>) -> String {
    format!("{}\n", pages.map(|page| span(page.name())).collect::<Vec<_>>().join(", "))
}

/// Names with what they do, by their names.
fn named(rows: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable();
    rows_of(
        &["page", "what it does"],
        rows.into_iter().map(|(name, summary)| vec![span(&format!("speleo help {name}")), escape(&sentence(summary))]),
    )
}

fn command_list() -> Result<String> {
    Ok(named(commands().filter(|spec| can_run(spec)).map(|spec| (spec.name(), spec.summary))))
}

fn function_list() -> Result<String> {
    let mut out = String::new();
    for family in speleo_functions::EVAL {
        let rows = family.functions.iter().map(|spec| (spec.name(), spec.summary));
        out.push_str(&format!("## {}\n\n{}\n", escape(sentence(family.name).trim_end_matches('.')), named(rows)));
    }
    Ok(out)
}

fn aggregate_list() -> Result<String> {
    Ok(named(aggregates().map(|spec| (spec.name(), spec.summary))))
}

/// What of SPL runs, counted.
fn coverage() -> Result<String> {
    let mut out = String::new();
    let names = |rows: Vec<(&'static str, bool)>| {
        let mut names: Vec<String> = rows.iter().filter(|(_, runs)| *runs).map(|(name, _)| span(name)).collect();
        names.sort_unstable();
        (names.len(), rows.len(), names.join(" "))
    };
    for (what, rows) in [
        ("commands", commands().map(|spec| (spec.name(), can_run(spec))).collect::<Vec<_>>()),
        ("eval functions", functions().map(|spec| (spec.name(), true)).collect()),
        ("stats functions", aggregates().map(|spec| (spec.name(), true)).collect()),
    ] {
        let (runs, all, names) = names(rows);
        out.push_str(&format!("## {runs} of {all} {what} run\n\n{names}\n\n"));
    }
    let mut others: Vec<_> = commands().filter(|spec| !can_run(spec)).map(|spec| (spec.name(), spec.summary)).collect();
    others.sort_unstable();
    if !others.is_empty() {
        let rows = others.iter().map(|(name, summary)| vec![span(name), escape(&sentence(summary))]);
        out.push_str(&format!(
            "## {} commands are read and not run\n\n{}",
            others.len(),
            rows_of(&["command", "what it would do"], rows)
        ));
    }
    Ok(out)
}

/// Every difference that a command or a function tells of itself.
fn differences() -> Result<String> {
    let section = |title: &str, mut rows: Vec<(&'static str, &'static [&'static str])>| {
        rows.retain(|(_, differs)| !differs.is_empty());
        rows.sort_unstable();
        let items = rows.into_iter().map(|(name, differs)| {
            let lines: String = differs.iter().map(|text| format!("* {}\n", escape(text))).collect();
            format!("### {}\n\n{lines}", escape(name))
        });
        format!("## {title}\n\n{}\n", items.collect::<Vec<_>>().join("\n"))
    };
    Ok([
        section("Commands", commands().map(|spec| (spec.name(), spec.differs)).collect()),
        section("Eval functions", functions().map(|spec| (spec.name(), spec.differs)).collect()),
        section("Stats functions", aggregates().map(|spec| (spec.name(), spec.differs)).collect()),
    ]
    .join("\n"))
}

fn project_keys() -> Result<String> {
    let rows = PROJECT_KEYS.iter().map(|key| vec![span(key.name), span(key.value), escape(key.summary)]);
    Ok(rows_of(&["key", "example", "what it says"], rows))
}

/// The options that can be set for all runs.
fn settings() -> Result<String> {
    let mut tree = program::tree();
    tree.build();
    let search = tree.find_subcommand("search");
    let rows = config::KEYS.iter().map(|key| {
        let option = key.replace('_', "-");
        let arg = search.and_then(|search| search.get_arguments().find(|arg| arg.get_long() == Some(&option)));
        let help = arg.and_then(|arg| arg.get_help()).map(ToString::to_string).unwrap_or_default();
        vec![span(key), span(&format!("SPELEO_{}", key.to_uppercase())), escape(&help)]
    });
    Ok(rows_of(&["key", "variable", "what it says"], rows))
}

fn output_formats() -> Result<String> {
    let rows = Format::value_variants().iter().filter_map(|format| {
        let value = format.to_possible_value()?;
        let endings: Vec<String> = format.endings().iter().map(|ending| span(&format!(".{ending}"))).collect();
        let help = value.get_help().map(ToString::to_string).unwrap_or_default();
        Some(vec![span(value.get_name()), endings.join(" "), escape(&help)])
    });
    Ok(rows_of(&["format", "endings of `--out`", "what it is"], rows))
}

fn exit_statuses() -> Result<String> {
    let rows = Exit::ALL.iter().map(|(exit, meaning)| vec![(*exit as u8).to_string(), escape(meaning)]);
    Ok(rows_of(&["status", "meaning"], rows))
}

fn time_ranges() -> Result<String> {
    let presets = builtin::source_types().time_presets;
    let rows = presets.values().map(|preset| {
        let bound = |text: &Option<String>| text.as_deref().map(span).unwrap_or_default();
        vec![escape(&preset.label), bound(&preset.earliest), bound(&preset.latest)]
    });
    Ok(rows_of(&["name", "earliest", "latest"], rows))
}

fn splunk_limits() -> Result<String> {
    let rows = limits::ALL
        .iter()
        .map(|(_, stanza, key, value)| vec![span(&format!("[{stanza}] {key}")), crate::quantity::thousands(*value)]);
    Ok(rows_of(&["setting of limits.conf", "what Splunk ships"], rows))
}

/// The commands of the shell.
fn meta_commands() -> Result<String> {
    let rows = repl::META.iter().map(|spec| vec![span(&format!(":{}", spec.usage)), escape(&sentence(spec.summary))]);
    Ok(rows_of(&["command", "what it does"], rows))
}
