//! The project: whether it opens, what of it was left out, and whether its files are there.

use speleo_engine::{Engine, Settings};
use speleo_syntax::{Diagnostic, Severity};

use super::Finding;
use crate::diagnostic::headline;

/// So many definitions that were left out are shown.
const MOST_WARNINGS: usize = 10;

/// What the project is like, and the places of its indexes.
pub(super) async fn findings(settings: Settings) -> (Vec<Finding>, Vec<String>) {
    let mut findings = vec![match &settings.project {
        Some(folder) => Finding::ok("project", folder.join("speleo.toml").display().to_string()),
        None => Finding::ok("project", "none at or above this folder"),
    }];
    let resolved = match speleo_engine::resolve_settings(settings.clone()) {
        Ok(resolved) => resolved,
        Err(diagnostic) => {
            findings.push(broken(&diagnostic));
            return (findings, Vec::new());
        }
    };
    let places = resolved.indexes.iter().map(|index| index.path.clone()).collect();
    let engine = match Engine::open(settings).await {
        Ok(engine) => engine,
        Err(diagnostics) => {
            findings.extend(diagnostics.iter().map(broken));
            return (findings, places);
        }
    };
    findings.extend(knowledge(engine.warnings()));
    findings.extend(lookups(&engine));
    for name in engine.index_names() {
        findings.push(index(&engine, &name).await);
    }
    (findings, places)
}

fn broken(diagnostic: &Diagnostic) -> Finding {
    let advice = format!("no search runs until this is mended; `speleo explain {}` tells more", diagnostic.code.text());
    Finding::problem("project", headline(diagnostic), advice)
}

/// What was left out; of very much, the first.
fn knowledge(warnings: &[Diagnostic]) -> Vec<Finding> {
    let mut findings: Vec<_> = warnings.iter().take(MOST_WARNINGS).map(left_out).collect();
    if let Some(more) = warnings.len().checked_sub(MOST_WARNINGS).filter(|more| *more > 0) {
        findings.push(Finding::warning(
            "knowledge",
            format!("{more} more like these"),
            "`speleo conf check` tells all",
        ));
    }
    findings
}

/// Definitions whose file is in no folder of lookups.
fn lookups(engine: &Engine) -> Vec<Finding> {
    const TOPIC: &str = "lookups";
    let names = engine.lookup_names();
    let of_files = engine.knowledge().lookups.values().filter(|one| one.collection.is_none() && one.program.is_none());
    let missing = of_files.filter(|one| !one.filename.is_empty() && !names.contains(&one.filename));
    let mut findings: Vec<_> = missing
        .map(|one| {
            let text = format!("the file `{}` of the lookup `{}` is in no folder of lookups", one.filename, one.name);
            Finding::warning(TOPIC, text, "put it there, or name its folder with `lookups` in speleo.toml")
        })
        .collect();
    if findings.is_empty() && !names.is_empty() {
        findings.push(Finding::ok(TOPIC, format!("{} files and definitions", names.len())));
    }
    findings
}

/// The searches that do not need it run all the same.
fn left_out(diagnostic: &Diagnostic) -> Finding {
    let advice = diagnostic.help.first().map_or_else(
        || format!("`speleo explain {}` tells more, `speleo conf check` finds all of them", diagnostic.code.text()),
        |help| help.text.clone(),
    );
    let text = headline(diagnostic);
    if diagnostic.severity == Severity::Error {
        Finding::problem("knowledge", text, advice)
    } else {
        Finding::warning("knowledge", text, advice)
    }
}

async fn index(engine: &Engine, name: &str) -> Finding {
    const TOPIC: &str = "index";
    match engine.files(name).await.map(|files| files.len()) {
        Ok(0) => Finding::warning(TOPIC, format!("{name}: no files"), "searches find no events in it"),
        Ok(1) => Finding::ok(TOPIC, format!("{name}: 1 file")),
        Ok(count) => Finding::ok(TOPIC, format!("{name}: {count} files")),
        Err(diagnostic) => Finding::problem(
            TOPIC,
            format!("{name}: {}", diagnostic.message),
            "searches that name it fail; `[indexes]` in speleo.toml says where its files are",
        ),
    }
}
