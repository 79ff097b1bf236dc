//! The history of scheduled runs: `index=_internal sourcetype=scheduler`, with the names of Splunk's scheduler.log.
//!
//! It is a native index in the project's store, made when it is first needed. Up to which time a search ran is noted in the
//! commit that adds the event of the run.

use std::{path::Path, sync::Arc};

use chrono::DateTime;
use datafusion::arrow::{
    array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray},
    error::ArrowError,
};
use speleo_index::{IN_COLUMNS, Index, Problem, Progress, STRUCTURED};

use super::{Ran, RunStatus, Scheduled};
use crate::{fault::Fault, native};

/// The index's name.
pub(super) const NAME: &str = "_internal";
/// Where Splunk writes the same.
const SOURCE: &str = "scheduler.log";

/// The history, open.
#[derive(Debug, Clone)]
pub(super) struct History {
    index: Index,
}

impl History {
    /// Opens the history of a store, and makes it where there is none.
    ///
    /// # Errors
    /// Where it can neither be read nor made.
    pub(super) async fn open(store: &Path) -> Result<Self, Fault> {
        if let Some(history) = Self::existing(store).await? {
            return Ok(history);
        }
        let place = store.join(NAME);
        std::fs::create_dir_all(&place).map_err(|error| Fault::file(&place, "make", error))?;
        let index = match Index::create(&place.to_string_lossy()).await {
            // Where there is one now, another process was faster.
            Err(error) if error.problem != Problem::Exists => return Err(error.into()),
            _ => native::open(&place.to_string_lossy()).await?,
        };
        Ok(Self { index })
    }

    /// Opens the history of a store; none where there is none yet.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) async fn existing(store: &Path) -> Result<Option<Self>, Fault> {
        let place = store.join(NAME);
        if !Index::is_at(&place) {
            return Ok(None);
        }
        Ok(Some(Self { index: native::open(&place.to_string_lossy()).await? }))
    }

    /// What tells it, and so its searches, from those of other projects.
    pub(super) fn id(&self) -> Result<String, Fault> {
        Ok(self.index.id()?)
    }

    /// Looks whether others have added anything.
    pub(super) async fn refresh(&mut self) -> Result<bool, Fault> {
        let before = self.index.version()?;
        self.index.refresh().await?;
        Ok(self.index.version()? != before)
    }

    /// The last time, in epoch seconds, for which a search ran or was given up.
    pub(super) async fn last(&self, scheduled: &Scheduled) -> Result<Option<i64>, Fault> {
        let ran = self.index.progress(&Noted::Ran.input(scheduled)).await?;
        let skipped = self.index.progress(&Noted::Skipped.input(scheduled)).await?;
        Ok(ran.max(skipped))
    }

    /// Adds events. With a note, unless it was made by somebody else before: false then.
    pub(super) async fn record(
        &mut self,
        events: &[Ran],
        note: Option<(Noted, &Scheduled, i64)>,
        user: &str,
    ) -> Result<bool, Fault> {
        let progress: Vec<Progress> = note
            .iter()
            .map(|(noted, scheduled, time)| Progress { input: noted.input(scheduled), place: *time })
            .collect();
        // Only who holds the lock of a search notes its runs, and has looked.
        for note in progress.iter().filter(|_| note.is_some_and(|(noted, ..)| noted != Noted::Ran)) {
            if self.index.progress(&note.input).await?.is_some_and(|place| place >= note.place) {
                return Ok(false);
            }
        }
        let batch = batch(events, user).map_err(|error| Fault::data(NAME, error))?;
        match self.index.append(&[batch], &progress).await {
            Err(error) if error.problem == Problem::Exists => Ok(false),
            answer => Ok(answer.map(|_| true)?),
        }
    }

    /// Puts its files together where they have become many. That it cannot be done now is no harm.
    pub(super) async fn tend(&mut self) {
        let _ = native::tend(&mut self.index).await;
    }
}

