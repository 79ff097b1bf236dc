//! The engine: opens the world that settings describe, and checks, runs or explains searches in it.
//!
//! `Engine::open(settings).await?.search("index=web | stats count by host").await`

mod answer;
mod explaining;
mod files;
mod library;
mod look;
mod partial;
mod past;
mod planned;
mod sample;
mod stream;

pub use answer::{Answer, Checked, Explained, Names, Outcome, Status};
pub use library::Library;
pub(crate) use sample::first_rows;
pub use stream::{Finished, Part, Running};

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};

use datafusion::{error::DataFusionError, execution::memory_pool::MemoryConsumer};
use futures::FutureExt;
use speleo_functions::{eval::geo::BUNDLED, value::Texts};
use speleo_knowledge::{Knowledge, Problem};
use speleo_plan::{SearchPlan, plan};
use speleo_syntax::{
    Code, Command, Diagnostic, Expansion, Search, SearchExpr, SearchExprKind, Span, command::search::SearchCommand,
    expand, parse, parse_saved,
};

use crate::{
    Settings,
    accelerate::Definitions,
    catalog::Catalog,
    clock::Clock,
    event_searches::EventSearches,
    fault::{Fault, diagnose},
    lookup::Lookups,
    macros::MacroSource,
    run,
    session::SearchSession,
    world::{EngineWorld, Mark, Mode, Record},
};

/// Answers searches. Cloning is cheap; a clone shares everything.
#[derive(Debug, Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    session: SearchSession,
    catalog: Arc<Catalog>,
    lookups: Lookups,
    knowledge: Arc<Knowledge>,
    event_searches: Arc<EventSearches>,
    /// What summaries are computed by.
    definitions: Arc<OnceLock<Definitions>>,
    homes: Vec<PathBuf>,
    warnings: Vec<Diagnostic>,
    problems: Vec<Problem>,
    /// Set where searches are those of a scheduled run.
    mark: Option<Mark>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A text as far as syntax goes.
struct Read {
    expansion: Expansion,
    search: Search,
    diagnostics: Vec<Diagnostic>,
    /// Where the text with its macros expanded could not be read, and where macros are missing in it.
    mistakes: Vec<Span>,
    /// Whether it goes on with the rows of another search.
    continues: bool,
}

impl Read {
    fn is_broken(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Whether no mistake touches a part of the text.
    fn is_whole(&self, part: Span) -> bool {
        !self.mistakes.iter().any(|mistake| mistake.start < part.end && part.start <= mistake.end)
    }
}

impl Engine {
    /// Opens the world.
    ///
    /// # Errors
    /// Files that were asked for and cannot be read, times that cannot be understood. Definitions that are broken within a
    /// readable file are left out; [`Engine::warnings`] tells.
    pub async fn open(settings: Settings) -> Result<Engine, Vec<Diagnostic>> {
        Library::read(settings)?.engine()
    }

    /// Definitions that were left out when the engine was opened, and why.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.shared.warnings
    }

    /// What is wrong in conf files, as [`Engine::warnings`] says it, with its places.
    pub fn problems(&self) -> &[Problem] {
        &self.shared.problems
    }

    /// The same world at another time, for a scheduled run. Bounds of the range that are not given are the engine's own, unless
    /// one is.
    pub(crate) fn at(&self, mark: Mark, earliest: Option<String>, latest: Option<String>) -> Engine {
        let shared = &self.shared;
        let mut settings = Settings { now: Some(mark.time.to_string()), ..shared.settings.clone() };
        if earliest.is_some() || latest.is_some() {
            (settings.earliest, settings.latest) = (earliest, latest);
        }
        Engine {
            shared: Arc::new(Shared {
                settings,
                session: shared.session.clone(),
                catalog: Arc::clone(&shared.catalog),
                lookups: shared.lookups.clone(),
                knowledge: Arc::clone(&shared.knowledge),
                event_searches: Arc::clone(&shared.event_searches),
                definitions: Arc::clone(&shared.definitions),
                homes: shared.homes.clone(),
                warnings: Vec::new(),
                problems: Vec::new(),
                mark: Some(mark),
            }),
        }
    }

    pub(crate) fn catalog(&self) -> &Catalog {
        &self.shared.catalog
    }

    pub(crate) fn shared_knowledge(&self) -> &Arc<Knowledge> {
        &self.shared.knowledge
    }

    pub(crate) fn clock(&self) -> Result<Clock, Fault> {
        Clock::new(&self.shared.settings).map_err(|problems| {
            let problem = first(problems);
            Fault::new(problem.code, problem.message)
        })
    }

    /// The project's folder of native indexes; none without a project.
    pub(crate) fn store(&self) -> Option<&Path> {
        self.shared.settings.store.as_deref()
    }

