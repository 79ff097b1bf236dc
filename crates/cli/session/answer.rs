//! One search from its text to its last row: runs it, shows how far it is, reports what there is to say, writes its rows.
//!
//! `answer(Asked { engine, query, output, keeps: None }, &mut reporter).await?.exit`
//!
//! Ctrl-C ends the search and keeps the rows that came; a second one ends the program.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use speleo_engine::{Engine, Finished, Part, Progress, Reading};
use speleo_syntax::Diagnostic;
use tokio::{sync::mpsc, task::JoinHandle};

use super::{bug, preview::Preview, workers};
use crate::{
    diagnostic::{self, Reporter},
    exit::Exit,
    interrupt::Interrupt,
    output::{Format, Head, Output, Writing, footer},
    progress::Meter,
    quantity::thousands,
    query_file::Query,
};

/// Batches that wait to be written. What is computed ahead of a reader takes memory.
const WAITING: usize = 2;
/// How often the line of progress is drawn.
const TICK: Duration = Duration::from_millis(100);
/// How long rows beyond the limit are still counted, and how long they are still kept where they are to be kept.
const COUNTED_FOR: Duration = Duration::from_millis(300);
const KEPT_FOR: Duration = Duration::from_secs(2);

/// A search to run.
pub(crate) struct Asked<'a> {
    /// The world.
    pub(crate) engine: &'a Engine,
    /// The search.
    pub(crate) query: &'a Query,
    /// Where its rows go.
    pub(crate) output: &'a Output<'a>,
    /// How much of its rows is kept besides; none where nothing is.
    pub(crate) keeps: Option<Bound>,
}

/// How much is kept of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    /// Rows.
    pub(crate) rows: usize,
    /// Bytes.
    pub(crate) bytes: usize,
}

impl Default for Bound {
    fn default() -> Self {
        Self { rows: 100_000, bytes: 64 << 20 }
    }
}

/// How it went.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The exit status.
    pub(crate) exit: Exit,
    /// What there is to say of a search that came to its end.
    pub(crate) finished: Option<Finished>,
    /// What was kept; nothing where nothing was to be, or no row could come.
    pub(crate) kept: Option<Kept>,
}

/// The first rows of a search.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The columns.
    pub(crate) schema: SchemaRef,
    /// The rows in order.
    pub(crate) batches: Vec<RecordBatch>,
    /// Whether these are all.
    pub(crate) is_whole: bool,
    bound: Bound,
    is_full: bool,
}

impl Kept {
    fn new(schema: SchemaRef, bound: Bound) -> Self {
        Self { schema, batches: Vec::new(), is_whole: false, bound, is_full: false }
    }

    fn add(&mut self, rows: &RecordBatch) {
        if self.is_full {
            return;
        }
        let count = rows.num_rows().min(self.bound.rows);
        let bytes = |column: &Arc<dyn datafusion::arrow::array::Array>| column.to_data().get_slice_memory_size();
        let size: usize = rows.columns().iter().map(|column| bytes(column).unwrap_or(0)).sum();
        if size > self.bound.bytes || count < rows.num_rows() {
            self.is_full = true;
        }
        if size <= self.bound.bytes && count > 0 {
            self.bound.rows -= count;
            self.bound.bytes -= size;
            self.batches.push(rows.slice(0, count));
        }
    }
}

/// What comes from the task that runs the search.
enum Message {
    Begun { schema: SchemaRef, formatted: Option<SchemaRef>, diagnostics: Vec<Diagnostic> },
    Part(Part),
    Finished(Finished),
    Failed(Vec<Diagnostic>),
}

/// Runs a search, and writes what it gives.
///
/// # Errors
/// Where its rows cannot be written; a pipe that its reader closed is such an error, a pager that its reader left is none.
pub(crate) async fn answer(asked: Asked<'_>, reporter: &mut Reporter) -> Result<Answered> {
    let progress = Arc::new(Progress::default());
    let mut search = Search::begin(asked.engine, &asked.query.text, &progress);
    let meter = Meter::new(Arc::clone(&progress), asked.output.shows_progress());
    let is_seen = meter.is_wanted() && asked.output.is_seen() && asked.output.format.is_for_people();
    let mut course = Course {
        preview: if is_seen { Preview::of(asked.engine, &asked.query.text) } else { None },
        meter,
        start: Instant::now(),
        writing: None,
        kept: None,
        rows: 0,
        until: None,
        asked,
        reporter,
        progress,
    };
    let mut interrupt = Interrupt::listen();
    let mut ticks = tokio::time::interval(TICK);
    loop {
        let message = match search.messages.try_recv() {
            Ok(message) => Some(message),
            // Nothing is there at the moment.
            Err(mpsc::error::TryRecvError::Empty) => {
                course.idle()?;
                tokio::select! {
                    biased;
                    () = interrupt.heard() => return course.cancelled(),
                    message = search.messages.recv() => message,
                    _ = ticks.tick() => {
                        course.tick();
                        if course.is_over() {
                            return course.enough();
                        }
                        continue;
                    }
                }
            }
            Err(mpsc::error::TryRecvError::Disconnected) => None,
        };
        if interrupt.was_heard() {
            return course.cancelled();
        }
        match message {
            Some(Message::Begun { schema, formatted, diagnostics }) => course.begun(schema, formatted, &diagnostics)?,
            Some(Message::Part(part)) => {
                course.part(&part)?;
                interrupt.is_paged(course.is_paged());
                if course.is_over() {
                    return course.enough();
                }
            }
            Some(Message::Finished(finished)) => return course.finished(finished),
            Some(Message::Failed(problems)) => return course.failed(&problems),
            None => {
                let error = search.lost().await;
                return course.failed(&[error]);
            }
        }
        // Rows that come without a break leave no time to hear of anything else.
        tokio::task::yield_now().await;
    }
}

