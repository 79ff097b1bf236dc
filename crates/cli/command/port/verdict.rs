//! What planning says of a search: what it needs, what there is to note. ``needs macro `sysmon` ``

use std::collections::{BTreeMap, BTreeSet};

use speleo_engine::{Checked, Engine, Thing};
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
    pub(super) fn new(found: &Found, text: &str, checked: &Checked, engine: &Engine) -> Self {
        let mut verdict = Self { notes: found.notes.clone(), ..Self::default() };
        if let Some(name) = &found.missing_saved {
            // Planning would take the panel for it where both have one name.
            verdict.needs.insert(Need { kind: "saved search", name: name.clone() });
            return verdict;
        }
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
        let names = &checked.names;
        // Where only the file of a definition is missing, the file is what brings it to run.
        let file = |name: &String| knowledge.lookups.get(name).map_or(name, |definition| &definition.filename).clone();
        verdict.written = names.written_lookups.iter().map(file).collect();
        let mut add = |kind: &'static str, name: &str| {
            verdict.needs.insert(Need { kind, name: name.to_owned() });
        };
        names.missing_lookups.iter().for_each(|name| add("lookup", &file(name)));
        for (thing, name) in &names.missing {
            match thing {
                Thing::DataModel => add("data model", name),
                Thing::SavedSearch => add("saved search", name),
                Thing::TransactionType => add("transaction type", name),
                Thing::Index | Thing::SourceType => {}
            }
        }
        found.missing_base.iter().for_each(|name| add("base search", name));
        let key = |name: &str| found.keys.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
        for problem in engine.time_problems(key("earliest"), key("latest")) {
            add("correction", &problem.message);
        }
        let is_name = |name: &&String| !name.contains(['*', '$']);
        verdict.indexes = names.indexes.iter().filter(is_name).cloned().collect();
        for name in names.source_types.iter().filter(is_name) {
            if !knowledge.props.stanzas().iter().any(|stanza| stanza.matches(None, None, Some(name))) {
                verdict.note(format!("no props know the source type `{name}`"));
                verdict.source_types.insert(name.clone());
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
        Code::ScriptedLookup => "scripted lookup",
        Code::UnsupportedForm => "form",
        _ => "correction",
    };
    // What is missing is told by its name, what is wrong in words.
    let name = diagnostic.name.as_ref().unwrap_or(&diagnostic.message);
    Need { kind, name: name.clone() }
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
    let own = found.text.trim();
    let comment = text.len().saturating_sub(own.len() + 1);
    found.place.within(own, start.saturating_sub(comment))
}
