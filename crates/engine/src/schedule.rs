//! Searches that run by themselves: `speleo run --due`, `speleo daemon`
//!
//! A [`Scheduler`] knows the scheduled searches of a project. [`Scheduler::run_due`] runs those whose time has come, each with its
//! scheduled time as `now()`, so that `-20m` to `-10m` mean the same minutes however late it runs. What happened is an event of
//! the native index `_internal`, and the time up to which a search ran is noted in the same commit: it is true exactly if the
//! event is there. A run that was killed before is done again, and what it collects into native indexes is marked with its
//! time, so that it is not added twice.
//!
//! | file | what it does |
//! | --- | --- |
//! | `find` | query files and conf files give the scheduled searches |
//! | `due` | which times have come |
//! | `looks` | whether files have changed since |
//! | `lock` | one run of a search at a time |
//! | `work` | runs what is due |
//! | `history` | the index of what happened |
//!
//! Absent on purpose: alerts and their actions, and the spreading of runs over time.

mod due;
mod find;
mod history;
mod lock;
mod looks;
mod work;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use chrono::DateTime;
use chrono_tz::Tz;
use speleo_knowledge::Schedule;
use speleo_syntax::{Code, Diagnostic};

pub use self::work::{Ran, RunStatus};
use self::{due::Due, history::History};
use crate::{Engine, Settings, clock::Clock, definitions::warning_of, fault::Fault};

/// The app of searches that belong to none, as in Splunk.
const APP: &str = "search";
/// The owner of searches that belong to nobody.
const USER: &str = "nobody";

/// A saved search that runs by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// Its name: a query file's without its ending, a stanza's.
    pub name: String,
    /// The app that it belongs to.
    pub app: String,
    /// The app in which it runs, where there are several.
    context: Option<String>,
    /// Its text.
    pub search: String,
    /// The start of its time range.
    pub earliest: Option<String>,
    /// The end of its time range.
    pub latest: Option<String>,
    /// When it runs.
    pub schedule: Schedule,
    /// The query file that it is.
    pub file: Option<PathBuf>,
}

impl Scheduled {
    /// What tells it from the other searches of a project.
    fn id(&self) -> String {
        format!("{}:{}", self.app.replace(':', "%3A"), self.name)
    }
}

/// How things stand with a scheduled search.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The search.
    pub scheduled: Arc<Scheduled>,
    /// The last time for which it ran.
    pub last: Option<DateTime<Tz>>,
    /// The times for which it would run now, in order; at most a thousand are told.
    pub due: Vec<DateTime<Tz>>,
    /// The first time that has not come.
    pub next: Option<DateTime<Tz>>,
}

/// The scheduled searches of a project.
#[derive(Debug)]
pub struct Scheduler {
    settings: Settings,
    scheduled: Vec<Arc<Scheduled>>,
    /// The engine of each app.
    engines: BTreeMap<Option<String>, Result<Engine, Vec<Diagnostic>>>,
    malformed: bool,
    warnings: Vec<Diagnostic>,
    store: PathBuf,
    /// As the last call left it.
    history: tokio::sync::Mutex<Option<History>>,
    user: String,
    /// The paths that were asked for, and what their files and the project's looked like.
    paths: Vec<PathBuf>,
    looks: u64,
}

impl Scheduler {
    /// Looks for scheduled searches: in query files, folders of them and conf files at `paths`; where none are given, in the project's
    /// folders. Makes the history where there is none yet, so that searches find it.
    ///
    /// # Errors
    /// As [`Engine::open`], and where there is no project.
    pub async fn open(settings: Settings, paths: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        Self::over(settings, paths, true).await
    }

    /// As [`Scheduler::open`], for whoever only asks how things stand: makes nothing.
    ///
    /// # Errors
    /// As there.
    pub async fn look(settings: Settings, paths: &[PathBuf]) -> Result<Self, Vec<Diagnostic>> {
        Self::over(settings, paths, false).await
    }

