//! `eventstats`.

use datafusion::{
    arrow::array::RecordBatch,
    functions_aggregate::expr_fn::{avg, count},
    logical_expr::{Expr, ExprFunctionExt, WindowFrame, expr::WindowFunction},
    prelude::col,
};

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
