//! Runs what is due: each search for its times in order, several searches side by side.
//!
//! A run that fails is recorded and over, as in Splunk; the next time of the search is another one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use futures::{FutureExt, StreamExt, future::BoxFuture};
use speleo_knowledge::CatchUp;
use speleo_syntax::{Code, Diagnostic};
use tokio::sync::Mutex;

use super::{
    Scheduled, Scheduler,
    due::Due,
    history::{History, Noted},
    lock::{Asked, Lock},
};
use crate::{Answer, Engine, Outcome, fault::Fault, world::Mark};

/// Splunk's reason for a run that finds the one before it still at work.
const BUSY: &str = "The maximum number of concurrent running jobs for this historical scheduled search on this instance has been reached";
/// The reason for times that have passed while nothing ran searches.
const MISSED: &str = "The time was missed, and a later one has come";

/// How long it takes at most until a run that holds a lock has said what it is.
const PAUSE: Duration = Duration::from_millis(200);

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// It gave an answer.
    Success,
    /// It gave none: the diagnostics say why.
    Failed,
    /// It did not happen and will not.
    Skipped,
    /// It waits for an earlier run.
    Continued,
}

impl RunStatus {
    /// Splunk's word.
    pub fn text(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Continued => "continued",
        }
    }
}

/// A run of a scheduled search, or one that did not happen.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The search.
    pub scheduled: Arc<Scheduled>,
    /// The time that it was for.
    pub time: DateTime<Tz>,
    /// How it went.
    pub status: RunStatus,
    /// Why it failed or did not happen.
    pub reason: Option<String>,
    /// When it began.
    pub dispatched: DateTime<Tz>,
    /// When it was recorded.
    pub logged: DateTime<Tz>,
    /// How long it took.
    pub run_time: Duration,
    /// How many rows it gave.
    pub results: usize,
    /// The rows.
    pub answer: Option<Answer>,
    /// Errors, warnings, notes; places are in the search's text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Ran {
    /// The name of the run, as Splunk makes it.
    pub(super) fn sid(&self, user: &str) -> String {
        let plain = |text: &str| text.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let Scheduled { name, app, .. } = self.scheduled.as_ref();
        format!("scheduler__{}__{}__{}_at_{}", plain(user), plain(app), plain(name), self.time.timestamp())
    }

    fn not(status: RunStatus, reason: &str, scheduled: &Arc<Scheduled>, time: DateTime<Tz>, now: DateTime<Tz>) -> Self {
        Self {
            scheduled: Arc::clone(scheduled),
            time,
            status,
            reason: Some(reason.to_owned()),
            dispatched: now,
            logged: now,
            run_time: Duration::ZERO,
            results: 0,
            answer: None,
            diagnostics: Vec::new(),
        }
    }
}

/// What is common to the runs of one call.
struct Call<'a> {
    scheduler: &'a Scheduler,
    history: Mutex<History>,
    /// What tells the project's searches from those of others.
    project: String,
    now: DateTime<Tz>,
    start: Instant,
    stop: &'a AtomicBool,
    told: &'a (dyn Fn(&Ran) + Send + Sync),
}

