//! The names of a world: indexes, lookups, macros, data models and what else searches name.

use speleo_engine::Engine;
use speleo_knowledge::{TimePreset, props::Scope};

/// A name with a line about it.
pub(crate) type Named = (String, String);

/// Lines about things are cut to this many characters.
const DETAIL: usize = 80;

/// The names of a world, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalog {
    /// Indexes.
    pub(crate) indexes: Vec<String>,
    /// Lookup files and definitions.
    pub(crate) lookups: Vec<String>,
    /// Macros as they are called, `errors(host)`, with their definitions.
    pub(crate) macros: Vec<Named>,
    /// Data models, and their objects as `Model.Object`, with what they are about.
    pub(crate) models: Vec<Named>,
    /// The fields of each model as `tstats` names them.
    model_fields: Vec<(String, Vec<String>)>,
    /// Source types that conf files name, the built-in ones included.
    pub(crate) source_types: Vec<String>,
    /// Saved searches with their titles.
    pub(crate) saved_searches: Vec<Named>,
    /// Event types with their searches.
    pub(crate) event_types: Vec<Named>,
    /// Tags.
    pub(crate) tags: Vec<String>,
    /// Named time ranges.
    pub(crate) presets: Vec<TimePreset>,
}

impl Catalog {
    /// The names in an engine's world.
    pub(crate) fn new(engine: &Engine) -> Self {
        let knowledge = engine.knowledge();
        let mut macros: Vec<Named> = knowledge
            .macros
            .values()
            .map(|one| {
                let arguments = if one.args.is_empty() { String::new() } else { format!("({})", one.args.join(", ")) };
                (format!("{}{arguments}", one.name), line(&one.definition))
            })
            .collect();
        macros.sort_unstable();
        let mut models = Vec::new();
        let mut model_fields = Vec::new();
        for name in knowledge.data_model_names() {
            let Some(model) = knowledge.data_model(name) else { continue };
            models.push((
                name.to_owned(),
                line(if model.description.is_empty() { &model.title } else { &model.description }),
            ));
            for object in &model.objects {
                models.push((format!("{name}.{}", object.name), line(&object.title)));
                let fields = model.fields(&object.name).into_iter().map(|field| model.full_name(field));
                model_fields.push((format!("{name}.{}", object.name), fields.collect()));
            }
        }
        let stanzas = knowledge.props.stanzas().iter().chain(knowledge.index_time.props.stanzas());
        let is_type = |scope: Scope| matches!(scope, Scope::Sourcetype);
        let types = stanzas.filter(|stanza| is_type(stanza.scope) && stanza.pattern.is_literal());
        let saved = knowledge.saved_searches.values();
        Self {
            indexes: sorted(engine.index_names()),
            lookups: sorted(engine.lookup_names()),
            macros,
            models,
            model_fields,
            source_types: sorted(types.map(|stanza| stanza.pattern.text().to_owned()).collect()),
            saved_searches: saved
                .map(|one| (one.name.clone(), line(one.title.as_deref().unwrap_or(&one.search))))
                .collect(),
            event_types: knowledge.event_types.values().map(|one| (one.name.clone(), line(&one.search))).collect(),
            tags: sorted(knowledge.tags.values().flatten().cloned().collect()),
            presets: knowledge.time_presets.values().cloned().collect(),
        }
    }

    /// The fields of a data model, `Model` or `Model.Object`, as `tstats` names them.
    pub(crate) fn model_fields(&self, name: &str) -> Vec<String> {
        let is_of = |owner: &str| owner == name || owner.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let of = self.model_fields.iter().filter(|(owner, _)| is_of(owner));
        sorted(of.flat_map(|(_, fields)| fields.clone()).collect())
    }
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort_unstable();
    names.dedup();
    names
}

/// The beginning of a text as one line.
fn line(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        if line.chars().count() + word.chars().count() >= DETAIL {
            line.push('…');
            break;
        }
        line.push(' ');
        line.push_str(word);
    }
    if line.chars().count() > DETAIL { line.chars().take(DETAIL).chain(['…']).collect() } else { line }
}