    /// The project's folder of summaries; none without a project.
    pub(crate) fn summaries(&self) -> Option<&Path> {
        self.shared.settings.summaries.as_deref()
    }

    pub(crate) fn session(&self) -> &SearchSession {
        &self.shared.session
    }

    /// The zone of times without one, for whoever shows times.
    pub fn timezone(&self) -> chrono_tz::Tz {
        self.shared
            .settings
            .timezone
            .as_deref()
            .and_then(|name| name.parse().ok())
            .unwrap_or_else(crate::clock::system_zone)
    }

    /// What is wrong with a time range that a search would be asked for.
    pub fn time_problems(&self, earliest: Option<&str>, latest: Option<&str>) -> Vec<Diagnostic> {
        let own = &self.shared.settings;
        let settings = Settings {
            earliest: earliest.map(str::to_owned),
            latest: latest.map(str::to_owned),
            now: own.now.clone(),
            timezone: own.timezone.clone(),
            ..Settings::default()
        };
        Clock::new(&settings).err().unwrap_or_default()
    }

    /// The names of the indexes.
    pub fn index_names(&self) -> Vec<String> {
        self.shared.catalog.entries().into_iter().map(|entry| entry.name).collect()
    }

    /// The names of lookup files and definitions.
    pub fn lookup_names(&self) -> Vec<String> {
        self.shared.lookups.names(&self.shared.knowledge)
    }

    /// Macros, lookup definitions, data models.
    pub fn knowledge(&self) -> &Knowledge {
        &self.shared.knowledge
    }

    /// The fields of an index, without hidden ones.
    ///
    /// # Errors
    /// Where the index does not exist or its files cannot be read.
    pub async fn field_names(&self, index: &str) -> Result<Vec<String>, Diagnostic> {
        let clock = Clock::new(&self.shared.settings).map_err(first)?;
        let opened = self.shared.catalog.open(index, &self.shared.session, clock.zone(), &self.shared.knowledge).await;
        match opened.map_err(|fault| fault.diagnostic())? {
            Some(index) => {
                let schema = index.table.schema();
                let names = schema.fields().iter().map(|field| field.name().clone());
                Ok(names.filter(|name| !name.starts_with("__")).collect())
            }
            None => Err(Diagnostic::unplaced(Code::UnknownIndex, format!("there is no index `{index}`"))),
        }
    }

    /// Parses and plans against nothing: every index, lookup and field may exist, no data is touched.
    pub async fn check(&self, text: &str) -> Checked {
        let mut read = self.read_saved(text);
        let commands = answer::commands(&read.search);
        let mut diagnostics = std::mem::take(&mut read.diagnostics);
        let mut names = Names::default();
        if !diagnostics.iter().any(Diagnostic::is_error) {
            if read.continues {
                read.search.commands.insert(0, any_events());
            }
            let planned = match self.world(Mode::Blind) {
                Ok(world) => {
                    let planned = self.plan(&read, &world).await;
                    names = match planned {
                        Ok(_) => world.record.names(),
                        // Planning ends with the first command that fails.
                        Err(_) => self.names_of_broken(&read, &world).await,
                    };
                    planned
                }
                Err(problems) => Err(problems),
            };
            diagnostics.extend(planned.map_or_else(|problems| problems, |plan| read.expansion.locate(plan.notes)));
        } else if let Ok(world) = self.world(Mode::Blind) {
            diagnostics.extend(self.plan_parts(&read, &world).await);
            names = self.names_of_broken(&read, &world).await;
            partial::in_reading_order(&mut diagnostics);
        }
        Checked::new(commands, diagnostics, names)
    }

    fn read(&self, text: &str) -> Read {
        let source = MacroSource { knowledge: &self.shared.knowledge, evaluate: &|text| self.evaluate(text) };
        let (expansion, mut diagnostics) = expand(text, &source);
        let (search, problems) = parse(&expansion.text);
        let mistakes = mistakes(&expansion, &problems);
        diagnostics.extend(expansion.locate(problems));
        Read { expansion, search, diagnostics, mistakes, continues: false }
    }

    /// Reads a search that is kept somewhere: it may go on with the rows of another one.
    fn read_saved(&self, text: &str) -> Read {
        let source = MacroSource { knowledge: &self.shared.knowledge, evaluate: &|text| self.evaluate(text) };
        let (expansion, mut diagnostics) = expand(text, &source);
        let (search, mut problems, continues) = parse_saved(&expansion.text);
        if let Some(first) = search.commands.first().filter(|_| continues) {
            let (span, name) = first_word(&expansion.text, first.span());
            let message = format!("`{name}` goes on with the rows of another search");
            problems.push(Diagnostic::new(Code::PostProcess, span, message));
        }
        let mistakes = mistakes(&expansion, &problems);
        diagnostics.extend(expansion.locate(problems));
        Read { expansion, search, diagnostics, mistakes, continues }
    }