/// A search from its first word to the last.
struct Course<'a, 'r> {
    asked: Asked<'a>,
    reporter: &'r mut Reporter,
    progress: Arc<Progress>,
    meter: Meter,
    start: Instant,
    writing: Option<Writing>,
    kept: Option<Kept>,
    /// How many rows came.
    rows: u64,
    /// When it ends at the latest: all that is to be written is.
    until: Option<Instant>,
    /// What its rows will look like.
    preview: Option<Preview>,
}

impl Course<'_, '_> {
    fn begun(&mut self, schema: SchemaRef, formatted: Option<SchemaRef>, diagnostics: &[Diagnostic]) -> Result<()> {
        self.report(diagnostics);
        let (engine, query) = (self.asked.engine, self.asked.query);
        self.kept = self.asked.keeps.map(|bound| Kept::new(Arc::clone(&schema), bound));
        let head = Head { schema, formatted, timezone: engine.timezone(), text: &query.text };
        self.writing = Some(self.asked.output.begin(&head)?);
        Ok(())
    }

    fn part(&mut self, part: &Part) -> Result<()> {
        self.rows += part.rows.num_rows() as u64;
        if part.rows.num_rows() > 0 && self.preview.take().is_some() {
            self.meter.preview(Vec::new());
        }
        if let Some(kept) = &mut self.kept {
            kept.add(&part.rows);
        }
        let Some(writing) = &mut self.writing else { return Ok(()) };
        // The reader of a pipe or a pager may keep it waiting.
        self.meter.aside(|| tokio::task::block_in_place(|| writing.rows(part)))?;
        if writing.is_paged() {
            self.meter.end();
        }
        if !writing.wants_more() && self.until.is_none() {
            let is_left = writing.is_left();
            let more = if is_left {
                Duration::ZERO
            } else if self.kept.is_some() {
                KEPT_FOR
            } else {
                COUNTED_FOR
            };
            self.until = Some(Instant::now() + more);
            self.idle()?;
        }
        Ok(())
    }

    fn idle(&mut self) -> Result<()> {
        let Some(writing) = &mut self.writing else { return Ok(()) };
        self.meter.aside(|| tokio::task::block_in_place(|| writing.idle()))
    }

    /// Draws how far it is, and what its rows will look like.
    fn tick(&mut self) {
        if let Some(lines) = self.preview.as_mut().filter(|_| self.rows == 0).and_then(Preview::tick) {
            self.meter.preview(lines);
        }
        self.meter.tick();
    }

