//! Runs plans: to their end, or row by row.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{
        array::{RecordBatch, RecordBatchOptions},
        datatypes::{Field, Schema, SchemaRef},
    },
    common::{Column, DFSchema},
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, SessionState, memory_pool::MemoryReservation},
    logical_expr::{Expr, LogicalPlan},
    physical_expr::PhysicalExpr,
    physical_plan::{ExecutionPlan, collect, execute_stream, spill::get_record_batch_memory_size},
};
use futures::{FutureExt, TryStreamExt};

use crate::{
    fault::{Lost, panic_text},
    progress::{Progress, Run},
    session::SearchSession,
};

/// The rows of a plan.
pub(crate) struct Answered {
    /// Their columns.
    pub(crate) schema: SchemaRef,
    /// The rows in order.
    pub(crate) batches: Vec<RecordBatch>,
    /// How many events the scans gave.
    pub(crate) scanned: u64,
}

/// Plans and runs.
///
/// # Errors
/// What planning and running report; a panic below becomes an error too.
pub(crate) async fn run(session: &SearchSession, plan: LogicalPlan) -> Result<Answered> {
    let state = session.state();
    let work = async {
        let physical = state.create_physical_plan(&plan).await?;
        let run = Arc::<Progress>::default().begin(None, &physical);
        let batches = collect(Arc::clone(&physical), session.task_ctx()).await?;
        Ok(Answered { schema: physical.schema(), batches, scanned: run.events() })
    };
    guard(work).await
}

/// How a plan ran: its operators know what they did.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    /// The operators.
    pub(crate) physical: Arc<dyn ExecutionPlan>,
    /// From the plan to its operators.
    pub(crate) planning: Duration,
    /// From the first operator's start to the last row.
    pub(crate) running: Duration,
    /// How many rows came out.
    pub(crate) rows: u64,
    /// How many events the scans gave.
    pub(crate) scanned: u64,
}

/// Plans and runs a step, whose rows are held beside what runs after it.
///
/// # Errors
/// As [`run`], and where the rows pass the memory limit.
pub(crate) async fn step(
    session: &SearchSession,
    plan: &LogicalPlan,
    held: &MemoryReservation,
    (progress, name): (&Arc<Progress>, &str),
) -> Result<(Answered, Ran)> {
    let state = session.state();
    let work = async {
        let start = Instant::now();
        let physical = state.create_physical_plan(plan).await?;
        let planning = start.elapsed();
        let run = progress.begin(Some(name), &physical);
        let mut rows = execute_stream(Arc::clone(&physical), session.task_ctx())?;
        let mut batches = Vec::new();
        while let Some(batch) = rows.try_next().await? {
            held.try_grow(get_record_batch_memory_size(&batch))?;
            batches.push(batch);
        }
        let (scanned, count) = (run.events(), batches.iter().map(|batch| batch.num_rows() as u64).sum());
        let running = start.elapsed().saturating_sub(planning);
        let schema = physical.schema();
        Ok((Answered { schema, batches, scanned }, Ran { physical, planning, running, rows: count, scanned }))
    };
    guard(work).await
}

/// Runs operators and counts their rows, which nobody keeps.
///
/// # Errors
/// As [`run`].
pub(crate) async fn count(
    session: &SearchSession,
    physical: Arc<dyn ExecutionPlan>,
    planning: Duration,
) -> Result<Ran> {
    let start = Instant::now();
    let run = Arc::<Progress>::default().begin(None, &physical);
    let work = async {
        let mut batches = execute_stream(Arc::clone(&physical), session.task_ctx())?;
        let mut rows = 0;
        while let Some(batch) = batches.try_next().await? {
            rows += batch.num_rows() as u64;
        }
        Ok(rows)
    };
    let rows = guard(work).await?;
    let scanned = run.events();
    Ok(Ran { physical, planning, running: start.elapsed(), rows, scanned })
}

/// A plan that began to run.
pub(crate) struct Begun {
    /// The columns of its rows.
    pub(crate) schema: SchemaRef,
    /// How people see them, where it is another way.
    pub(crate) form: Option<Form>,
    /// The rows.
    pub(crate) rows: SendableRecordBatchStream,
    /// What it reads.
    pub(crate) run: Run,
}

/// Plans, and begins to run.
///
/// # Errors
/// What planning reports; a panic becomes an error too.
pub(crate) async fn begin(
    session: &SearchSession,
    plan: LogicalPlan,
    formats: Vec<(String, Expr)>,
    progress: &Arc<Progress>,
) -> Result<Begun> {
    let state = session.state();
    let work = async {
        let physical = state.create_physical_plan(&plan).await?;
        let schema = physical.schema();
        let form = Form::new(state, &schema, &formats)?;
        let run = progress.begin(None, &physical);
        let rows = execute_stream(physical, session.task_ctx())?;
        Ok(Begun { schema, form, rows, run })
    };
    guard(work).await
}

/// The form that `fieldformat` gives rows for people.
pub(crate) struct Form {
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    schema: SchemaRef,
}

impl Form {
    /// The form of rows with these columns; none where it is their own.
    fn new(state: &SessionState, rows: &SchemaRef, formats: &[(String, Expr)]) -> Result<Option<Self>> {
        if formats.is_empty() {
            return Ok(None);
        }
        let columns = DFSchema::try_from(Arc::clone(rows))?;
        let mut exprs = Vec::with_capacity(rows.fields().len());
        let mut fields = Vec::with_capacity(rows.fields().len());
        for field in rows.fields() {
            let plain = || Expr::Column(Column::new_unqualified(field.name()));
            let format = formats.iter().find(|(name, _)| name == field.name());
            let expr = state.create_physical_expr(format.map_or_else(plain, |(_, expr)| expr.clone()), &columns)?;
            fields.push(Field::new(field.name(), expr.data_type(rows)?, true));
            exprs.push(expr);
        }
        Ok(Some(Self { exprs, schema: Arc::new(Schema::new(fields)) }))
    }

    /// The columns that it has.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Some rows in this form.
    pub(crate) fn of(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let values = self.exprs.iter().map(|expr| expr.evaluate(rows)?.into_array(rows.num_rows()));
        let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), values.collect::<Result<_>>()?, &options)?)
    }
}

/// Turns a panic into an error: whatever DataFusion or a kernel does, the caller goes on.
pub(crate) async fn guard<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result,
        Err(payload) => Err(DataFusionError::External(Box::new(Lost(panic_text(payload.as_ref()))))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let result = guard(async { if true { panic!("no such thing") } else { Ok(()) } }).await;
        std::panic::set_hook(hook);
        let text = result.unwrap_err().to_string();
        assert!(text.contains("no such thing"), "{text}");
    }
}
