//! `speleo run --due`: the scheduled searches whose time has come. `*/5 * * * * speleo run --due --project /srv/soc`
//!
//! One line for each run goes to standard error. Rows are written only where their form is asked for: what a scheduled search is
//! for is what it writes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool};

use anyhow::Result;
use chrono::DateTime;
use chrono_tz::Tz;
use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use speleo_engine::{Answer, Ran, RunStatus, Scheduler, Standing};

use crate::{
    args::{RunArgs, concurrent},
    diagnostic::{self, Reporter},
    exit::{Exit, UsageError},
    interrupt::Interrupt,
    output::Output,
    query_file::Query,
    session,
};

/// Runs what is due.
pub(crate) async fn run(args: RunArgs) -> Result<Exit> {
    if args.output.out.is_some() && !args.dry_run {
        return Err(UsageError("`--out` takes the rows of one search".to_owned()).into());
    }
    let mut reporter = Reporter::new(args.errors.error_format);
    let settings = session::settings(&args.world);
    let opened = match args.dry_run {
        true => Scheduler::look(settings, &args.paths).await,
        false => Scheduler::open(settings, &args.paths).await,
    };
    let exit = match opened {
        Ok(scheduler) => {
            reporter.report_settings(scheduler.warnings());
            work(&args, &scheduler, &mut reporter).await
        }
        Err(problems) => {
            reporter.report_settings(&problems);
            Ok(Exit::Failed)
        }
    };
    reporter.finish();
    exit
}

async fn work(args: &RunArgs, scheduler: &Scheduler, reporter: &mut Reporter) -> Result<Exit> {
    let output = Output::new(&args.output)?;
    // A search that does not run because of its file must not go unnoticed.
    let mut exit = if scheduler.is_malformed() { Exit::Failed } else { Exit::Fine };
    let now = match scheduler.now() {
        Ok(now) => now,
        Err(problems) => {
            reporter.report_settings(&problems);
            return Ok(Exit::Failed);
        }
    };
    if args.dry_run {
        match scheduler.standing(now).await {
            Ok(standing) => output.write(&table(&standing)?, now.timezone())?,
            Err(problems) => {
                reporter.report_settings(&problems);
                exit = Exit::Failed;
            }
        }
        return Ok(exit);
    }
    let has_rows = args.output.output.is_some();
    let told = Mutex::new(Told { reporter, output, has_rows, exit, failed: None });
    let stop = AtomicBool::new(false);
    let hear = |ran: &Ran| lock(&told).hear(ran);
    let mut interrupt = Interrupt::listen();
    let answer = tokio::select! {
        answer = scheduler.run_due(now, concurrent(args.max_concurrent), &stop, &hear) => Some(answer),
        () = interrupt.heard() => None,
    };
    let mut told = lock(&told);
    match answer {
        None => return Ok(Exit::Cancelled),
        Some(Err(problems)) => {
            told.reporter.report_settings(&problems);
            told.exit = told.exit.and(Exit::Failed);
        }
        Some(Ok(())) => {}
    }
    match told.failed.take() {
        Some(error) => Err(error),
        None => Ok(told.exit),
    }
}

fn lock<T>(told: &Mutex<T>) -> MutexGuard<'_, T> {
    told.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells of runs.
struct Told<'a> {
    reporter: &'a mut Reporter,
    output: Output<'a>,
    has_rows: bool,
    exit: Exit,
    /// Why rows could not be written.
    failed: Option<anyhow::Error>,
}

impl Told<'_> {
    fn hear(&mut self, ran: &Ran) {
        report(ran, self.reporter);
        if ran.status == RunStatus::Failed {
            self.exit = self.exit.and(Exit::Failed);
        }
        let Some(answer) = &ran.answer else { return };
        self.exit = self.exit.and(self.output.exit(answer));
        if self.has_rows {
            let written = self.output.write(answer, ran.time.timezone());
            self.failed = written.err().or(self.failed.take());
        }
    }
}

/// The line of a run, and what there is to say about it.
pub(super) fn report(ran: &Ran, reporter: &mut Reporter) {
    diagnostic::print_remark(&line(ran));
    let query = Query { path: ran.scheduled.file.clone(), ..Query::typed(ran.scheduled.search.clone()) };
    reporter.report(&query, &ran.diagnostics);
}

fn line(ran: &Ran) -> String {
    let scheduled = &ran.scheduled;
    let start = format!("{} {}/{} {}", shown(ran.time), scheduled.app, scheduled.name, ran.status.text());
    match (ran.status, &ran.reason) {
        (RunStatus::Success, _) | (_, None) => {
            let rows = if ran.results == 1 { "row" } else { "rows" };
            format!("{start}, {} {rows} in {:.1} s", ran.results, ran.run_time.as_secs_f64())
        }
        (_, Some(reason)) => format!("{start}: {reason}"),
    }
}

fn shown(time: DateTime<Tz>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// How things stand, a row for each search.
fn table(standing: &[Standing]) -> Result<Answer> {
    let texts = |value: &dyn Fn(&Standing) -> Option<String>| -> ArrayRef {
        Arc::new(standing.iter().map(value).collect::<StringArray>())
    };
    let due: Int64Array = standing.iter().map(|one| i64::try_from(one.due.len()).ok()).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("savedsearch_name", texts(&|one| Some(one.scheduled.name.clone()))),
        ("app", texts(&|one| Some(one.scheduled.app.clone()))),
        ("cron_schedule", texts(&|one| Some(one.scheduled.schedule.text.clone()))),
        ("last", texts(&|one| one.last.map(shown))),
        ("due", Arc::new(due)),
        ("first_due", texts(&|one| one.due.first().copied().map(shown))),
        ("next", texts(&|one| one.next.map(shown))),
    ];
    let rows =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true)))?;
    Ok(Answer {
        schema: rows.schema(),
        batches: vec![rows],
        formatted: None,
        events_scanned: 0,
        elapsed: std::time::Duration::ZERO,
    })
}
