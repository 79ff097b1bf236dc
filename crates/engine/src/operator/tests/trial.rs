//! Transactions as groups of their value, and by number where a value has too many events.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    error::Result,
    functions_aggregate::expr_fn::{count, max, min},
    logical_expr::{Expr, ExprFunctionExt, cast, expr::WindowFunction, lit},
    physical_plan::ExecutionPlan,
    prelude::col,
    scalar::ScalarValue,
};

use super::{Run, context, lines, run, spills, table};

/// How many events each transaction of `value` has, and from which row to which it goes.
async fn transactions(ours: bool, memory: Option<usize>, rows: i64, value: Expr, most: i64) -> Result<Run> {
    let context = context(ours, memory);
    let function = speleo_functions::window::kernels().into_iter().find(|udf| udf.name() == "spl_transaction").unwrap();
    let no_limit = || lit(ScalarValue::Float64(None));
    let mut args = vec![col("v"), lit(false), lit(false), no_limit(), no_limit(), lit(most)];
    args.extend([lit(false), lit(false), lit(true), lit(false), lit(false), value]);
    let number = Expr::from(WindowFunction::new(Arc::clone(&function), args))
        .order_by(vec![col("n").sort(false, false)])
        .build()?
        .alias("number");
    let results = vec![count(col("k")).alias("events"), min(col("n")).alias("first"), max(col("n")).alias("last")];
    let frame = context
        .read_table(table(rows))?
        .window(vec![number])?
        .filter(col("number").is_not_null())?
        .aggregate(vec![col("number")], results)?
        .select(vec![col("events"), col("first"), col("last")])?;
    run(&context, frame).await
}

/// How many rows the numbering saw.
fn numbered(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let own = match plan.name() {
        "WholeExec" => plan.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0),
        _ => 0,
    };
    own + plan.children().into_iter().map(numbered).sum::<usize>()
}

#[tokio::test]
async fn values_with_few_events_are_groups() {
    for rows in [0, 1, 5_000] {
        for most in [0, 1_000] {
            let ours = transactions(true, None, rows, col("k"), most).await.unwrap();
            let theirs = transactions(false, None, rows, col("k"), most).await.unwrap();
            assert!(ours.shape.contains("TrialExec"), "{}", ours.shape);
            assert!(!theirs.shape.contains("TrialExec"), "{}", theirs.shape);
            assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{rows} rows, at most {most}");
            assert_eq!(numbered(&ours.plan), 0, "{rows} rows, at most {most}");
        }
    }
}

#[tokio::test]
async fn values_with_too_many_events_are_numbered() {
    // Eleven values share 5,000 rows but for every seventh: about 390 each.
    for most in [1, 7, 100, 389] {
        let ours = transactions(true, None, 5_000, col("k"), most).await.unwrap();
        let theirs = transactions(false, None, 5_000, col("k"), most).await.unwrap();
        assert_eq!(lines(&ours.batches), lines(&theirs.batches), "at most {most}");
        assert!(ours.shape.contains("TrialExec"), "{}", ours.shape);
        assert!(numbered(&ours.plan) > 0, "at most {most}");
    }
}

#[tokio::test]
async fn groups_wait_on_disk() {
    let value = || cast(col("n"), DataType::Utf8);
    let much = transactions(true, None, 40_000, value(), 1_000).await.unwrap();
    let little = transactions(true, Some(2_500_000), 40_000, value(), 1_000).await.unwrap();
    assert!(spills(&little.plan, "TrialExec") > 0, "the pool is smaller than the groups");
    assert_eq!(lines(&little.batches), lines(&much.batches));
}