/// What is noted of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// Up to when it ran.
    Ran,
    /// Up to when it was skipped because it was still running. The run itself makes the other note.
    Skipped,
    /// Up to when it was told that a run waits for an earlier one.
    Waits,
}

impl Noted {
    fn input(self, scheduled: &Scheduled) -> String {
        let kind = match self {
            Self::Ran => "schedule",
            Self::Skipped => "skipped",
            Self::Waits => "continued",
        };
        format!("{kind}:{}", scheduled.id())
    }
}

/// Runs as events.
fn batch(events: &[Ran], user: &str) -> Result<RecordBatch, ArrowError> {
    let text = |value: &dyn Fn(&Ran) -> Option<String>| -> ArrayRef {
        Arc::new(events.iter().map(value).collect::<StringArray>())
    };
    let number = |value: &dyn Fn(&Ran) -> Option<i64>| -> ArrayRef {
        Arc::new(events.iter().map(value).collect::<Int64Array>())
    };
    let has_run = |ran: &Ran| matches!(ran.status, RunStatus::Success | RunStatus::Failed);
    let times = events.iter().map(|ran| ran.logged.timestamp_micros());
    let run_time: Float64Array = events.iter().map(|ran| has_run(ran).then_some(ran.run_time.as_secs_f64())).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("_time", Arc::new(TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC"))),
        ("_raw", text(&|ran| Some(line(ran, user)))),
        ("source", text(&|_| Some(SOURCE.to_owned()))),
        ("sourcetype", text(&|_| Some("scheduler".to_owned()))),
        ("savedsearch_id", text(&|ran| Some(id(ran, user)))),
        ("savedsearch_name", text(&|ran| Some(ran.scheduled.name.clone()))),
        ("search_type", text(&|_| Some("scheduled".to_owned()))),
        ("app", text(&|ran| Some(ran.scheduled.app.clone()))),
        ("user", text(&|_| Some(user.to_owned()))),
        ("status", text(&|ran| Some(ran.status.text().to_owned()))),
        ("reason", text(&|ran| ran.reason.clone())),
        ("scheduled_time", number(&|ran| Some(ran.time.timestamp()))),
        ("dispatch_time", number(&|ran| has_run(ran).then(|| ran.dispatched.timestamp()))),
        ("run_time", Arc::new(run_time)),
        ("result_count", number(&|ran| has_run(ran).then(|| i64::try_from(ran.results).unwrap_or(i64::MAX)))),
        ("sid", text(&|ran| has_run(ran).then(|| ran.sid(user)))),
        (STRUCTURED, number(&|_| Some(IN_COLUMNS))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true)))
}

fn id(ran: &Ran, user: &str) -> String {
    format!("{user};{};{}", ran.scheduled.app, ran.scheduled.name)
}

/// The line that Splunk would write.
fn line(ran: &Ran, user: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let level = if ran.status == RunStatus::Failed { "ERROR" } else { "INFO " };
    let time = DateTime::from_timestamp_micros(ran.logged.timestamp_micros()).unwrap_or_default();
    let mut line = format!(
        "{} {level} SavedSplunker - savedsearch_id={}, search_type=\"scheduled\", user={}, app={}, savedsearch_name={}, status={}",
        time.format("%m-%d-%Y %H:%M:%S%.3f %z"),
        quoted(&id(ran, user)),
        quoted(user),
        quoted(&ran.scheduled.app),
        quoted(&ran.scheduled.name),
        ran.status.text(),
    );
    if let Some(reason) = &ran.reason {
        line.push_str(&format!(", reason={}", quoted(reason)));
    }
    line.push_str(&format!(", scheduled_time={}", ran.time.timestamp()));
    if matches!(ran.status, RunStatus::Success | RunStatus::Failed) {
        line.push_str(&format!(
            ", dispatch_time={}, run_time={:.3}, result_count={}, sid={}",
            ran.dispatched.timestamp(),
            ran.run_time.as_secs_f64(),
            ran.results,
            quoted(&ran.sid(user))
        ));
    }
    line
}