    async fn over(settings: Settings, paths: &[PathBuf], will_run: bool) -> Result<Self, Vec<Diagnostic>> {
        let found = find::find(&settings, paths)?;
        let Some(store) = found.settings.store.clone() else {
            let message = "there is no project whose searches could run by themselves: `--project DIR` names one";
            return Err(vec![Diagnostic::unplaced(Code::File, message)]);
        };
        if will_run && !found.scheduled.is_empty() {
            // Before any engine is opened.
            History::open(&store).await.map_err(|fault| vec![fault.diagnostic()])?;
        }
        let mut engines = BTreeMap::new();
        let mut warnings: Vec<Diagnostic> = found.problems.iter().map(warning_of).collect();
        for scheduled in &found.scheduled {
            if engines.contains_key(&scheduled.context) {
                continue;
            }
            let app = scheduled.context.clone().or_else(|| settings.app.clone());
            let engine = Engine::open(Settings { app, ..settings.clone() }).await;
            let more = engine.iter().flat_map(Engine::warnings);
            let more: Vec<Diagnostic> = more.filter(|warning| !warnings.contains(warning)).cloned().collect();
            warnings.extend(more);
            engines.insert(scheduled.context.clone(), engine);
        }
        let user = found.settings.user.clone().unwrap_or_else(|| USER.to_owned());
        let malformed = !found.problems.is_empty();
        let scheduled = found.scheduled.into_iter().map(Arc::new).collect();
        let (settings, looks) = (found.settings, found.looks);
        let paths = paths.to_owned();
        Ok(Self {
            settings,
            scheduled,
            engines,
            malformed,
            warnings,
            store,
            history: Default::default(),
            user,
            paths,
            looks,
        })
    }

    /// The searches in their order.
    pub fn scheduled(&self) -> &[Arc<Scheduled>] {
        &self.scheduled
    }

    /// What there is to say of the definitions.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Whether a search does not run because of what its file says.
    pub fn is_malformed(&self) -> bool {
        self.malformed
    }

    /// What `--now` says, else the clock's time.
    ///
    /// # Errors
    /// Where the settings have a time that cannot be read.
    pub fn now(&self) -> Result<DateTime<Tz>, Vec<Diagnostic>> {
        let clock = Clock::new(&Settings { earliest: None, latest: None, ..self.settings.clone() })?;
        let time = DateTime::from_timestamp_micros(clock.now).unwrap_or_default();
        Ok(time.with_timezone(&clock.timezone))
    }

    /// Whether the files that say what runs are as they were when they were read.
    pub fn is_current(&self) -> bool {
        looks::of(&self.settings, &self.paths) == self.looks
    }

    /// How things stand with each search at a time.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn standing(&self, now: DateTime<Tz>) -> Result<Vec<Standing>, Vec<Diagnostic>> {
        let look = async {
            let history = History::existing(&self.store).await?;
            let mut standing = Vec::new();
            for scheduled in &self.scheduled {
                let last = match &history {
                    Some(history) => history.last(scheduled).await?,
                    None => None,
                };
                let due = Due::of(&scheduled.schedule, last, now);
                let last = last.and_then(|time| DateTime::from_timestamp(time, 0));
                standing.push(Standing {
                    scheduled: Arc::clone(scheduled),
                    last: last.map(|time| time.with_timezone(&now.timezone())),
                    due: due.run.take(MOST_TOLD).collect(),
                    next: scheduled.schedule.after(&now),
                });
            }
            Ok(standing)
        };
        look.await.map_err(|fault: Fault| vec![fault.diagnostic()])
    }

    /// The next time at which anything is due.
    pub fn next(&self, now: DateTime<Tz>) -> Option<DateTime<Tz>> {
        self.scheduled.iter().filter_map(|one| one.schedule.after(&now)).min()
    }
}

/// How many times that are due are told.
const MOST_TOLD: usize = 1000;
