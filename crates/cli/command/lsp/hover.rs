//! What a name means, beside the cursor: pages of commands and functions, definitions, instants. `earliest=-1d@d` is
//! `2026-11-25 00:00:00 UTC`.
//!
//! All of it comes from the tables and the project's definitions, as in `speleo help` and `speleo explain`.

use std::{fmt::Write, path::Path};

use chrono::{TimeZone, Utc};
use lsp_types::{Hover, HoverParams, MarkupContent, MarkupKind};
use speleo_engine::Engine;
use speleo_functions::{AggregateSpec, EvalSpec};
use speleo_knowledge::{Knowledge, Macro};
use speleo_syntax::{CommandSpec, Diagnostic};

use super::{
    snapshot::Snapshot,
    stage::Pipeline,
    target::{TargetKind, target},
};

/// The most fields or examples that are shown.
const MOST: usize = 30;

/// What there is to say about a place.
pub(super) fn hover(snapshot: &Snapshot, params: &HoverParams) -> Option<Hover> {
    let document = &snapshot.document;
    let offset = document.offset(params.text_document_position_params.position);
    let mut parts = Vec::new();
    let mut place = None;
    if let Some((region, inside)) = snapshot.region(offset)
        && let Some(found) = target(&Pipeline::of(&region.text), inside)
    {
        parts.extend(text(&found.kind, snapshot.world().engine.as_ref()));
        place = (!parts.is_empty()).then(|| document.range(region.span_outside(found.span)));
    }
    let touches = |diagnostic: &&Diagnostic| {
        diagnostic.span().is_some_and(|span| (span.range().start..=span.range().end).contains(&offset))
    };
    let mut told = Vec::new();
    for diagnostic in snapshot.diagnostics.iter().filter(touches) {
        if !told.contains(&diagnostic.code) {
            told.push(diagnostic.code);
            let page = diagnostic.code.page().lines().map(str::trim).collect::<Vec<_>>().join("\n");
            parts.push(format!("**{}**\n\n{}", diagnostic.code.text(), page.trim()));
        }
    }
    if parts.is_empty() {
        return None;
    }
    let contents = MarkupContent { kind: MarkupKind::Markdown, value: parts.join("\n\n---\n\n") };
    Some(Hover { contents: contents.into(), range: place })
}

fn text(kind: &TargetKind, engine: Option<&Engine>) -> Option<String> {
    let knowledge = || engine.map(Engine::knowledge);
    match kind {
        TargetKind::Command(spec) => Some(command(spec)),
        TargetKind::Function(spec) => Some(function(spec)),
        TargetKind::Aggregate(spec) => Some(aggregate(spec)),
        TargetKind::Choice(spec, name) => {
            Some(format!("**{name}**: option of `{}`\n\n{}", spec.name(), code(spec.usage)))
        }
        TargetKind::Macro(name, arguments) => Some(match knowledge()?.find_macro(name, *arguments) {
            Some(found) => macro_text(found, knowledge()?),
            None => format!("no macro `{}` is defined", speleo_knowledge::macros::key(name, *arguments)),
        }),
        TargetKind::Lookup(name) => Some(lookup(name, engine?)),
        TargetKind::DataModel(name) => data_model(name, knowledge()?),
        TargetKind::SavedSearch(name) => {
            let found = knowledge()?.find_saved_search(name)?;
            let title = found.title.as_deref().map_or_else(String::new, |title| format!("\n\n{title}"));
            Some(format!("**{}**: saved search{title}\n\n{}", found.name, code(&found.search)))
        }
        TargetKind::Index(name) => {
            let names = engine?.index_names();
            let known = names.iter().any(|known| known.eq_ignore_ascii_case(name));
            Some(match (known, name.contains('*')) {
                (true, _) => format!("**{name}**: index of this project"),
                (false, true) => format!("**{name}**: indexes by a pattern, of {}", list(&names)),
                (false, false) => format!("no index `{name}` in this project; there are {}", list(&names)),
            })
        }
        TargetKind::Time(name, text) => Some(time(name, text, engine?)),
    }
}

fn command(spec: &CommandSpec) -> String {
    let mut text = format!("**{}**: command\n\n{}\n\n", spec.name(), spec.summary);
    if spec.usage.is_empty() {
        text.push_str("Read, but it cannot run here.");
        return text;
    }
    text.push_str(&code(spec.usage));
    differences(spec.differs, &mut text);
    text
}

