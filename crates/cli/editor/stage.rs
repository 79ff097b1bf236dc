//! The fields that the rows at hand have, found out beside the typing: `index=web | stats count by host | ▮` has `count` and `host`.
//!
//! A stage is the pipeline up to the command at the cursor. It runs over the first rows of its sources, in a task of its own and for
//! a short while, and is remembered by its text. Nobody waits for it but the key that asks for fields, and that for a moment.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use speleo_engine::Engine;
use speleo_syntax::{TokenKind, tokens};
use tokio::{runtime::Handle, task::AbortHandle};

use super::sample::Sample;
use crate::session::aside;

/// The rows of each source that are looked at.
const ROWS: usize = 2_000;
/// How long a stage may run.
const PATIENCE: Duration = Duration::from_secs(3);
/// An index of more columns is wide: planning over all of them takes seconds.
const WIDE: usize = 1_000;
/// Stages that are remembered.
const MOST: usize = 200;

/// The stages that were looked at.
pub(crate) struct Stages {
    engine: Engine,
    runtime: Handle,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    known: Mutex<Known>,
    changed: Condvar,
}

#[derive(Default)]
struct Known {
    samples: HashMap<String, Arc<Sample>>,
    /// What was asked for and has no answer: it is under way, or has none.
    asked: HashSet<String>,
    /// What runs for the stage that was wanted last.
    running: Option<(String, AbortHandle)>,
}

impl State {
    /// Adds what was found out, for whoever waits for it.
    fn add(&self, text: &str, sample: Sample) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.samples.insert(text.to_owned(), Arc::new(sample));
        known.asked.remove(text);
        drop(known);
        self.changed.notify_all();
    }
}

impl Stages {
    /// Nothing is known yet.
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, runtime: Handle::current(), state: Arc::default() }
    }

    /// Begins to look at a stage and at the indexes that a text names.
    pub(crate) fn want(&self, stage: &str, text: &str) {
        for index in indexes(text) {
            self.start_index(index);
        }
        let stage = stage.trim();
        if !stage.is_empty() {
            self.start(stage, true);
        }
    }

    /// Looks at an index, if nobody did: its columns at once, then the values of some events, where that does not take long.
    fn start_index(&self, index: &str) {
        let text = index_text(index);
        let mut known = self.state.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.samples.contains_key(&text) || !known.asked.insert(text.clone()) {
            return;
        }
        drop(known);
        let (engine, state, index) = (self.engine.clone(), Arc::clone(&self.state), index.to_owned());
        self.runtime.spawn(async move {
            let columns = engine.field_names(&index).await.unwrap_or_default();
            let is_wide = columns.len() > WIDE;
            state.add(&text, Sample::named(columns));
            if is_wide {
                return;
            }
            let looking = aside().spawn(async move {
                let sample = tokio::time::timeout(PATIENCE, engine.sample(&text, ROWS)).await.ok().flatten();
                if let Some(answer) = sample {
                    state.add(&text, Sample::of(&answer));
                }
            });
            // What it finds, it tells by itself.
            drop(looking);
        });
    }

    /// What is known of a stage, after a wait up to an instant where it is under way.
    pub(crate) fn get(&self, stage: &str, until: Instant) -> Option<Arc<Sample>> {
        let stage = stage.trim();
        self.start(stage, true);
        self.wait(stage, until)
    }

    fn wait(&self, stage: &str, until: Instant) -> Option<Arc<Sample>> {
        let patience = until.saturating_duration_since(Instant::now());
        let known = self.state.known.lock().unwrap_or_else(PoisonError::into_inner);
        let is_awaited = |known: &mut Known| known.asked.contains(stage) && !known.samples.contains_key(stage);
        let waited = self.state.changed.wait_timeout_while(known, patience, is_awaited);
        let (known, _) = waited.unwrap_or_else(PoisonError::into_inner);
        known.samples.get(stage).cloned()
    }

    /// What is known of the indexes that a text names.
    pub(crate) fn indexes(&self, text: &str, until: Instant) -> Vec<Arc<Sample>> {
        let look = |index: &str| {
            self.start_index(index);
            self.wait(&index_text(index), until)
        };
        indexes(text).into_iter().filter_map(look).collect()
    }

    /// What is known of a table of lookups.
    pub(crate) fn lookup(&self, name: &str, until: Instant) -> Option<Arc<Sample>> {
        self.get(&format!("| inputlookup \"{}\"", name.replace(['"', '\\'], "")), until)
    }

    /// Looks at a stage, if nobody did. Of stages that are being typed only the last one matters.
    fn start(&self, stage: &str, is_typed: bool) {
        let mut known = self.state.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.samples.contains_key(stage) || !known.asked.insert(stage.to_owned()) {
            return;
        }
        if known.samples.len() > MOST {
            known.samples.clear();
        }
        let (engine, state, text) = (self.engine.clone(), Arc::clone(&self.state), stage.to_owned());
        // Planning over many columns takes its time, and a thread: not one that finds out names.
        let task = aside().spawn(async move {
            let sample = tokio::time::timeout(PATIENCE, engine.sample(&text, ROWS)).await.ok().flatten();
            if let Some(answer) = sample {
                return state.add(&text, Sample::of(&answer));
            }
            // Asked again after a while: a mistake may be mended, an index made.
            let mut known = state.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.asked.len() > MOST {
                known.asked.clear();
            }
            drop(known);
            state.changed.notify_all();
        });
        if is_typed {
            let before = known.running.replace((stage.to_owned(), task.abort_handle()));
            if let Some((text, task)) = before.filter(|(_, task)| !task.is_finished()) {
                task.abort();
                known.asked.remove(&text);
            }
        }
    }
}

/// The search for all fields of an index.
fn index_text(index: &str) -> String {
    format!("index=\"{}\" | table *", index.replace(['"', '\\'], ""))
}

/// The indexes that a text names, patterns left out; the word at the end counts, it may be whole.
fn indexes(text: &str) -> Vec<&str> {
    let all = tokens(text);
    let of = |place: usize| all.get(place).and_then(|token| text.get(token.span.range())).unwrap_or_default();
    let mut found = Vec::new();
    for (place, token) in all.iter().enumerate() {
        let names = token.kind == TokenKind::Field && of(place).eq_ignore_ascii_case("index") && of(place + 1) == "=";
        let name = of(place + 2).trim_matches('"');
        let is_plain = !name.is_empty() && !name.contains(['*', '|', '(', '$', '`']);
        if names && is_plain && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::indexes;

    #[test]
    fn indexes_are_found_where_they_are_named() {
        assert_eq!(indexes("index=web OR index=\"a b\" index=x* | where index=\"web\""), ["web", "a b"]);
        assert_eq!(indexes("index= | x"), [""; 0]);
    }
}
