//! The world of one search: answers what lowering asks, by running plans, or by saying what would be there.

use std::{
    collections::HashSet,
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::{
    datasource::provider_as_source,
    execution::memory_pool::MemoryReservation,
    logical_expr::{LogicalPlan, SortExpr},
};
use speleo_index::Progress;
use speleo_knowledge::{EventType, Knowledge};
use speleo_plan::{
    EventSearch, IndexEntry, IndexFile, LookupTable, Origin, PastSearch, Result, Rows, Source, Summary, Thing,
    TimeRange, World, Write,
};
use speleo_syntax::{Command, Diagnostic};

use crate::{
    accelerate::{self, Definitions, Opened},
    catalog::Catalog,
    clock::Clock,
    collect,
    engine::{Names, first_rows},
    event::Notes,
    event_searches::EventSearches,
    export,
    fault::Fault,
    history, ingest,
    lookup::Lookups,
    macros::MacroSource,
    progress::Progress as Ongoing,
    run::{self, Answered},
    session::SearchSession,
    source::{Index, Input, InputKey},
    trace::Trace,
};

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Runs and writes.
    Run,
    /// Steps have no rows and nothing is written: a rehearsal that finds what cannot be planned.
    Rehearse,
    /// Runs steps and writes nothing.
    Explain,
    /// Knows nothing of the data.
    Blind,
}

/// What a search sees.
pub(crate) struct EngineWorld<'a> {
    pub(crate) mode: Mode,
    pub(crate) session: &'a SearchSession,
    pub(crate) catalog: &'a Catalog,
    pub(crate) lookups: &'a Lookups,
    pub(crate) knowledge: &'a Arc<Knowledge>,
    pub(crate) event_searches: &'a EventSearches,
    /// The folders of the project and of its apps, later ones first in rank.
    pub(crate) homes: Vec<PathBuf>,
    pub(crate) geoip: String,
    pub(crate) history: Option<&'a Path>,
    pub(crate) splunk_limits: bool,
    pub(crate) clock: Clock,
    /// What a scheduled run marks its writes with, so that a second run of the same time does not repeat them.
    pub(crate) mark: Option<&'a Mark>,
    /// The folder of summaries; none where there is none.
    pub(crate) summaries: Option<&'a Path>,
    pub(crate) ignore_summaries_only: bool,
    /// What summaries are computed by.
    pub(crate) definitions: &'a OnceLock<Definitions>,
    /// The only files that are read, by their keys; none means all.
    pub(crate) only: Option<HashSet<InputKey>>,
    /// The rows of each source that steps see; none means all.
    pub(crate) sample: Option<usize>,
    /// The summaries that the search reads.
    pub(crate) opened: Mutex<Vec<Arc<Opened>>>,
    pub(crate) record: Record,
    /// How far it is.
    pub(crate) progress: Arc<Ongoing>,
    /// What steps and algorithms hold until the search ends.
    pub(crate) held: MemoryReservation,
}

/// Which run of which scheduled search writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// What tells the search from all others.
    pub(crate) search: String,
    /// The time that it runs for, in epoch seconds.
    pub(crate) time: i64,
}

/// What happened on the way.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// Which command made what, where the search is explained.
    pub(crate) trace: Option<Trace>,
    warnings: Mutex<Vec<Diagnostic>>,
    /// What comes up while indexes are read.
    notes: Mutex<Vec<Arc<Notes>>>,
    scanned: AtomicU64,
    /// How many times events were added to an index.
    collected: AtomicUsize,
    names: Mutex<Names>,
}

impl Record {
    /// Adds to the events read.
    pub(crate) fn scanned(&self, events: u64) {
        self.scanned.fetch_add(events, Ordering::Relaxed);
    }

    /// The events read.
    pub(crate) fn events(&self) -> u64 {
        self.scanned.load(Ordering::Relaxed)
    }

    /// What was named so far.
    pub(crate) fn names(&self) -> Names {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn name(&self, note: impl FnOnce(&mut Names) -> bool) {
        note(&mut self.names.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Warnings about the data that was touched, each once.
    pub(crate) fn warnings(&self) -> Vec<Diagnostic> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        notes.iter().for_each(|notes| self.warn(&notes.list()));
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn listen(&self, notes: &Arc<Notes>) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(notes));
    }

    pub(crate) fn warn(&self, list: &[Diagnostic]) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        for warning in list {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
    }
}

impl EngineWorld<'_> {
    /// The file that events of an index are added to: where lookups have an overlay, one there.
    fn target(&self, index: &str) -> std::result::Result<PathBuf, Fault> {
        match &self.lookups.overlay {
            Some(folder) if crate::lookup::is_plain(index) => Ok(folder.join(format!("{index}-collected.ndjson"))),
            _ => self.catalog.target(index),
        }
    }

