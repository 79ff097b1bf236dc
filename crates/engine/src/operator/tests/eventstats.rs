//! `eventstats`.

use datafusion::{
    arrow::array::RecordBatch,
    functions_aggregate::expr_fn::{avg, count},
    logical_expr::{Expr, ExprFunctionExt, WindowFrame, expr::WindowFunction},
    prelude::col,
};

use datafusion::physical_plan::ExecutionPlanProperties;
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