    fn is_paged(&self) -> bool {
        self.writing.as_ref().is_some_and(Writing::is_paged)
    }

    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }

    fn report(&mut self, diagnostics: &[Diagnostic]) {
        let (reporter, query) = (&mut *self.reporter, self.asked.query);
        self.meter.aside(|| reporter.report(query, diagnostics));
    }

    /// The search came to its end.
    fn finished(mut self, finished: Finished) -> Result<Answered> {
        self.meter.end();
        if let Some(writing) = self.writing.take() {
            let written = tokio::task::block_in_place(|| writing.finish())?;
            self.report(&finished.diagnostics);
            written.remark(self.rows, true);
        }
        if let Some(kept) = &mut self.kept {
            kept.is_whole = !kept.is_full;
        }
        let reading = Reading { events: finished.events_scanned, ..self.progress.look().reading };
        self.footer(&reading, finished.elapsed, "");
        Ok(Answered { exit: self.asked.output.exit_of(self.rows), finished: Some(finished), kept: self.kept })
    }

    /// All rows that are to be written are, and there are more.
    fn enough(mut self) -> Result<Answered> {
        self.meter.end();
        let (reading, elapsed) = (self.progress.look().reading, self.start.elapsed());
        if let Some(writing) = self.writing.take() {
            tokio::task::block_in_place(|| writing.finish())?.remark(self.rows, false);
        }
        self.footer(&reading, elapsed, "so far: ");
        Ok(Answered { exit: self.asked.output.exit_of(self.rows), finished: None, kept: self.kept })
    }

    /// Ctrl-C: the rows that came stay.
    fn cancelled(mut self) -> Result<Answered> {
        self.meter.end();
        let rows = thousands(self.rows);
        if let Some(writing) = self.writing.take() {
            let has_file = self.asked.output.has_file();
            tokio::task::block_in_place(|| writing.abandon())?;
            let place = if has_file { "; the file is as it was" } else { "" };
            diagnostic::print_remark(&format!("cancelled: {rows} rows so far{place}"));
        } else {
            diagnostic::print_remark("cancelled");
        }
        Ok(Answered { exit: Exit::Cancelled, finished: None, kept: self.kept })
    }

    fn failed(mut self, problems: &[Diagnostic]) -> Result<Answered> {
        self.meter.end();
        if let Some(writing) = self.writing.take() {
            let written = tokio::task::block_in_place(|| writing.abandon())?;
            if written.rows > 0 {
                diagnostic::print_remark(&format!("the search failed: {} rows so far", thousands(self.rows)));
            }
        }
        self.report(problems);
        Ok(Answered { exit: Exit::Failed, finished: None, kept: None })
    }

    fn footer(&self, reading: &Reading, elapsed: Duration, note: &str) {
        let format = self.asked.output.format;
        if format.is_for_people() || (format == Format::Raw && self.asked.output.is_seen()) {
            diagnostic::print_remark(&format!("{note}{}", footer(self.rows, reading, elapsed)));
        }
    }
}

/// The search in a task of its own: this one stays free to hear Ctrl-C while that one computes.
struct Search {
    messages: mpsc::Receiver<Message>,
    task: JoinHandle<()>,
    text: String,
}

impl Search {
    fn begin(engine: &Engine, text: &str, progress: &Arc<Progress>) -> Self {
        let (sender, messages) = mpsc::channel(WAITING);
        let (engine, owned, progress) = (engine.clone(), text.to_owned(), Arc::clone(progress));
        let task = workers().spawn(async move {
            // Where nobody listens any more, there is nothing to do.
            let _ = run(&engine, &owned, &progress, &sender).await;
        });
        Self { messages, task, text: text.to_owned() }
    }

    /// Why it ended without a word.
    async fn lost(&mut self) -> Diagnostic {
        let why = (&mut self.task).await.map_or_else(|error| error.to_string(), |()| "it ended".to_owned());
        bug(&self.text, &why)
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(
    engine: &Engine,
    text: &str,
    progress: &Arc<Progress>,
    to: &mpsc::Sender<Message>,
) -> Result<(), mpsc::error::SendError<Message>> {
    let mut running = match engine.stream(text, progress).await {
        Ok(running) => running,
        Err(problems) => return to.send(Message::Failed(problems)).await,
    };
    let (schema, formatted) = (Arc::clone(running.schema()), running.formatted_schema().cloned());
    to.send(Message::Begun { schema, formatted, diagnostics: running.diagnostics().to_vec() }).await?;
    loop {
        match running.next().await {
            Ok(Some(part)) => to.send(Message::Part(part)).await?,
            Ok(None) => return to.send(Message::Finished(running.finish())).await,
            Err(problems) => return to.send(Message::Failed(problems)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch};

    use super::{Bound, Kept};

    /// How many rows are kept of batches with so many numbers each, and whether more came.
    fn check(bound: Bound, batches: &[i64], expected: (usize, bool)) {
        let rows = |count: i64| {
            let numbers: ArrayRef = Arc::new((0..count).collect::<Int64Array>());
            RecordBatch::try_from_iter([("n", numbers)]).unwrap()
        };
        let mut kept = Kept::new(rows(0).schema(), bound);
        batches.iter().for_each(|count| kept.add(&rows(*count)));
        let count = kept.batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!((count, kept.is_full), expected);
        assert_eq!(kept.schema.fields().len(), 1);
    }

    #[test]
    fn the_first_rows_are_kept() {
        check(Bound { rows: 100, bytes: 1 << 20 }, &[50, 50], (100, false));
        check(Bound { rows: 100, bytes: 1 << 20 }, &[50, 60, 10], (100, true));
        // A number takes eight bytes. What comes behind a gap is not kept.
        check(Bound { rows: 100, bytes: 400 }, &[10, 50, 1], (10, true));
    }
}
