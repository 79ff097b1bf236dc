//! A search whose rows come as they are found: `index=web status=500 | table _time uri`
//!
//! What is known before the first row is said before it; what comes up while files are read is known at the end.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    execution::{SendableRecordBatchStream, memory_pool::MemoryReservation},
};
use futures::TryStreamExt;
use speleo_syntax::{Diagnostic, Expansion, may_write};

use super::{Answer, Engine, Outcome, partial};
use crate::{
    accelerate::Opened,
    fault::diagnose,
    progress::{self, Progress},
    run::{self, Form},
    world::{EngineWorld, Mode, Record},
};

/// A search that runs. Dropping it cancels it.
pub struct Running {
    schema: SchemaRef,
    form: Option<Form>,
    diagnostics: Vec<Diagnostic>,
    rows: SendableRecordBatchStream,
    run: progress::Run,
    progress: Arc<Progress>,
    record: Record,
    expansion: Expansion,
    start: Instant,
    /// What steps hold is held until the last row.
    _held: MemoryReservation,
    _opened: Vec<Arc<Opened>>,
}

/// Some rows.
#[derive(Debug, Clone)]
pub struct Part {
    /// The rows, next in order.
    pub rows: RecordBatch,
    /// The same as people see them, where `fieldformat` gives fields another form.
    pub formatted: Option<RecordBatch>,
}

/// What there is to say of a search that came to its end.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The columns that it gave.
    pub schema: SchemaRef,
    /// How many rows it gave.
    pub rows: u64,
    /// How many events were read, subsearches included.
    pub events_scanned: u64,
    /// From the start of reading the text to the last row.
    pub elapsed: Duration,
    /// What came up while files were read.
    pub diagnostics: Vec<Diagnostic>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Running {
    /// The columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns as people see them, where `fieldformat` gives fields another form.
    pub fn formatted_schema(&self) -> Option<&SchemaRef> {
        self.form.as_ref().map(Form::schema)
    }

    /// Warnings and notes that are known before the first row.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// Why there are no more, and what came up before.
    pub async fn next(&mut self) -> Result<Option<Part>, Vec<Diagnostic>> {
        let (rows, form) = (&mut self.rows, &self.form);
        let next = async {
            let Some(rows) = rows.try_next().await? else { return Ok(None) };
            let formatted = form.as_ref().map(|form| form.of(&rows)).transpose()?;
            Ok(Some(Part { rows, formatted }))
        };
        match run::guard(next).await {
            Ok(part) => {
                self.progress.came(part.as_ref().map_or(0, |part| part.rows.num_rows()));
                Ok(part)
            }
            Err(error) => {
                let mut problems = self.late();
                problems.extend(self.expansion.locate(diagnose(error.into())));
                Err(problems)
            }
        }
    }

    /// Ends the search, and tells what there is to say of it.
    pub fn finish(self) -> Finished {
        Finished {
            rows: self.progress.rows(),
            events_scanned: self.record.events() + self.run.events(),
            elapsed: self.start.elapsed(),
            diagnostics: self.late(),
            schema: self.schema,
        }
    }

    /// What came up while files were read.
    fn late(&self) -> Vec<Diagnostic> {
        let mut late = self.record.warnings();
        late.retain(|warning| !self.diagnostics.contains(warning));
        late
    }
}

impl Engine {
    /// Begins a search. Rows are computed when they are asked for; `progress` tells how far it is.
    ///
    /// # Errors
    /// All there is to say of a search that gives no rows.
    pub async fn stream(&self, text: &str, progress: &Arc<Progress>) -> Result<Running, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        match self.begin(text, progress, &mut diagnostics).await {
            Ok(running) => Ok(Running { diagnostics, ..running }),
            Err(problems) => {
                diagnostics.extend(problems);
                Err(diagnostics)
            }
        }
    }

    /// Runs a search to its end. Dropping the future cancels it.
    pub async fn search(&self, text: &str) -> Outcome {
        let failed = |diagnostics| Outcome { result: Err(()), diagnostics };
        let mut running = match self.stream(text, &Arc::default()).await {
            Ok(running) => running,
            Err(problems) => return failed(problems),
        };
        let mut diagnostics = running.diagnostics.clone();
        let (mut batches, mut formatted) = (Vec::new(), Vec::new());
        loop {
            match running.next().await {
                Ok(Some(part)) => {
                    batches.push(part.rows);
                    formatted.extend(part.formatted);
                }
                Ok(None) => break,
                Err(problems) => {
                    diagnostics.extend(problems);
                    return failed(diagnostics);
                }
            }
        }
        let formatted = running.formatted_schema().cloned().map(|schema| (schema, formatted));
        let finished = running.finish();
        diagnostics.extend(finished.diagnostics);
        let answer = Answer {
            schema: finished.schema,
            batches,
            formatted,
            events_scanned: finished.events_scanned,
            elapsed: finished.elapsed,
        };
        Outcome { result: Ok(answer), diagnostics }
    }

    async fn begin(
        &self,
        text: &str,
        progress: &Arc<Progress>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Running, Vec<Diagnostic>> {
        let start = Instant::now();
        let session = self.session();
        progress.counts(&session.runtime_env().memory_pool);
        let mut read = self.read(text);
        diagnostics.append(&mut read.diagnostics);
        if diagnostics.iter().any(Diagnostic::is_error) {
            diagnostics.extend(self.plan_parts(&read, &self.world(Mode::Rehearse)?).await);
            partial::in_reading_order(diagnostics);
            return Err(Vec::new());
        }
        let world = EngineWorld { progress: Arc::clone(progress), ..self.world(Mode::Run)? };
        if may_write(&read.expansion.text) {
            // Lowering writes while it goes: what stands after the write must be known to work.
            let rehearsal = self.world(Mode::Rehearse)?;
            self.plan(&read, &rehearsal).await?;
        }
        let planned = self.plan(&read, &world).await;
        diagnostics.extend(world.record.warnings());
        let planned = planned?;
        diagnostics.extend(read.expansion.locate(planned.notes));
        let begun = run::begin(session, planned.plan, planned.formats, progress).await;
        let EngineWorld { record, held, opened, .. } = world;
        let begun = begun.map_err(|error| {
            // What came up while the plan was made.
            let mut problems = record.warnings();
            problems.retain(|warning| !diagnostics.contains(warning));
            problems.extend(read.expansion.locate(diagnose(error.into())));
            problems
        })?;
        Ok(Running {
            schema: begun.schema,
            form: begun.form,
            diagnostics: Vec::new(),
            rows: begun.rows,
            run: begun.run,
            progress: Arc::clone(progress),
            record,
            expansion: read.expansion,
            start,
            _held: held,
            _opened: opened.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner),
        })
    }
}
