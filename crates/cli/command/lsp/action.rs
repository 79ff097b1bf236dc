//! What mends a search: the edits that diagnostics advise. `statz` offers: the nearest name is `stats`.

use std::collections::HashMap;

use lsp_types::{CodeAction, CodeActionKind, CodeActionParams, TextEdit, Uri, WorkspaceEdit};

use super::{check::shown, snapshot::Snapshot};

/// The edits of all diagnostics that touch the range.
pub(super) fn actions(snapshot: &Snapshot, params: &CodeActionParams) -> Vec<CodeAction> {
    let wanted = |kinds: &Vec<CodeActionKind>| {
        kinds.iter().any(|kind| matches!(kind, CodeActionKind::Empty | CodeActionKind::QuickFix))
    };
    if params.context.only.as_ref().is_some_and(|kinds| !wanted(kinds)) {
        return Vec::new();
    }
    let document = &snapshot.document;
    let asked = document.span(params.range);
    let uri = Uri(snapshot.uri.clone());
    let mut actions = Vec::new();
    for diagnostic in snapshot.diagnostics.iter() {
        let Some(span) = diagnostic.span().filter(|span| span.start <= asked.end && asked.start <= span.end) else {
            continue;
        };
        let edits = diagnostic.help.iter().filter_map(|help| Some((&help.text, help.edit.as_ref()?)));
        let count = edits.clone().count();
        for (text, edit) in edits {
            let change = TextEdit { range: document.range(edit.span), new_text: edit.text.clone() };
            let title = match document.text.get(span.range()) {
                Some(old) if edit.span == span && !old.is_empty() && !edit.text.is_empty() => {
                    format!("Replace `{old}` by `{}`: {text}", edit.text)
                }
                _ => format!("Mend: {text}"),
            };
            actions.push(CodeAction {
                title,
                kind: Some(CodeActionKind::QuickFix),
                diagnostics: Some(vec![shown(diagnostic, document, &uri)]),
                is_preferred: (count == 1).then_some(true),
                edit: Some(WorkspaceEdit {
                    changes: Some(HashMap::from([(uri.clone(), vec![change])])),
                    ..WorkspaceEdit::default()
                }),
                ..CodeAction::default()
            });
        }
    }
    actions
}