impl Scheduler {
    /// Runs the searches whose time has come, `most` of them at once. `told` hears of each run when it is recorded. Once `stop` is
    /// set no further run begins. Dropping the future cancels what runs; it is as if the process was killed then.
    ///
    /// # Errors
    /// Where the history cannot be read or written.
    pub fn run_due<'a>(
        &'a self,
        now: DateTime<Tz>,
        most: usize,
        stop: &'a AtomicBool,
        told: &'a (dyn Fn(&Ran) + Send + Sync),
    ) -> BoxFuture<'a, Result<(), Vec<Diagnostic>>> {
        let all = self.run_all(now, most, stop, told);
        async { all.await.map_err(|fault| vec![fault.diagnostic()]) }.boxed()
    }

    /// As [`Scheduler::run_due`], for one search.
    ///
    /// # Errors
    /// As there.
    pub fn run_search<'a>(
        &'a self,
        scheduled: &'a Arc<Scheduled>,
        now: DateTime<Tz>,
        stop: &'a AtomicBool,
        told: &'a (dyn Fn(&Ran) + Send + Sync),
    ) -> BoxFuture<'a, Result<(), Vec<Diagnostic>>> {
        let run = async move {
            let call = self.call(now, stop, told).await?;
            let result = call.search(scheduled).await;
            call.end().await;
            result
        };
        async { run.await.map_err(|fault: Fault| vec![fault.diagnostic()]) }.boxed()
    }

    async fn call<'a>(
        &'a self,
        now: DateTime<Tz>,
        stop: &'a AtomicBool,
        told: &'a (dyn Fn(&Ran) + Send + Sync),
    ) -> Result<Call<'a>, Fault> {
        let mut kept = self.history.lock().await.take();
        if let Some(history) = &mut kept
            && history.refresh().await.is_err()
        {
            // Somebody has dropped it, say.
            kept = None;
        }
        let history = match kept {
            Some(history) => history,
            None => History::open(&self.store).await?,
        };
        let project = history.id()?;
        Ok(Call { scheduler: self, history: Mutex::new(history), project, now, start: Instant::now(), stop, told })
    }

    async fn run_all(
        &self,
        now: DateTime<Tz>,
        most: usize,
        stop: &AtomicBool,
        told: &(dyn Fn(&Ran) + Send + Sync),
    ) -> Result<(), Fault> {
        if self.scheduled.is_empty() {
            return Ok(());
        }
        let call = self.call(now, stop, told).await?;
        // What may give way to others comes last.
        let mut order: Vec<&Arc<Scheduled>> = self.scheduled.iter().collect();
        order.sort_by_key(|scheduled| scheduled.schedule.window != Some(0));
        let runs: Vec<_> = order.into_iter().map(|scheduled| call.search(scheduled)).collect();
        let mut runs = futures::stream::iter(runs).buffer_unordered(most.max(1));
        let mut result = Ok(());
        while let Some(answer) = runs.next().await {
            result = result.and(answer);
        }
        drop(runs);
        call.end().await;
        result
    }
}

