//! What is wrong in a file: the check of each search, and lines of conf files that say nothing.
//!
//! A check takes place beside the conversation. It ends as `speleo check` would, with places in the file.

use lsp_types::{DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Uri};
use speleo_knowledge::{Conf, Problem, SavedSearch, macros, saved_search};
use speleo_syntax::{Code, Diagnostic, Severity, Span};

use super::{
    document::Document,
    region::{FileKind, Region},
    snapshot::Snapshot,
    world::World,
};
use crate::session;

/// Checks all of a file. Blocks.
pub(super) fn check(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let world = snapshot.world();
    let mut found: Vec<Diagnostic> = world.problems.iter().map(|problem| project(problem, &world)).collect();
    found.extend(conf(snapshot));
    let Some(engine) = &world.engine else { return found };
    if !snapshot.kind.holds_searches() {
        return found;
    }
    for region in snapshot.regions() {
        if snapshot.kind == FileKind::Golden && expects_error(&snapshot.document, &region) {
            continue;
        }
        // As `speleo check` does: a file's own values stand for its tokens.
        let region = match snapshot.kind {
            FileKind::Query => region.filled(&snapshot.query().defaulted()),
            _ => region,
        };
        let checked = snapshot.runtime.block_on(session::check(engine, &region.text));
        let mut diagnostics = checked.diagnostics;
        if snapshot.kind == FileKind::Golden {
            // A case brings macros and lookups of its own.
            diagnostics
                .retain(|diagnostic| !diagnostic.code.text().get(1..).is_some_and(|number| number.starts_with("02")));
        }
        found.extend(diagnostics.into_iter().map(|diagnostic| outside(diagnostic, &region)));
    }
    found
}

/// The same diagnostic with places in the file.
fn outside(mut diagnostic: Diagnostic, region: &Region) -> Diagnostic {
    for label in &mut diagnostic.labels {
        label.span = region.span_outside(label.span);
    }
    for help in &mut diagnostic.help {
        if let Some(edit) = &mut help.edit {
            edit.span = region.span_outside(edit.span);
        }
    }
    diagnostic
}

/// A problem of the project, told at the top of each file that needs it.
fn project(problem: &Diagnostic, world: &World) -> Diagnostic {
    let folder = world.folder.as_ref().map_or_else(String::new, |folder| format!(" in {}", folder.display()));
    let message = format!("the project{folder} cannot be used: {}", problem.message);
    Diagnostic::new(problem.code, Span::new(0, 0), message)
}

/// Whether a golden case says that its search fails.
fn expects_error(document: &Document, region: &Region) -> bool {
    let rest = document.text.get(region.outside(0)..).unwrap_or_default();
    let case = rest.split("\n===").next().unwrap_or_default();
    case.lines().any(|line| line.trim_end() == "--- error")
}

/// What conf files and the comments of query files say wrongly.
fn conf(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let text = snapshot.document.text.as_str();
    let read = || Conf::parse(text);
    let mut problems: Vec<Problem> = match snapshot.kind {
        FileKind::Query => SavedSearch::of_file("", text, Some(&snapshot.path)).1,
        FileKind::Golden => Vec::new(),
        FileKind::Conf | FileKind::Macros | FileKind::SavedSearches => read().1,
    };
    match snapshot.kind {
        FileKind::Macros => problems.extend(macros::from_conf(&read().0).1),
        FileKind::SavedSearches => problems.extend(saved_search::from_conf(&read().0).1),
        _ => {}
    }
    problems.into_iter().map(|problem| of_line(&snapshot.document, problem)).collect()
}

fn of_line(document: &Document, problem: Problem) -> Diagnostic {
    let line = problem.line.saturating_sub(1);
    let start = document.line_start(line);
    let span = Span::new(start, start + document.line(line).len());
    Diagnostic { severity: Severity::Warning, ..Diagnostic::new(Code::Knowledge, span, problem.message) }
}

/// A diagnostic as clients know them.
pub(super) fn shown(diagnostic: &Diagnostic, document: &Document, uri: &Uri) -> lsp_types::Diagnostic {
    let range = |span: Span| document.range(span);
    let mut message = diagnostic.message.clone();
    if let Some(first) = diagnostic.labels.first().filter(|label| !label.text.is_empty()) {
        message = format!("{message}: {}", first.text);
    }
    for help in &diagnostic.help {
        message = format!("{message}\nhelp: {}", help.text);
    }
    let related = |label: &speleo_syntax::Label| DiagnosticRelatedInformation {
        location: Location { uri: uri.clone(), range: range(label.span) },
        message: if label.text.is_empty() { "also here".to_owned() } else { label.text.clone() },
    };
    let related: Vec<_> = diagnostic.labels.iter().skip(1).map(related).collect();
    lsp_types::Diagnostic {
        range: range(diagnostic.span().unwrap_or_default()),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
            Severity::Note => DiagnosticSeverity::Information,
        }),
        code: Some(lsp_types::Code::String(diagnostic.code.text().to_owned())),
        source: Some("speleo".to_owned()),
        message: Message::String(message),
        related_information: Some(related).filter(|related| !related.is_empty()),
        ..lsp_types::Diagnostic::default()
    }
}
