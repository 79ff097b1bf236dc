//! Functions of all rows.

use std::sync::Arc;

use datafusion::{
    arrow::array::RecordBatch,
    arrow::datatypes::DataType,
    error::Result,
    logical_expr::{Expr, ExprFunctionExt, cast, expr::WindowFunction},
    prelude::col,
};

use super::{Run, context, lines, run, spills, table};

/// How many rows run while each starts: `n` is the start, `v` the duration.
async fn concurrency(ours: bool, memory: Option<usize>, rows: i64) -> Result<Run> {
    let context = context(ours, memory);
    let function = speleo_functions::window::kernels().into_iter().find(|udf| udf.name() == "spl_concurrency").unwrap();
    let args = vec![cast(col("n"), DataType::Float64), col("v")];
    let running = Expr::from(WindowFunction::new(Arc::clone(&function), args))
        .order_by(vec![col("n").sort(false, false)])
        .build()?
        .alias("running");
    let frame = context.read_table(table(rows))?.window(vec![running])?;
    run(&context, frame).await
}

#[tokio::test]
async fn gives_what_the_window_operator_gives() {
    for rows in [0, 1, 5_000] {
        let ours = concurrency(true, None, rows).await.unwrap();
        let theirs = concurrency(false, None, rows).await.unwrap();
        assert!(ours.shape.contains("WholeExec"), "{}", ours.shape);
        assert!(!theirs.shape.contains("WholeExec"), "{}", theirs.shape);
        assert_eq!(lines(&ours.batches), lines(&theirs.batches));
    }
}

#[tokio::test]
async fn rows_go_to_disk_and_come_back_in_order() {
    // Three sorts below have their shares.
    let little = concurrency(true, Some(6_000_000), 40_000).await.unwrap();
    assert!(spills(&little.plan, "WholeExec") > 0, "the pool is smaller than the rows");
    let much = concurrency(true, None, 40_000).await.unwrap();
    assert_eq!(lines(&little.batches), lines(&much.batches));
    let first: usize = little.batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(first, 40_000);
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_an_error() {
    let error = concurrency(true, Some(1_000_000), 400_000).await.err().unwrap();
    assert!(error.to_string().contains("Resources exhausted"), "{error}");
}