impl Call<'_> {
    /// Leaves the history to the next call.
    async fn end(self) {
        let mut history = self.history.into_inner();
        history.tend().await;
        *self.scheduler.history.lock().await = Some(history);
    }

    /// All that is due of a search. A box, since the compiler cannot prove the whole to be `Send`.
    fn search<'b>(&'b self, scheduled: &'b Arc<Scheduled>) -> BoxFuture<'b, Result<(), Fault>> {
        self.times(scheduled).boxed()
    }

    async fn times(&self, scheduled: &Arc<Scheduled>) -> Result<(), Fault> {
        let schedule = &scheduled.schedule;
        let mut last = self.history.lock().await.last(scheduled).await?;
        if Due::of(schedule, last, self.now).run.next().is_none() {
            return Ok(());
        }
        let Some(mut lock) = self.lock(scheduled).await? else { return Ok(()) };
        {
            // Another process may have run it before the lock was free.
            let mut history = self.history.lock().await;
            if history.refresh().await? {
                last = history.last(scheduled).await?;
            }
        }
        let Due { run, missed } = Due::of(schedule, last, self.now);
        let skipped = |time: DateTime<Tz>| Ran::not(RunStatus::Skipped, MISSED, scheduled, time, self.now);
        let mut events: Vec<Ran> = missed.into_iter().map(skipped).collect();
        for time in run {
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
            lock.tell(time.timestamp());
            events.push(self.run(scheduled, time).await);
            let note = Some((Noted::Ran, scheduled.as_ref(), time.timestamp()));
            self.record(std::mem::take(&mut events), note).await?;
        }
        Ok(())
    }

    /// The lock of a search; none where another run holds it. If that is for an earlier time, this one is told of as skipped.
    async fn lock(&self, scheduled: &Arc<Scheduled>) -> Result<Option<Lock>, Fault> {
        let Some(time) = scheduled.schedule.until(&self.now) else { return Ok(None) };
        let mut looks = 0;
        loop {
            match Lock::ask(&self.scheduler.store, scheduled)? {
                Asked::Held(lock) => return Ok(Some(lock)),
                // The other run is the one for this time, or will say so.
                Asked::Busy(running) if running.is_none_or(|running| running >= time.timestamp()) => return Ok(None),
                // It may have begun just now, and not have said yet what it is.
                Asked::Busy(_) if looks == 0 => tokio::time::sleep(PAUSE).await,
                Asked::Busy(_) => {
                    self.busy(scheduled, time).await?;
                    return Ok(None);
                }
            }
            looks += 1;
        }
    }

    async fn busy(&self, scheduled: &Arc<Scheduled>, time: DateTime<Tz>) -> Result<(), Fault> {
        let (status, noted) = match scheduled.schedule.catch_up {
            CatchUp::Latest => (RunStatus::Skipped, Noted::Skipped),
            CatchUp::All => (RunStatus::Continued, Noted::Waits),
        };
        let event = Ran::not(status, BUSY, scheduled, time, self.now);
        self.record(vec![event], Some((noted, scheduled, time.timestamp()))).await
    }

    async fn record(&self, events: Vec<Ran>, note: Option<(Noted, &Scheduled, i64)>) -> Result<(), Fault> {
        let is_new = self.history.lock().await.record(&events, note, &self.scheduler.user).await?;
        if is_new {
            events.iter().for_each(self.told);
        }
        Ok(())
    }

    /// The time of a moment of this call; the call's own may be another one than the clock's.
    fn now_and(&self, passed: Duration) -> DateTime<Tz> {
        TimeDelta::from_std(passed).ok().and_then(|passed| self.now.checked_add_signed(passed)).unwrap_or(self.now)
    }

    /// Runs a search for a time.
    async fn run(&self, scheduled: &Arc<Scheduled>, time: DateTime<Tz>) -> Ran {
        let dispatched = self.now_and(self.start.elapsed());
        let start = Instant::now();
        let outcome = match self.scheduler.engines.get(&scheduled.context) {
            Some(Ok(engine)) => self.outcome(engine, scheduled, time).await,
            Some(Err(problems)) => Outcome { result: Err(()), diagnostics: problems.clone() },
            None => Outcome { result: Err(()), diagnostics: Vec::new() },
        };
        let run_time = start.elapsed();
        let answer = outcome.result.ok();
        let error = || outcome.diagnostics.iter().find(|diagnostic| diagnostic.is_error());
        Ran {
            scheduled: Arc::clone(scheduled),
            time,
            status: if answer.is_some() { RunStatus::Success } else { RunStatus::Failed },
            reason: match &answer {
                Some(_) => None,
                None => error().map(|error| format!("{}: {}", error.code.text(), error.message)),
            },
            dispatched,
            logged: self.now_and(self.start.elapsed()),
            run_time,
            results: answer.iter().flat_map(|answer| &answer.batches).map(|batch| batch.num_rows()).sum(),
            answer,
            diagnostics: outcome.diagnostics,
        }
    }

    async fn outcome(&self, engine: &Engine, scheduled: &Arc<Scheduled>, time: DateTime<Tz>) -> Outcome {
        let mark = Mark { search: format!("{}:{}", self.project, scheduled.id()), time: time.timestamp() };
        let engine = engine.at(mark, scheduled.earliest.clone(), scheduled.latest.clone());
        let text = scheduled.search.clone();
        // A task of its own: what fails there fails alone, and other searches use other cores.
        let task = Task(tokio::spawn(async move { engine.search(&text).await }));
        task.await.unwrap_or_else(|error| {
            let message = format!("speleo failed over this search, which is a bug: {error}");
            Outcome { result: Err(()), diagnostics: vec![Diagnostic::unplaced(Code::Bug, message)] }
        })
    }
}

/// A task that ends when nobody waits for it any more.
struct Task<T>(tokio::task::JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(mut self: std::pin::Pin<&mut Self>, cx: &mut std::task::Context<'_>) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0).poll(cx)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