    /// Whether events can be added to an index.
    fn check_target(&self, index: &str) -> std::result::Result<(), Fault> {
        match self.native(index) {
            Some(_) => Ok(()),
            None => self.target(index).map(drop),
        }
    }

    /// The folder of a native index that takes events; none where they go to a file.
    fn native(&self, index: &str) -> Option<String> {
        if self.lookups.overlay.is_some() { None } else { self.catalog.native(index).ok() }
    }

    /// An index as the plan's source; what it has to say is heard.
    fn source(&self, index: &Index) -> Source {
        self.record.warn(&index.warnings);
        self.record.listen(&index.notes);
        Source {
            table: provider_as_source(index.table.clone()),
            open: index.open,
            origins: index.origins.clone(),
            said: index.said.clone(),
        }
    }

    /// The files of an index that are read where not all are: an index without any is none.
    async fn chosen(&self, name: &str) -> Result<Option<Option<Arc<Index>>>> {
        let Some(only) = &self.only else { return Ok(None) };
        let is_wanted = |input: &Input| only.contains(&input.key);
        let zone = self.clock.zone();
        Ok(Some(self.catalog.open_only(name, &is_wanted, self.session, zone, self.knowledge).await?))
    }

    fn opened(&self, summary: usize) -> Option<Arc<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).get(summary).cloned()
    }

    async fn collect(&self, index: &str, rows: &Rows) -> std::result::Result<(), Fault> {
        let number = self.record.collected.fetch_add(1, Ordering::Relaxed);
        let Some(place) = self.native(index) else { return collect::append(&self.target(index)?, rows) };
        let lines = collect::lines(rows).map_err(|error| Fault::data(index, error))?;
        let mark =
            self.mark.map(|mark| Progress { input: format!("collect:{}:{number}", mark.search), place: mark.time });
        ingest::collect(index, &place, &lines, self.clock.zone(), self.knowledge, mark).await
    }

    async fn run(&self, step: &str, plan: LogicalPlan) -> Result<Rows> {
        if matches!(self.mode, Mode::Rehearse | Mode::Blind) {
            return Ok(Rows { schema: plan.schema().inner().clone(), batches: Vec::new() });
        }
        let plan = match self.sample {
            Some(rows) => first_rows(plan, rows)?,
            None => plan,
        };
        let (Answered { schema, batches, scanned }, ran) =
            run::step(self.session, &plan, &self.held, (&self.progress, step)).await?;
        self.record.scanned(scanned);
        if let Some(trace) = &self.record.trace {
            trace.step(step, plan, ran);
        }
        Ok(Rows { schema, batches })
    }
}

