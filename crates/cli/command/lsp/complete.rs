//! What may stand at the cursor. `| sta` offers `stats`.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionList, CompletionParams, TextEdit};
use speleo_engine::Engine;
use speleo_syntax::Span;

use super::{
    snapshot::Snapshot,
    stage::Pipeline,
    target::{aggregates, within_eval},
};
use crate::command::help;

/// Something to write.
struct Suggestion {
    text: String,
    detail: String,
    kind: CompletionItemKind,
}

/// The names that fit, with the word before the cursor as what they take the place of.
pub(super) fn complete(snapshot: &Snapshot, params: &CompletionParams) -> Option<CompletionList> {
    let document = &snapshot.document;
    let offset = document.offset(params.text_document_position_params.position);
    let (region, inside) = snapshot.region(offset)?;
    let before = region.text.get(..inside)?;
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ':');
    let start = before.trim_end_matches(is_part).len();
    let word = before.get(start..)?.to_lowercase();
    let world = snapshot.world();
    let mut suggestions = suggestions(&Pipeline::of(&region.text), start, world.engine.as_ref());
    suggestions.retain(|suggestion| suggestion.text.to_lowercase().starts_with(&word));
    suggestions.sort_by(|one, other| one.text.cmp(&other.text));
    suggestions.dedup_by(|one, other| one.text == other.text);
    let range = document.range(region.span_outside(Span::new(start, inside)));
    let item = |suggestion: Suggestion| CompletionItem {
        label: suggestion.text.clone(),
        kind: Some(suggestion.kind),
        detail: Some(suggestion.detail),
        filter_text: Some(suggestion.text.clone()),
        text_edit: Some(TextEdit { range, new_text: suggestion.text }.into()),
        ..CompletionItem::default()
    };
    Some(CompletionList { items: suggestions.into_iter().map(item).collect(), ..CompletionList::default() })
}

fn suggestions(pipeline: &Pipeline, start: usize, engine: Option<&Engine>) -> Vec<Suggestion> {
    let before = pipeline.text.get(..start).unwrap_or_default();
    let names = |names: Vec<String>, detail: &str, kind: CompletionItemKind| {
        names.into_iter().map(|text| Suggestion { text, detail: detail.to_owned(), kind }).collect::<Vec<_>>()
    };
    let trimmed = before.trim_end();
    if trimmed.ends_with(['|', '[']) {
        let commands = help::commands().filter(|spec| help::can_run(spec));
        let all = commands.flat_map(|spec| spec.names.iter().map(move |name| (*name, spec.summary)));
        return all.map(|(name, summary)| suggestion(name, summary, CompletionItemKind::Keyword)).collect();
    }
    let last = before.rsplit(|c: char| c.is_whitespace() || c == '|').next().unwrap_or_default();
    if let Some(engine) = engine {
        match last.to_ascii_lowercase().as_str() {
            "index=" => return names(engine.index_names(), "index", CompletionItemKind::Folder),
            "datamodel=" => {
                let models = engine.knowledge().data_model_names().into_iter().map(str::to_owned).collect();
                return names(models, "data model", CompletionItemKind::Struct);
            }
            _ if before.ends_with('`') => {
                let macros = engine.knowledge().macros.values();
                return macros
                    .map(|found| Suggestion {
                        text: found.name.clone(),
                        detail: found.definition.clone(),
                        kind: CompletionItemKind::Constant,
                    })
                    .collect();
            }
            _ => {}
        }
    }
    let Some(stage) = pipeline.stage(start) else { return Vec::new() };
    let mut found = Vec::new();
    let command = stage.spec.map_or("", |spec| spec.name());
    if let Some(engine) = engine.filter(|_| ["lookup", "inputlookup", "outputlookup"].contains(&command)) {
        found.extend(names(engine.lookup_names(), "lookup", CompletionItemKind::File));
    }
    if let Some(spec) = stage.spec {
        let options = spec.options.iter().map(|name| format!("{name}=")).collect();
        found.extend(names(options, "option", CompletionItemKind::Property));
    }
    let within = within_eval(pipeline, stage, start);
    if aggregates(stage) && !within {
        let all = help::aggregates().flat_map(|spec| spec.names.iter().map(move |name| (*name, spec.usage)));
        found.extend(all.map(|(name, usage)| suggestion(name, usage, CompletionItemKind::Function)));
    } else if within || ["eval", "where", "fieldformat"].contains(&command) {
        let all = help::functions().flat_map(|spec| spec.names.iter().map(move |name| (*name, spec.usage)));
        found.extend(all.map(|(name, usage)| suggestion(name, usage, CompletionItemKind::Function)));
    }
    found
}

fn suggestion(text: &str, detail: &str, kind: CompletionItemKind) -> Suggestion {
    Suggestion { text: text.to_owned(), detail: detail.to_owned(), kind }
}
