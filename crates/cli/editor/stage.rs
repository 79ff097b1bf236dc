//! The fields that the rows at hand have, found out beside the typing: `index=web | stats count by host | ▮` has `count` and `host`.
//!
//! A stage is the pipeline up to the command at the cursor. It runs over the first rows of its sources, in a task of its own and for
//! a short while, and is remembered by its text. Nobody waits for it but the key that asks for fields, and that for a moment.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use speleo_engine::Engine;
use speleo_syntax::{TokenKind, tokens};
use tokio::{runtime::Handle, task::AbortHandle};

use super::{sample::Sample, spelling::escaped};
use crate::session::aside;

/// The rows of each source that are looked at.
const ROWS: usize = 2_000;
/// How long a stage may run.
const PATIENCE: Duration = Duration::from_secs(3);
/// An index of more columns is wide: planning over all of them takes seconds.
const WIDE: usize = 1_000;
/// Stages that are remembered.
const MOST: usize = 200;

/// The stages that were looked at. Cloning is cheap; a clone shares them.
#[derive(Clone)]
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
    /// What was looked at; none where it cannot be, as of a search with a mistake.
    samples: HashMap<String, Option<Arc<Sample>>>,
    /// What is being looked at.
    under_way: HashSet<String>,
    /// What runs for the stage that was wanted last.
    typed: Option<(String, AbortHandle)>,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes it on to look at something; false where somebody did.
    fn claim(&self, key: &str) -> bool {
        let mut known = self.lock();
        if known.samples.len() > MOST {
            known.samples.clear();
        }
        !known.samples.contains_key(key) && known.under_way.insert(key.to_owned())
    }

    /// Adds what was found out, for whoever waits for it.
    fn add(&self, key: &str, sample: Option<Sample>) {
        let mut known = self.lock();
        known.samples.insert(key.to_owned(), sample.map(Arc::new));
        known.under_way.remove(key);
        drop(known);
        self.changed.notify_all();
    }

    /// What is known, after a wait up to an instant where it is under way.
    fn wait(&self, key: &str, until: Instant) -> Option<Arc<Sample>> {
        let patience = until.saturating_duration_since(Instant::now());
        let is_awaited = |known: &mut Known| known.under_way.contains(key) && !known.samples.contains_key(key);
        let waited = self.changed.wait_timeout_while(self.lock(), patience, is_awaited);
        let (known, _) = waited.unwrap_or_else(PoisonError::into_inner);
        known.samples.get(key).cloned().flatten()
    }
}

impl Stages {
    /// Nothing is known yet.
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, runtime: Handle::current(), state: Arc::default() }
    }

    /// Begins to look at a stage and at the indexes that a text names.
    pub(crate) fn want(&self, stage: &str, text: &str) {
        indexes(text).into_iter().for_each(|index| self.look_at_index(index));
        self.look_at_stage(stage.trim());
    }

    /// What is known of a stage, after a wait up to an instant where it is under way.
    pub(crate) fn get(&self, stage: &str, until: Instant) -> Option<Arc<Sample>> {
        self.look_at_stage(stage.trim());
        self.state.wait(stage.trim(), until)
    }

    /// What is known of the indexes that a text names.
    pub(crate) fn indexes(&self, text: &str, until: Instant) -> Vec<Arc<Sample>> {
        let look = |index: &str| {
            self.look_at_index(index);
            self.state.wait(&index_text(index), until)
        };
        indexes(text).into_iter().filter_map(look).collect()
    }

    /// What is known of a table of lookups.
    pub(crate) fn lookup(&self, name: &str, until: Instant) -> Option<Arc<Sample>> {
        let key = format!("| inputlookup \"{}\"", escaped(name));
        if self.state.claim(&key) {
            self.sample(key.clone());
        }
        self.state.wait(&key, until)
    }

    /// Looks at an index: its columns at once, then the values of some events, where that does not take long.
    fn look_at_index(&self, index: &str) {
        let key = index_text(index);
        if !self.state.claim(&key) {
            return;
        }
        let (stages, index) = (self.clone(), index.to_owned());
        self.runtime.spawn(async move {
            let columns = stages.engine.field_names(&index).await.unwrap_or_default();
            let is_wide = columns.len() > WIDE;
            stages.state.add(&key, Some(Sample::named(columns)));
            if !is_wide {
                stages.sample(key);
            }
        });
    }

    /// Looks at a stage. Of stages that are being typed only the last one matters.
    fn look_at_stage(&self, stage: &str) {
        if stage.is_empty() || !self.state.claim(stage) {
            return;
        }
        let task = self.sample(stage.to_owned());
        let mut known = self.state.lock();
        let before = known.typed.replace((stage.to_owned(), task));
        if let Some((key, task)) = before.filter(|(_, task)| !task.is_finished()) {
            task.abort();
            known.under_way.remove(&key);
        }
    }

    /// Runs a search over its first rows. Planning over many columns takes its time, and a thread: not one that finds out names.
    fn sample(&self, key: String) -> AbortHandle {
        let (engine, state) = (self.engine.clone(), Arc::clone(&self.state));
        let task = aside().spawn(async move {
            let sample = tokio::time::timeout(PATIENCE, engine.sample(&key, ROWS)).await.ok().and_then(Result::ok);
            let sample = sample.as_ref().map(Sample::of);
            // What names a column by itself is better than nothing.
            let has_names = || state.lock().samples.contains_key(&key);
            if sample.is_some() || !has_names() {
                state.add(&key, sample);
            }
        });
        task.abort_handle()
    }
}

/// The search for all fields of an index.
fn index_text(index: &str) -> String {
    format!("index=\"{}\" | table *", escaped(index))
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
