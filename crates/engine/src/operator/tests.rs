//! Our operators give what DataFusion's give, with much memory and with little.
#![allow(clippy::unwrap_used)]

mod apart;
mod eventstats;
mod first_rows;
mod merge;
mod natural_sort;
mod partial;
mod radix;
mod running;
mod soonest;
mod sorted_join;
mod trial;
mod whole;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray},
        util::pretty::pretty_format_batches,
    },
    datasource::MemTable,
    error::Result,
    execution::{SessionStateBuilder, memory_pool::FairSpillPool, runtime_env::RuntimeEnvBuilder},
    physical_optimizer::optimizer::PhysicalOptimizer,
    physical_plan::{ExecutionPlan, collect, displayable},
    prelude::{DataFrame, SessionConfig, SessionContext},
};

use super::{LateOperators, NaturalSorts, OwnOperators};

fn context(ours: bool, memory: Option<usize>) -> SessionContext {
    let mut rules = PhysicalOptimizer::new().rules;
    if ours {
        rules.insert(0, Arc::new(OwnOperators));
        NaturalSorts::join(&mut rules);
        rules.push(Arc::new(LateOperators));
    }
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(memory) = memory {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(memory)));
    }
    let config = SessionConfig::new().with_target_partitions(2).with_batch_size(1024);
    // Sorts reserve 10 MB otherwise, which is more than some pools here have.
    let config = config.with_sort_spill_reservation_bytes(100_000);
    let state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .with_runtime_env(runtime.build_arc().unwrap())
        .with_physical_optimizer_rules(rules)
        .build();
    SessionContext::new_with_state(state)
}

/// Rows `n, k, v`: every seventh key is null, every fifth value too.
fn table(rows: i64) -> Arc<MemTable> {
    let batches: Vec<Vec<RecordBatch>> = (0..3)
        .map(|part| {
            let numbers: Vec<i64> = (0..rows).filter(|n| n % 3 == part).collect();
            // No rows are a batch of none.
            numbers
                .chunks(500)
                .chain(numbers.is_empty().then_some(&[][..]))
                .map(|chunk| {
                    let keys: StringArray =
                        chunk.iter().map(|n| (n % 7 != 0).then(|| format!("key{}", n % 11))).collect();
                    let values: Float64Array = chunk.iter().map(|n| (n % 5 != 0).then_some(*n as f64)).collect();
                    let columns: Vec<(&str, ArrayRef)> = vec![
                        ("n", Arc::new(Int64Array::from(chunk.to_vec()))),
                        ("k", Arc::new(keys)),
                        ("v", Arc::new(values)),
                    ];
                    RecordBatch::try_from_iter_with_nullable(
                        columns.into_iter().map(|(name, array)| (name, array, true)),
                    )
                    .unwrap()
                })
                .collect()
        })
        .collect();
    Arc::new(MemTable::try_new(batches[0][0].schema(), batches).unwrap())
}

/// The rows as text, sorted: partitions finish in any order.
fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let mut lines: Vec<String> =
        pretty_format_batches(batches).unwrap().to_string().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// How often an operator put rows on disk.
fn spills(plan: &Arc<dyn ExecutionPlan>, operator: &str) -> usize {
    let own = if plan.name() == operator { plan.metrics().and_then(|m| m.spill_count()).unwrap_or(0) } else { 0 };
    own + plan.children().into_iter().map(|child| spills(child, operator)).sum::<usize>()
}

/// What a plan is and what it gives.
struct Run {
    shape: String,
    plan: Arc<dyn ExecutionPlan>,
    batches: Vec<RecordBatch>,
}

/// Runs a frame.
async fn run(context: &SessionContext, frame: DataFrame) -> Result<Run> {
    let plan = frame.create_physical_plan().await?;
    let batches = collect(Arc::clone(&plan), context.task_ctx()).await?;
    let shape = displayable(plan.as_ref()).indent(false).to_string();
    Ok(Run { shape, plan, batches })
}
