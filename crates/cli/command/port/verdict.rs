//! What planning says of a search: what it needs, what there is to note. ``needs macro `sysmon` ``

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;
use speleo_engine::{Checked, Engine, Settings};
use speleo_knowledge::Place;
use speleo_syntax::{Code, Diagnostic};

use super::{content::Found, report::Need, trap::Trap};

/// What became of a search.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict {
    pub(super) needs: BTreeSet<Need>,
    pub(super) notes: Vec<String>,
    pub(super) source_types: BTreeSet<String>,
    /// The indexes that it names.
    pub(super) indexes: BTreeSet<String>,
    /// The lookups that it writes.
    pub(super) written: Vec<String>,
    pub(super) traps: Vec<Trap>,
}

impl Verdict {
    /// Reads what a check of the query file found. `text` is the file's.
    pub(super) async fn new(found: &Found, text: &str, checked: &Checked, engine: &Engine) -> Self {
        let mut verdict = Self { notes: found.notes.clone(), ..Self::default() };
        for diagnostic in &checked.diagnostics {
            if diagnostic.is_error() {
                verdict.needs.insert(need(diagnostic));
            } else {
                verdict.note(diagnostic.message.clone());
            }
            if is_trap(text, diagnostic) {
                let place = place(found, text, diagnostic);
                verdict.traps.push(Trap { place, message: diagnostic.message.clone() });
            }
        }
        let knowledge = engine.knowledge();
        let mut add = |kind: &'static str, name: &str| {
            verdict.needs.insert(Need { kind, name: name.to_owned() });
        };
        for name in &checked.missing_lookups {
            // Where only the file of a definition is missing, the file is what brings it to run.
            add("lookup", knowledge.lookups.get(name).map_or(name, |definition| &definition.filename));
        }
        found.missing_saved.iter().for_each(|name| add("saved search", name));
        found.missing_base.iter().for_each(|name| add("base search", name));
        for model in names(&checked.expanded, &DATA_MODELS) {
            let model = model.split('.').next().unwrap_or(&model).to_owned();
            if knowledge.data_model(&model).is_none() {
                add("data model", &model);
            }
        }
        let file = |name: &String| knowledge.lookups.get(name).map_or(name, |definition| &definition.filename).clone();
        verdict.written = checked.written_lookups.iter().map(file).collect();
        if let Some(error) = wrong_time(found).await {
            add("correction", &error);
        }
        verdict.indexes = names(&checked.expanded, &INDEXES).into_iter().filter(|name| !name.contains('*')).collect();
        for name in names(&checked.expanded, &SOURCE_TYPES) {
            let is_known = knowledge.props.stanzas().iter().any(|stanza| stanza.matches(None, None, Some(&name)));
            if !is_known && !name.contains(['*', '$']) {
                verdict.note(format!("no props know the source type `{name}`"));
                verdict.source_types.insert(name);
            }
        }
        verdict
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Says of missing lookups which search makes them.
    pub(super) fn explain_missing(&mut self, writers: &BTreeMap<String, String>) {
        let missing: Vec<String> =
            self.needs.iter().filter(|need| need.kind == "lookup").map(|need| need.name.clone()).collect();
        for name in missing {
            if let Some(writer) = writers.get(&name) {
                self.note(format!("`{writer}` writes the lookup `{name}`: run it first"));
            }
        }
    }
}

static DATA_MODELS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)(?:\bdatamodel\s*[=:]\s*|\|\s*datamodel\s+)"?([\w.]+)"#).ok());
static INDEXES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"(?i)\bindex\s*=\s*"?([\w*-]+)"#).ok());
static SOURCE_TYPES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\bsourcetype\s*=\s*(?:"([^"]+)"|([^\s"()|,\]]+))"#).ok());

/// What the first group of a pattern takes, each once.
fn names(text: &str, pattern: &LazyLock<Option<Regex>>) -> BTreeSet<String> {
    let Some(pattern) = pattern.as_ref() else { return BTreeSet::new() };
    let group =
        |captures: regex::Captures<'_>| captures.iter().skip(1).flatten().next().map(|group| group.as_str().to_owned());
    pattern.captures_iter(text).filter_map(group).collect()
}

/// What an error asks for.
fn need(diagnostic: &Diagnostic) -> Need {
    let kind = match diagnostic.code {
        Code::UnknownMacro => "macro",
        Code::UnknownCommand | Code::UnsupportedCommand | Code::AppCommand => "command",
        Code::UnknownFunction | Code::UnsupportedFunction | Code::UnknownAggregate => "function",
        Code::UnknownLookup => "lookup",
        Code::UnknownDataModel => "data model",
        Code::UnknownSavedSearch => "saved search",
        Code::UnknownTransactionType => "transaction type",
        Code::UnsupportedForm => return Need { kind: "form", name: diagnostic.message.clone() },
        _ => return Need { kind: "correction", name: diagnostic.message.clone() },
    };
    // Messages quote the name first.
    let name = diagnostic.message.split('`').nth(1).unwrap_or(&diagnostic.message);
    Need { kind, name: name.to_owned() }
}

/// Whether a remark is one of the classic traps: a filter macro that nobody wrote, a field that a data model has not.
fn is_trap(text: &str, diagnostic: &Diagnostic) -> bool {
    let start = diagnostic.span().map_or(0, |span| span.range().start);
    let command = text.get(..start).and_then(|before| before.rsplit('|').next()).unwrap_or_default();
    match diagnostic.code {
        Code::FilterMacro => true,
        Code::UnknownField => command.trim_start().to_ascii_lowercase().starts_with("tstats"),
        _ => false,
    }
}

/// Where a diagnostic of the query file stands in what it was made from.
fn place(found: &Found, text: &str, diagnostic: &Diagnostic) -> Place {
    let start = diagnostic.span().map_or(0, |span| span.range().start);
    let lines = |text: &str| text.matches('\n').count();
    let comment = text.len().saturating_sub(found.text.trim().len() + 1);
    let before = text.get(comment..start).map_or(0, lines);
    Place { line: found.place.line + before, ..found.place.clone() }
}

/// Why the time range of a query file cannot be understood.
async fn wrong_time(found: &Found) -> Option<String> {
    let key = |name: &str| found.keys.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
    let (earliest, latest) = (key("earliest"), key("latest"));
    if earliest.is_none() && latest.is_none() {
        return None;
    }
    let error = Engine::open(Settings { earliest, latest, ..Settings::default() }).await.err()?;
    error.first().map(|diagnostic| diagnostic.message.clone())
}
