//! `eventstats`.

use std::sync::Arc;

use datafusion::{
    arrow::{array::RecordBatch, datatypes::DataType, util::pretty::pretty_format_batches},
    common::DataFusionError,
    execution::{SessionStateBuilder, memory_pool::MemoryConsumer},
    functions_aggregate::expr_fn::{avg, count},
    logical_expr::{Expr, ExprFunctionExt, WindowFrame, cast, expr::WindowFunction, lit},
    physical_plan::{ExecutionPlanProperties, collect_partitioned},
    prelude::col,
};
use futures::TryStreamExt;

use super::{Run, context, lines, run, spills, table};

fn over(aggregate: Expr, keys: Vec<Expr>, name: &str) -> Expr {
    let Expr::AggregateFunction(call) = aggregate else { unreachable!("an aggregate") };
    Expr::from(WindowFunction::new(call.func, call.params.args))
        .partition_by(keys)
        .window_frame(WindowFrame::new(None))
        .build()
        .unwrap()
        .alias(name)
}

async fn mean_and_count(ours: bool, memory: Option<usize>, rows: i64, keys: Vec<Expr>) -> Run {
    let context = context(ours, memory);
    let windows = vec![over(avg(col("v")), keys.clone(), "mean"), over(count(col("v")), keys, "count")];
    let frame = context.read_table(table(rows)).unwrap().window(windows).unwrap();
    run(&context, frame).await.unwrap()
}

#[tokio::test]
async fn gives_what_the_window_operator_gives() {
    for keys in [vec![], vec![col("k")], vec![col("k"), col("n")]] {
        let ours = mean_and_count(true, None, 2_000, keys.clone()).await;
        let theirs = mean_and_count(false, None, 2_000, keys).await;
        assert!(ours.shape.contains("EventStatsExec") && !ours.shape.contains("SortExec"), "{}", ours.shape);
        assert!(theirs.shape.contains("WindowAggExec"), "{}", theirs.shape);
        assert_eq!(lines(&ours.batches), lines(&theirs.batches));
    }
}

#[tokio::test]
async fn spills_rows_and_gives_the_same() {
    let spilled = mean_and_count(true, Some(1_000_000), 60_000, vec![col("k")]).await;
    assert!(spills(&spilled.plan, "EventStatsExec") > 0, "the pool is smaller than the rows");
    let kept = mean_and_count(true, None, 60_000, vec![col("k")]).await;
    assert_eq!(lines(&spilled.batches), lines(&kept.batches));
}

#[tokio::test]
async fn no_rows_give_no_rows() {
    let none = mean_and_count(true, None, 0, vec![col("k")]).await;
    assert_eq!(none.batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
}

#[tokio::test]
async fn columns_that_nobody_reads_do_not_wait() {
    let mut shapes = Vec::new();
    let mut answers = Vec::new();
    for ours in [true, false] {
        let context = context(ours, None);
        let windows = vec![over(avg(col("v")), vec![col("k")], "mean"), over(count(col("n")), vec![col("k")], "count")];
        let frame = context.read_table(table(2_000)).unwrap().window(windows).unwrap();
        let frame = frame.filter(col("v").gt(col("mean"))).unwrap();
        let frame = frame.select(vec![col("v") - col("mean"), col("count")]).unwrap();
        let run = run(&context, frame).await.unwrap();
        shapes.push(run.shape);
        answers.push(lines(&run.batches));
    }
    let waits = shapes[0].lines().find(|line| line.contains("EventStatsExec")).unwrap();
    assert!(waits.contains("kept=[v]"), "{}", shapes[0]);
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn cores_that_are_read_one_after_the_other_do_not_wait_for_each_other() {
    let context = context(true, None);
    let windows = vec![over(count(col("v")), vec![col("k")], "count")];
    let frame = context.read_table(table(2_000)).unwrap().window(windows).unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let cores = plan.output_partitioning().partition_count();
    assert!(cores > 1);
    let mut rows = 0;
    for core in (0..cores).rev() {
        let batches: Vec<RecordBatch> = plan.execute(core, context.task_ctx()).unwrap().try_collect().await.unwrap();
        rows += batches.iter().map(RecordBatch::num_rows).sum::<usize>();
    }
    assert_eq!(rows, 2_000);
}

/// Every aggregate that keeps something else, beside the number of each row, as text: rows are compared in their order.
async fn all_of_groups(memory: Option<usize>, keys: Vec<Expr>) -> (Vec<Vec<String>>, usize) {
    let mut functions = SessionStateBuilder::new().with_default_features().build();
    speleo_functions::register(&mut functions).unwrap();
    let call = |name: &str, arguments: Vec<Expr>| functions.aggregate_functions()[name].call(arguments);
    let mut windows = vec![
        over(avg(col("v")), keys.clone(), "avg"),
        over(count(col("n")), keys.clone(), "every"),
        over(call("spl_perc", vec![col("n"), lit(50.0)]), keys.clone(), "perc"),
    ];
    for name in ["count", "dc", "values"] {
        windows.push(over(call(&format!("spl_{name}"), vec![col("k")]), keys.clone(), name));
    }
    for name in ["first", "last", "list"] {
        windows.push(over(call(&format!("spl_{name}"), vec![col("k"), col("n")]), keys.clone(), name));
    }
    let context = context(true, memory);
    let frame = context.read_table(table(60_000)).unwrap().window(windows).unwrap();
    let plan = frame.create_physical_plan().await.unwrap();
    let parts = collect_partitioned(Arc::clone(&plan), context.task_ctx()).await.unwrap();
    let text = |batches: Vec<RecordBatch>| {
        let text = pretty_format_batches(&batches).unwrap().to_string();
        text.lines().filter(|line| line.starts_with("| ")).map(str::to_owned).collect()
    };
    (parts.into_iter().map(text).collect(), spills(&plan, "EventStatsExec"))
}

/// 60,000 rows are 20,000 groups, 20,000 of texts and 60,000 of two keys; each of three cores has a third of the pool.
#[tokio::test]
async fn groups_that_do_not_fit_go_to_disk() {
    let thirds = || cast(col("n") / lit(3), DataType::Utf8);
    for keys in [vec![col("n") % lit(20_000)], vec![thirds()], vec![col("n") - col("n") % lit(2), col("k")]] {
        let (kept, spilled) = all_of_groups(None, keys.clone()).await;
        assert_eq!(spilled, 0);
        let (rows, files) = all_of_groups(Some(4_000_000), keys.clone()).await;
        // Rows alone are a few files for each core; an epoch has one for each bucket, twice.
        assert!(files > 4 * 64, "{files} files of {keys:?}");
        assert_eq!(rows.len(), kept.len());
        for (rows, kept) in rows.iter().zip(&kept) {
            assert!(rows.len() >= 20_000, "each core has rows");
            assert_eq!(rows, kept);
        }
    }
}

/// Where others hold the pool, no epoch is worth its files.
#[tokio::test]
async fn a_pool_that_others_hold_is_told() {
    let context = context(true, Some(4_000_000));
    let pool = Arc::clone(&context.runtime_env().memory_pool);
    let other = MemoryConsumer::new("other").register(&pool);
    other.try_grow(3_900_000).unwrap();
    let windows = vec![over(count(col("v")), vec![col("n")], "count")];
    let frame = context.read_table(table(60_000)).unwrap().window(windows).unwrap();
    let error = run(&context, frame).await.err().unwrap();
    assert!(matches!(error.find_root(), DataFusionError::ResourcesExhausted(_)), "{error}");
}
