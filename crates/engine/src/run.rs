//! Runs a plan to its end.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::Column,
    datasource::{MemTable, provider_as_source},
    error::{DataFusionError, Result},
    execution::memory_pool::MemoryReservation,
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder},
    physical_plan::{ExecutionPlan, collect, execute_stream, spill::get_record_batch_memory_size},
    prelude::SessionContext,
};
use futures::{FutureExt, TryStreamExt};

use crate::fault::{Lost, panic_text};

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
pub(crate) async fn run(session: &SessionContext, plan: LogicalPlan) -> Result<Answered> {
    let state = session.state();
    let work = async {
        let physical = state.create_physical_plan(&plan).await?;
        let batches = collect(Arc::clone(&physical), state.task_ctx()).await?;
        Ok(Answered { schema: physical.schema(), batches, scanned: scanned(&physical) })
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
    session: &SessionContext,
    plan: &LogicalPlan,
    held: &MemoryReservation,
) -> Result<(Answered, Ran)> {
    let state = session.state();
    let work = async {
        let start = Instant::now();
        let physical = state.create_physical_plan(plan).await?;
        let planning = start.elapsed();
        let mut rows = execute_stream(Arc::clone(&physical), state.task_ctx())?;
        let mut batches = Vec::new();
        while let Some(batch) = rows.try_next().await? {
            held.try_grow(get_record_batch_memory_size(&batch))?;
            batches.push(batch);
        }
        let (scanned, count) = (scanned(&physical), batches.iter().map(|batch| batch.num_rows() as u64).sum());
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
    session: &SessionContext,
    physical: Arc<dyn ExecutionPlan>,
    planning: Duration,
) -> Result<Ran> {
    let start = Instant::now();
    let work = async {
        let mut batches = execute_stream(Arc::clone(&physical), session.task_ctx())?;
        let mut rows = 0;
        while let Some(batch) = batches.try_next().await? {
            rows += batch.num_rows() as u64;
        }
        Ok(rows)
    };
    let rows = guard(work).await?;
    let scanned = scanned(&physical);
    Ok(Ran { physical, planning, running: start.elapsed(), rows, scanned })
}

/// The rows with some columns in the form that people see.
///
/// # Errors
/// What computing the forms reports.
pub(crate) async fn format(
    session: &SessionContext,
    rows: &Answered,
    formats: Vec<(String, Expr)>,
) -> Result<(SchemaRef, Vec<RecordBatch>)> {
    let mut exprs: Vec<Expr> = Vec::with_capacity(rows.schema.fields().len());
    for field in rows.schema.fields() {
        let plain = || Expr::Column(Column::new_unqualified(field.name()));
        let format = formats.iter().find(|(name, _)| name == field.name());
        exprs.push(format.map_or_else(plain, |(name, expr)| expr.clone().alias(name)));
    }
    let table = MemTable::try_new(Arc::clone(&rows.schema), vec![rows.batches.clone()])?;
    let plan = LogicalPlanBuilder::scan("rows", provider_as_source(Arc::new(table)), None)?.project(exprs)?.build()?;
    let shown = run(session, plan).await?;
    Ok((shown.schema, shown.batches))
}

/// Turns a panic into an error: whatever DataFusion or a kernel does, the caller goes on.
pub(crate) async fn guard<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(result) => result,
        Err(payload) => Err(DataFusionError::External(Box::new(Lost(panic_text(payload.as_ref()))))),
    }
}

/// The rows that the leaves of a plan gave, and those that a filter within a scan threw away.
fn scanned(plan: &Arc<dyn ExecutionPlan>) -> u64 {
    let children = plan.children();
    if !children.is_empty() {
        return children.into_iter().map(scanned).sum();
    }
    let Some(metrics) = plan.metrics() else { return 0 };
    let read = metrics.sum_by_name(crate::source::EVENTS_READ).map(|value| value.as_usize());
    let given = || metrics.output_rows().unwrap_or(0);
    let pruned = || metrics.sum_by_name("pushdown_rows_pruned").map_or(0, |value| value.as_usize());
    read.unwrap_or_else(|| given() + pruned()) as u64
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
