//! What may stand at the cursor, as the shell offers it. `| sta` offers `stats`.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionList, CompletionParams, TextEdit};
use speleo_syntax::Span;

use super::snapshot::Snapshot;
use crate::editor::SuggestionKind;

/// The most names: a client asks again with each letter.
const MOST: usize = 500;

/// What fits, in the shell's order.
pub(super) fn complete(snapshot: &Snapshot, params: &CompletionParams) -> Option<CompletionList> {
    let document = &snapshot.document;
    let offset = document.offset(params.text_document_position_params.position);
    let (region, inside) = snapshot.region(offset)?;
    let world = snapshot.world();
    let completion = world.editor.as_ref()?.complete(&region.text, inside);
    let range = document.range(region.span_outside(Span::new(completion.start, inside)));
    let items = completion.suggestions.into_iter().take(MOST).enumerate().map(|(place, suggestion)| CompletionItem {
        label: suggestion.label,
        kind: Some(kind(suggestion.kind)),
        detail: match suggestion.usage {
            Some(usage) => Some(format!("{usage}: {}", suggestion.detail)),
            None => Some(suggestion.detail).filter(|detail| !detail.is_empty()),
        },
        // Clients sort by text.
        sort_text: Some(format!("{place:04}")),
        filter_text: Some(suggestion.text.clone()),
        text_edit: Some(TextEdit { range, new_text: suggestion.text }.into()),
        ..CompletionItem::default()
    });
    // Fields of the stage at hand are looked up meanwhile, and are there when the client asks again.
    Some(CompletionList { is_incomplete: true, items: items.collect(), ..CompletionList::default() })
}

fn kind(kind: SuggestionKind) -> CompletionItemKind {
    match kind {
        SuggestionKind::Value => CompletionItemKind::Value,
        SuggestionKind::Field => CompletionItemKind::Field,
        SuggestionKind::Option => CompletionItemKind::Property,
        SuggestionKind::Keyword => CompletionItemKind::Operator,
        SuggestionKind::Function => CompletionItemKind::Function,
        SuggestionKind::Command => CompletionItemKind::Keyword,
        SuggestionKind::Index => CompletionItemKind::Folder,
        SuggestionKind::SourceType => CompletionItemKind::EnumMember,
        SuggestionKind::Lookup => CompletionItemKind::File,
        SuggestionKind::Macro => CompletionItemKind::Constant,
        SuggestionKind::DataModel => CompletionItemKind::Struct,
        SuggestionKind::SavedSearch => CompletionItemKind::Reference,
    }
}
