//! The first rows of each group.

use datafusion::{
    functions_window::row_number::row_number_udwf,
    logical_expr::{Expr, ExprFunctionExt, expr::WindowFunction, lit},
    prelude::col,
};

use super::{Run, context, lines, run, spills, table};

/// The first `most` rows by `v`, the largest first, of each combination of keys.
async fn first(ours: bool, memory: Option<usize>, rows: i64, keys: Vec<Expr>, most: u64) -> Run {
    let context = context(ours, memory);
    let number = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
        .partition_by(keys)
        .order_by(vec![col("v").sort(false, false), col("n").sort(true, false)])
        .build()
        .unwrap()
        .alias("number");
    let frame = context.read_table(table(rows)).unwrap().window(vec![number]).unwrap();
    let frame = frame.filter(col("number").lt_eq(lit(most))).unwrap();
    run(&context, frame.select(vec![col("n"), col("k"), col("v")]).unwrap()).await.unwrap()
}

#[tokio::test]
async fn gives_what_numbering_all_rows_gives() {
    for keys in [vec![col("k")], vec![col("n")], vec![col("k"), col("n") % lit(50)]] {
        for most in [1, 2, 100] {
            let ours = first(true, None, 3_000, keys.clone(), most).await;
            let theirs = first(false, None, 3_000, keys.clone(), most).await;
            assert!(ours.shape.contains("FirstRowsExec"), "{}", ours.shape);
            assert!(!theirs.shape.contains("FirstRowsExec"));
            assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{keys:?} {most}");
        }
    }
}

#[tokio::test]
async fn many_rows_of_few_groups_are_not_held() {
    let ours = first(true, None, 100_000, vec![col("k")], 2).await;
    let theirs = first(false, None, 100_000, vec![col("k")], 2).await;
    assert_eq!(lines(&ours.batches), lines(&theirs.batches));
    let most = rows_of(&ours, "FirstRowsExec");
    assert!(most <= 3 * 12 * 2, "three partitions, twelve groups of two rows: {most}");
}

/// How many rows an operator gave on.
fn rows_of(run: &Run, operator: &str) -> usize {
    fn of(plan: &std::sync::Arc<dyn datafusion::physical_plan::ExecutionPlan>, operator: &str) -> usize {
        let own = if plan.name() == operator { plan.metrics().and_then(|m| m.output_rows()).unwrap_or(0) } else { 0 };
        own + plan.children().into_iter().map(|child| of(child, operator)).sum::<usize>()
    }
    of(&run.plan, operator)
}

#[tokio::test]
async fn little_memory_gives_the_same() {
    let little = first(true, Some(1_500_000), 40_000, vec![col("n")], 1).await;
    assert!(spills(&little.plan, "NaturalSortExec") > 0, "the pool is smaller than the rows");
    let much = first(true, None, 40_000, vec![col("n")], 1).await;
    assert_eq!(lines(&little.batches), lines(&much.batches));
}