fn function(spec: &EvalSpec) -> String {
    let mut text = format!("**{}**: eval function\n\n{}\n\n{}", spec.name(), spec.summary, code(spec.usage));
    let _ = write!(text, "\n\n{} {}", spec.nulls, spec.several);
    for (expression, result) in spec.examples.iter().take(3) {
        let _ = write!(text, "\n\n`{expression}` → `{result}`");
    }
    differences(spec.differs, &mut text);
    text
}

fn aggregate(spec: &AggregateSpec) -> String {
    let mut text = format!("**{}**: stats function\n\n{}\n\n{}", spec.name(), spec.summary, code(spec.usage));
    let _ = write!(text, "\n\n{} {}", spec.nulls, spec.several);
    differences(spec.differs, &mut text);
    text
}

fn differences(differs: &[&str], text: &mut String) {
    if !differs.is_empty() {
        text.push_str("\n\nDifferences from Splunk:\n");
        for difference in differs {
            let _ = write!(text, "\n* {difference}");
        }
    }
}

fn macro_text(found: &Macro, knowledge: &Knowledge) -> String {
    let key = found.key();
    let arguments = if found.args.is_empty() { String::new() } else { format!(" ({})", found.args.join(", ")) };
    let kind = if found.is_eval { ", an eval expression whose result is the text" } else { "" };
    let mut text = format!("**{key}**: macro{arguments}{kind}\n\n{}", code(&found.definition));
    if let Some(validation) = &found.validation {
        let _ = write!(text, "\n\nits arguments: `{validation}`");
    }
    if let Some(place) = knowledge.origins.macros.get(&key)
        && let Some(file) = &place.file
    {
        let _ = write!(text, "\n\n{}:{}", file.display(), place.line);
    }
    text
}

fn lookup(name: &str, engine: &Engine) -> String {
    let definition = engine.knowledge().lookups.get(name);
    let file = engine.lookup_file(name);
    let mut text = format!("**{name}**: lookup");
    if let Some(definition) = definition {
        let _ = write!(text, ", defined over `{}`", definition.filename);
    }
    match &file {
        Some(file) => {
            let _ = write!(text, "\n\n{}", file.display());
            if let Some(columns) = columns(file) {
                let _ = write!(text, "\n\ncolumns: {columns}");
            }
        }
        None if engine.knowledge().lookup_program(name).is_some() => text.push_str("\n\nits rows come from a program"),
        None => {
            let _ = write!(text, "\n\nno such table; there are {}", list(&engine.lookup_names()));
        }
    }
    text
}

/// The header of a CSV file, which may be long: only its first line is read.
fn columns(file: &Path) -> Option<String> {
    if !file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        return None;
    }
    let header = csv::Reader::from_path(file).ok()?.headers().ok()?.clone();
    Some(list(&header.iter().map(str::to_owned).collect::<Vec<_>>()))
}

fn data_model(name: &str, knowledge: &Knowledge) -> Option<String> {
    let (model_name, object_name) = name.split_once('.').unwrap_or((name, ""));
    let Some(model) = knowledge.data_model(model_name) else {
        let names: Vec<String> = knowledge.data_model_names().into_iter().map(str::to_owned).collect();
        return Some(format!("no data model `{model_name}`; there are {}", list(&names)));
    };
    let mut text = format!("**{}**: data model\n\n{}", model.name, model.description);
    match model.objects.iter().find(|object| object.name == object_name) {
        Some(object) => {
            let _ = write!(text, "\n\n**{}** is a child of `{}`", object.name, object.parent);
            for constraint in &object.constraints {
                let _ = write!(text, "\n\n{}", code(constraint));
            }
        }
        None => {
            let names: Vec<String> = model.objects.iter().map(|object| object.name.clone()).collect();
            let _ = write!(text, "\n\nobjects: {}", list(&names));
        }
    }
    Some(text)
}

fn time(name: &str, text: &str, engine: &Engine) -> String {
    let zone = engine.timezone();
    match engine.instant(text) {
        Ok(instant) => match Utc.timestamp_micros(instant).single() {
            Some(time) => {
                let there = time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S %Z");
                format!("**{name}={text}** is {there} ({})", instant.div_euclid(1_000_000))
            }
            None => format!("`{text}` is beyond what can be shown"),
        },
        Err(message) => message,
    }
}

fn code(text: &str) -> String {
    // A text may hold comments, which are written like fences.
    format!("````spl\n{}\n````", text.trim())
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let mut text = names.iter().take(MOST).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > MOST {
        let _ = write!(text, " and {} more", names.len() - MOST);
    }
    text
}
