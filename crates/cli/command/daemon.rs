//! `speleo daemon`: runs scheduled searches whenever their time comes. `speleo daemon --project /srv/soc 2>> speleo.log &`
//!
//! It does what `speleo run --due` does, search by search, so both may be used on one project. Files that change are read anew. The
//! first SIGINT or SIGTERM lets what runs come to its end, the second cancels it; what was cancelled is done again later.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use chrono::DateTime;
use chrono_tz::Tz;
use speleo_engine::{Ran, Scheduled, Scheduler, Settings};
use speleo_syntax::Diagnostic;
use tokio::{sync::Semaphore, task::JoinSet};

use super::due;
use crate::{
    args::{DaemonArgs, concurrent},
    diagnostic::{self, Reporter},
    exit::{Exit, UsageError},
    session,
};

/// How long it sleeps at most: then it looks whether files or the clock have changed.
const LOOK: Duration = Duration::from_secs(5);

/// Runs until it is told to stop.
pub(crate) async fn run(args: DaemonArgs) -> Result<Exit> {
    if args.world.now.is_some() {
        return Err(UsageError("`--now` stands still, and a daemon waits for times to come".to_owned()).into());
    }
    let settings = session::settings(&args.world);
    let reporter = Arc::new(Mutex::new(Reporter::new(args.errors.error_format)));
    let tell = |problems: &[Diagnostic]| lock(&reporter).report_settings(problems);
    let scheduler = match Scheduler::open(settings.clone(), &args.paths).await {
        Ok(scheduler) => Arc::new(scheduler),
        Err(problems) => {
            tell(&problems);
            return Ok(Exit::Failed);
        }
    };
    tell(scheduler.warnings());
    let mut daemon = Daemon {
        settings,
        args: &args,
        scheduler,
        limit: Arc::new(Semaphore::new(concurrent(args.max_concurrent))),
        stop: Arc::default(),
        reporter: Arc::clone(&reporter),
        next: HashMap::new(),
        running: HashSet::new(),
        tasks: JoinSet::new(),
        told: Vec::new(),
    };
    daemon.greet();
    daemon.run().await?;
    Ok(Exit::Fine)
}

fn lock(reporter: &Mutex<Reporter>) -> std::sync::MutexGuard<'_, Reporter> {
    reporter.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The app and the name of a search.
type Key = (String, String);

struct Daemon<'a> {
    settings: Settings,
    args: &'a DaemonArgs,
    scheduler: Arc<Scheduler>,
    limit: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
    reporter: Arc<Mutex<Reporter>>,
    /// When each search is looked at next.
    next: HashMap<Key, DateTime<Tz>>,
    running: HashSet<Key>,
    tasks: JoinSet<(Key, Result<(), Vec<Diagnostic>>)>,
    /// What was told of files that cannot be read: once.
    told: Vec<Diagnostic>,
}

impl Daemon<'_> {
    fn greet(&self) {
        let count = self.scheduler.scheduled().len();
        let noun = if count == 1 { "search" } else { "searches" };
        diagnostic::print_remark(&format!("{count} scheduled {noun}"));
    }

    async fn run(&mut self) -> Result<()> {
        let mut signals = Signals::new()?;
        loop {
            let pause = self.start_due();
            tokio::select! {
                () = tokio::time::sleep(pause) => self.look().await,
                Some(done) = self.tasks.join_next() => self.done(done),
                () = signals.next() => break,
            }
        }
        self.stop.store(true, Ordering::Relaxed);
        if !self.tasks.is_empty() {
            diagnostic::print_remark("waiting for what runs; another signal cancels it");
        }
        loop {
            tokio::select! {
                done = self.tasks.join_next() => match done {
                    Some(done) => self.done(done),
                    None => return Ok(()),
                },
                () = signals.next() => return Ok(()),
            }
        }
    }

    /// Starts the searches whose time has come, and tells how long there is nothing to start.
    fn start_due(&mut self) -> Duration {
        let Ok(now) = self.scheduler.now() else { return LOOK };
        let mut pause = LOOK;
        for scheduled in self.scheduler.scheduled() {
            let key = (scheduled.app.clone(), scheduled.name.clone());
            if self.running.contains(&key) {
                continue;
            }
            let next = self.next.get(&key).copied();
            if next.is_none_or(|next| next <= now) {
                // The first look finds out by itself whether there is anything to do.
                if let Some(next) = scheduled.schedule.after(&now) {
                    self.next.insert(key.clone(), next);
                }
                self.running.insert(key.clone());
                self.tasks.spawn(search(self.run_of(scheduled), key));
            } else if let Some(wait) = next.and_then(|next| (next - now).to_std().ok()) {
                pause = pause.min(wait);
            }
        }
        pause
    }

    fn run_of(&self, scheduled: &Arc<Scheduled>) -> Run {
        Run {
            scheduler: Arc::clone(&self.scheduler),
            scheduled: Arc::clone(scheduled),
            limit: Arc::clone(&self.limit),
            stop: Arc::clone(&self.stop),
            reporter: Arc::clone(&self.reporter),
        }
    }

    fn done(&mut self, done: Result<(Key, Result<(), Vec<Diagnostic>>), tokio::task::JoinError>) {
        match done {
            Ok((key, answer)) => {
                self.running.remove(&key);
                if let Err(problems) = answer {
                    lock(&self.reporter).report_settings(&problems);
                }
            }
            // Whose task it was is not known: all are asked again, and the lock of a search knows better.
            Err(error) => {
                self.running.clear();
                diagnostic::print_error(&format!("a run ended where it must not: {error}"));
            }
        }
    }

    /// Reads the files again where they have changed. While they cannot be read, what was known goes on.
    async fn look(&mut self) {
        if self.scheduler.is_current() {
            return;
        }
        match Scheduler::open(self.settings.clone(), &self.args.paths).await {
            Ok(scheduler) => {
                self.scheduler = Arc::new(scheduler);
                self.next.clear();
                self.told.clear();
                lock(&self.reporter).report_settings(self.scheduler.warnings());
                self.greet();
            }
            Err(problems) if self.told != problems => {
                lock(&self.reporter).report_settings(&problems);
                self.told = problems;
            }
            Err(_) => {}
        }
    }
}

/// What a run of a search needs.
struct Run {
    scheduler: Arc<Scheduler>,
    scheduled: Arc<Scheduled>,
    limit: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
    reporter: Arc<Mutex<Reporter>>,
}

async fn search(run: Run, key: Key) -> (Key, Result<(), Vec<Diagnostic>>) {
    let answer = async {
        let Ok(_permit) = run.limit.acquire().await else { return Ok(()) };
        // Only now: while it waited, later times may have come.
        let now = run.scheduler.now()?;
        let hear = |ran: &Ran| due::report(ran, &mut lock(&run.reporter));
        run.scheduler.run_search(&run.scheduled, now, &run.stop, &hear).await
    };
    let answer = answer.await;
    (key, answer)
}

/// The signals that stop a program. They are heard from the beginning, also while nobody waits for them.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
