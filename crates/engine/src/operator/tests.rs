#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray},
        util::pretty::pretty_format_batches,
    },
    datasource::MemTable,
    execution::{SessionStateBuilder, memory_pool::FairSpillPool, runtime_env::RuntimeEnvBuilder},
    functions_aggregate::expr_fn::{avg, count},
    logical_expr::{ExprFunctionExt, WindowFrame, expr::WindowFunction},
    physical_optimizer::optimizer::PhysicalOptimizer,
    physical_plan::{ExecutionPlan, collect, displayable},
    prelude::{Expr, SessionConfig, SessionContext, col},
};

use super::OwnOperators;

fn context(ours: bool, memory: Option<usize>) -> SessionContext {
    let mut rules = PhysicalOptimizer::new().rules;
    if ours {
        rules.insert(0, Arc::new(OwnOperators));
    }
    let mut runtime = RuntimeEnvBuilder::new();
    if let Some(memory) = memory {
        runtime = runtime.with_memory_pool(Arc::new(FairSpillPool::new(memory)));
    }
    let state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(SessionConfig::new().with_target_partitions(2).with_batch_size(1024))
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

fn over(aggregate: Expr, keys: Vec<Expr>, name: &str) -> Expr {
    let Expr::AggregateFunction(call) = aggregate else { unreachable!("an aggregate") };
    Expr::from(WindowFunction::new(call.func, call.params.args))
        .partition_by(keys)
        .window_frame(WindowFrame::new(None))
        .build()
        .unwrap()
        .alias(name)
}

async fn run(
    ours: bool,
    memory: Option<usize>,
    rows: i64,
    keys: Vec<Expr>,
) -> (String, Arc<dyn ExecutionPlan>, Vec<RecordBatch>) {
    let context = context(ours, memory);
    let frame = context
        .read_table(table(rows))
        .unwrap()
        .window(vec![over(avg(col("v")), keys.clone(), "mean"), over(count(col("v")), keys, "count")])
        .unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let batches = collect(Arc::clone(&plan), context.task_ctx()).await.unwrap();
    let shape = displayable(plan.as_ref()).indent(false).to_string();
    (shape, plan, batches)
}

/// The rows as text, sorted: partitions finish in any order.
fn lines(batches: &[RecordBatch]) -> Vec<String> {
    let mut lines: Vec<String> =
        pretty_format_batches(batches).unwrap().to_string().lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn spills(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let own =
        if plan.name() == "EventStatsExec" { plan.metrics().and_then(|m| m.spill_count()).unwrap_or(0) } else { 0 };
    own + plan.children().into_iter().map(spills).sum::<usize>()
}

#[tokio::test]
async fn gives_what_the_window_operator_gives() {
    for keys in [vec![], vec![col("k")], vec![col("k"), col("n")]] {
        let (shape, _, ours) = run(true, None, 2_000, keys.clone()).await;
        let (theirs_shape, _, theirs) = run(false, None, 2_000, keys).await;
        assert!(shape.contains("EventStatsExec") && !shape.contains("SortExec"), "{shape}");
        assert!(theirs_shape.contains("WindowAggExec"), "{theirs_shape}");
        assert_eq!(lines(&ours), lines(&theirs));
    }
}

#[tokio::test]
async fn spills_rows_and_gives_the_same() {
    let (_, plan, spilled) = run(true, Some(1_000_000), 60_000, vec![col("k")]).await;
    assert!(spills(&plan) > 0, "the pool is smaller than the rows");
    let (_, _, kept) = run(true, None, 60_000, vec![col("k")]).await;
    assert_eq!(lines(&spilled), lines(&kept));
}

#[tokio::test]
async fn no_rows_give_no_rows() {
    let (_, _, batches) = run(true, None, 0, vec![col("k")]).await;
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
}