#[async_trait]
impl World for EngineWorld<'_> {
    fn now(&self) -> i64 {
        self.clock.now
    }

    fn timezone(&self) -> Tz {
        self.clock.timezone
    }

    fn time_range(&self) -> TimeRange {
        self.clock.range
    }

    fn knowledge(&self) -> &Knowledge {
        self.knowledge
    }

    fn expand(&self, text: &str) -> (String, Vec<Diagnostic>) {
        // A macro of a data model that is computed would need the engine that is just planning: none is published.
        let evaluate = |_: &str| Err("a data model's macro cannot be computed".to_owned());
        let (expansion, problems) =
            speleo_syntax::expand(text, &MacroSource { knowledge: self.knowledge, evaluate: &evaluate });
        (expansion.text, problems)
    }

    fn event_search(&self, event_type: &EventType) -> Arc<EventSearch> {
        self.event_searches.get(event_type, |text| self.expand(text))
    }

    fn geoip(&self) -> Option<String> {
        Some(self.geoip.clone())
    }

    fn splunk_limits(&self) -> bool {
        self.splunk_limits
    }

    fn is_blind(&self) -> bool {
        self.mode == Mode::Blind
    }

    fn gives_rows(&self) -> bool {
        matches!(self.mode, Mode::Run | Mode::Explain)
    }

    async fn files(&self, index: &str) -> Result<Vec<IndexFile>> {
        Ok(if self.is_blind() { Vec::new() } else { self.catalog.files(index).await? })
    }

    fn file(&self, app: Option<&str>, folder: &str, name: &str) -> Result<Option<String>> {
        if self.is_blind() {
            return Ok(None);
        }
        let is_asked = |home: &&PathBuf| app.is_none_or(|app| home.file_name() == Some(OsStr::new(app)));
        let homes = self.homes.iter().rev().filter(is_asked);
        let Some(path) = homes.map(|home| home.join(folder).join(name)).find(|path| path.is_file()) else {
            return Ok(None);
        };
        let bytes = std::fs::read(&path).map_err(|error| Fault::file(&path, "read", error))?;
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn traces(&self) -> bool {
        self.record.trace.is_some()
    }

    fn lowers(&self, command: &Command) {
        if let Some(trace) = &self.record.trace {
            trace.begin(command);
        }
    }

    fn lowered(&self, rows: &LogicalPlan, order: &[SortExpr]) {
        if let Some(trace) = &self.record.trace {
            trace.end(rows, order);
        }
    }

    fn names(&self, thing: Thing, name: &str) {
        self.record.name(|names| match thing {
            Thing::Index => names.indexes.insert(name.to_owned()),
            Thing::SourceType => names.source_types.insert(name.to_owned()),
            Thing::DataModel | Thing::SavedSearch | Thing::TransactionType => false,
        });
    }

    fn lacks(&self, thing: Thing, name: &str) {
        self.record.name(|names| names.missing.insert((thing, name.to_owned())));
    }

    fn indexes(&self) -> Vec<IndexEntry> {
        if self.is_blind() { Vec::new() } else { self.catalog.entries() }
    }

    async fn index(&self, name: &str) -> Result<Option<Source>> {
        if self.is_blind() {
            return Ok(None);
        }
        // Of files that are not known yet, what fields they have is read first.
        self.progress.doing(Some(format!("looking at {name}")));
        let index = match self.chosen(name).await? {
            Some(index) => index,
            None => self.catalog.open(name, self.session, self.clock.zone(), self.knowledge).await?,
        };
        Ok(index.map(|index| self.source(&index)))
    }

    async fn origins(&self, index: &str, columns: &[&'static str]) -> Result<Vec<Origin>> {
        if self.is_blind() {
            return Ok(Vec::new());
        }
        match self.chosen(index).await? {
            Some(Some(chosen)) => self.catalog.origins_of(&chosen, columns, self.session, self.clock.zone()).await,
            Some(None) => Ok(Vec::new()),
            None => self.catalog.origins(index, columns, self.session, self.clock.zone(), self.knowledge).await,
        }
    }

    fn has_summaries(&self, model: &str, root: &str) -> bool {
        !self.is_blind() && accelerate::exists(self.summaries, model, root)
    }

    fn ignores_summaries_only(&self) -> bool {
        self.ignore_summaries_only
    }

    async fn summary(&self, names: (&str, &str), indexes: &[String], allow_old: bool) -> Result<Option<Summary>> {
        let Some((opened, summary)) = accelerate::open(names, indexes, allow_old, self).await? else {
            return Ok(None);
        };
        let mut known = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        known.push(Arc::new(opened));
        Ok(Some(Summary { number: known.len() - 1, ..summary }))
    }

    async fn index_beside(&self, name: &str, summary: usize) -> Result<Option<Source>> {
        let Some(opened) = self.opened(summary) else { return self.index(name).await };
        Ok(opened.beside(name, self).await?.map(|index| self.source(&index)))
    }

    async fn origins_beside(&self, index: &str, summary: usize, columns: &[&'static str]) -> Result<Vec<Origin>> {
        let Some(opened) = self.opened(summary) else { return self.origins(index, columns).await };
        match opened.beside(index, self).await? {
            Some(index) => self.catalog.origins_of(&index, columns, self.session, self.clock.zone()).await,
            None => Ok(Vec::new()),
        }
    }

    async fn lookup(&self, name: &str) -> Result<Option<LookupTable>> {
        if self.is_blind() {
            if !self.lookups.exists(name, self.knowledge)? {
                self.record.name(|names| names.missing_lookups.insert(name.to_owned()));
            }
            return Ok(None);
        }
        Ok(self.lookups.open(name, self.knowledge)?)
    }

    fn history(&self) -> Result<Vec<PastSearch>> {
        match self.history.filter(|_| self.gives_rows()) {
            Some(path) => Ok(history::read(path)?),
            None => Ok(Vec::new()),
        }
    }

    fn lookup_names(&self) -> Vec<String> {
        if self.is_blind() { Vec::new() } else { self.lookups.names(self.knowledge) }
    }

    fn hold(&self, bytes: usize) -> Result<()> {
        Ok(self.held.try_grow(bytes)?)
    }

    async fn rows(&self, step: &str, plan: LogicalPlan) -> Result<Rows> {
        self.run(step, plan).await
    }

    async fn write(&self, step: &str, write: Write, plan: LogicalPlan) -> Result<Rows> {
        if let (Write::Index(index), Mode::Run | Mode::Rehearse) = (&write, self.mode) {
            // Before anything runs: the search may take long.
            self.check_target(index)?;
        }
        if let (Write::Lookup(write), Mode::Blind) = (&write, self.mode) {
            self.record.name(|names| names.written_lookups.insert(write.table.clone()));
        }
        let rows = self.run(step, plan).await?;
        if self.mode == Mode::Run {
            match &write {
                Write::File(write) => export::write(self.lookups.home(&write.name)?, write, &rows)?,
                Write::Lookup(write) => self.lookups.write(write, &rows, self.knowledge)?,
                Write::Index(index) => self.collect(index, &rows).await?,
            }
        }
        Ok(rows)
    }
}
