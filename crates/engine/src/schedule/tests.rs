//! Scheduled searches of small projects at times that the tests set.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::{Mutex, atomic::AtomicBool};

use chrono_tz::Tz;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;
use crate::Answer;

mod basics;
mod week;

/// A project in a folder of its own.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("speleo.toml", "timezone = \"UTC\"\n[indexes]\nweb = \"web.ndjson\"\n");
        project.write("web.ndjson", "");
        for (name, text) in files {
            project.write(name, text);
        }
        project
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn settings(&self) -> Settings {
        Settings { project: Some(self.0.path().to_owned()), ..Settings::default() }
    }

    async fn scheduler(&self) -> Scheduler {
        Scheduler::open(self.settings(), &[]).await.unwrap()
    }

    /// The rows of a search as texts.
    async fn rows(&self, search: &str) -> Vec<String> {
        let engine = Engine::open(self.settings()).await.unwrap();
        let outcome = engine.search(search).await;
        let answer = outcome.result.unwrap_or_else(|()| fail(&outcome.diagnostics));
        let mut rows = Vec::new();
        for batch in &answer.batches {
            let options = FormatOptions::default();
            let columns: Vec<_> =
                batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
            let row = |row: usize| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>();
            rows.extend((0..batch.num_rows()).map(|place| row(place).join(" ")));
        }
        rows
    }
}

#[allow(clippy::panic)]
fn fail(diagnostics: &[Diagnostic]) -> Answer {
    panic!("{diagnostics:?}")
}

fn time(text: &str) -> DateTime<Tz> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Tz::UTC)
}

/// Runs what is due, and tells it a line for each run.
async fn run(scheduler: &Scheduler, now: &str) -> Vec<String> {
    let told = Mutex::new(Vec::new());
    let hear = |ran: &Ran| {
        let time = ran.time.format("%H:%M");
        told.lock().unwrap().push(format!("{} {time} {} {}", ran.scheduled.name, ran.status.text(), ran.results));
    };
    scheduler.run_due(time(now), 1, &AtomicBool::new(false), &hear).await.unwrap();
    told.into_inner().unwrap()
}