    pub(crate) fn world(&self, mode: Mode) -> Result<EngineWorld<'_>, Vec<Diagnostic>> {
        let shared = &self.shared;
        Ok(EngineWorld {
            mode,
            session: &shared.session,
            catalog: &shared.catalog,
            lookups: &shared.lookups,
            knowledge: &shared.knowledge,
            event_searches: &shared.event_searches,
            homes: shared.settings.project.iter().chain(&shared.homes).cloned().collect(),
            geoip: shared.settings.geoip.as_ref().map_or(BUNDLED.into(), |path| path.to_string_lossy().into_owned()),
            history: shared.settings.history.as_deref(),
            splunk_limits: shared.settings.splunk_limits,
            clock: Clock::new(&shared.settings)?,
            mark: shared.mark.as_ref(),
            summaries: shared.settings.summaries.as_deref(),
            ignore_summaries_only: shared.settings.ignore_summaries_only,
            definitions: &shared.definitions,
            only: None,
            sample: None,
            opened: Mutex::default(),
            record: Record::default(),
            progress: Arc::default(),
            held: MemoryConsumer::new("steps").register(&shared.session.runtime_env().memory_pool),
        })
    }

    /// Plans; diagnostics point into the text as typed.
    async fn plan(&self, read: &Read, world: &EngineWorld<'_>) -> Result<SearchPlan, Vec<Diagnostic>> {
        debug_assert!(!read.is_broken());
        let work = async { Ok(plan(&read.search, world).await) };
        let planned = match run::guard(work).await {
            Ok(planned) => planned,
            Err(error) => Err(error.into()),
        };
        match planned {
            Ok(plan) => Ok(plan),
            Err(error) => {
                let mut problems = read.expansion.locate(diagnose(error));
                self.add_unknown_names(read, &mut problems).await;
                Err(problems)
            }
        }
    }

    /// The value of an eval expression without fields: a text, or a verdict. Nothing in it waits, so it runs on the spot.
    fn evaluate(&self, expression: &str) -> Result<Option<String>, String> {
        let value = |expression: &str| {
            let text = format!("| makeresults | eval value={expression}");
            self.value(&text).now_or_never().unwrap_or_else(|| Err("it needs data".to_owned()))
        };
        // A verdict is no value of a field: it is asked for in words.
        value(expression)
            .or_else(|message| value(&format!("if({expression}, \"true\", \"false\")")).map_err(|_| message))
    }

    async fn value(&self, text: &str) -> Result<Option<String>, String> {
        let message = |problems: Vec<Diagnostic>| first(problems).message;
        let (search, problems) = parse(text);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(message(problems));
        }
        let world = self.world(Mode::Run).map_err(message)?;
        let planned = plan(&search, &world).await.map_err(|error| message(diagnose(error)))?;
        let failed = |error: DataFusionError| message(diagnose(error.into()));
        let answered = run::run(&self.shared.session, planned.plan).await.map_err(failed)?;
        let column = answered.batches.first().and_then(|batch| batch.column_by_name("value"));
        let Some(column) = column else { return Ok(None) };
        let texts = Texts::new(column).map_err(failed)?;
        Ok(texts.get(0).map(|text| text.into_owned()))
    }
}

/// The places of the mistakes in a text and of the macros that it lacks.
fn mistakes(expansion: &Expansion, problems: &[Diagnostic]) -> Vec<Span> {
    let errors = problems.iter().filter(|problem| problem.is_error());
    let of_syntax = errors.filter_map(|error| error.labels.first()).map(|label| label.span);
    of_syntax.chain(expansion.broken()).collect()
}

/// The rows that a search goes on with: events of which nothing is known.
fn any_events() -> Command {
    let span = Span::new(0, 0);
    let expr = SearchExpr { span, kind: SearchExprKind::All };
    Command::Search(SearchCommand { span, implied: true, expr })
}

/// The first word of what stands at `span`, and where it is.
fn first_word(text: &str, span: Span) -> (Span, &str) {
    let whole = text.get(span.range()).unwrap_or_default();
    let name = whole.split(|next: char| !(next.is_alphanumeric() || next == '_')).next().unwrap_or_default();
    (Span { start: span.start, end: span.start + u32::try_from(name.len()).unwrap_or(0) }, name)
}

fn first(problems: Vec<Diagnostic>) -> Diagnostic {
    let missing = || Diagnostic::unplaced(Code::Bug, "a failure without a description");
    problems.into_iter().next().unwrap_or_else(missing)
}

#[cfg(test)]
#[path = "engine/tests.rs"]
mod tests;
