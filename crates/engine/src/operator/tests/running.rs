//! Running aggregates.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::ScalarValue,
    functions_aggregate::{
        average::avg_udaf,
        count::count_udaf,
        min_max::{max_udaf, min_udaf},
        sum::sum_udaf,
    },
    logical_expr::{
        AggregateUDF, Expr, ExprFunctionExt, WindowFrame, WindowFrameBound, WindowFrameUnits, cast,
        expr::WindowFunction,
    },
    prelude::col,
};

use super::{Run, context, lines, run, table};

/// Rows back from each row, the farthest and the nearest.
fn frame(first: Option<u64>, last: u64) -> WindowFrame {
    let first = WindowFrameBound::Preceding(ScalarValue::UInt64(first));
    let last = match last {
        0 => WindowFrameBound::CurrentRow,
        last => WindowFrameBound::Preceding(ScalarValue::UInt64(Some(last))),
    };
    WindowFrame::new_bounds(WindowFrameUnits::Rows, first, last)
}

/// Keys smaller by `first` to `last`.
fn range(first: i64, last: i64) -> WindowFrame {
    let bound = |distance| match distance {
        0 => WindowFrameBound::CurrentRow,
        distance => WindowFrameBound::Preceding(ScalarValue::Int64(Some(distance))),
    };
    WindowFrame::new_bounds(WindowFrameUnits::Range, bound(first), bound(last))
}

/// Every running function over `v` and `n` within the keys, in the order of `n`.
async fn running(ours: bool, rows: i64, keys: &[Expr], frame: &WindowFrame) -> Run {
    let context = context(ours, None);
    let ascending = frame.units == WindowFrameUnits::Range;
    let over = |name: &str, function: Arc<AggregateUDF>, argument: Expr| {
        Expr::from(WindowFunction::new(function, vec![argument]))
            .partition_by(keys.to_vec())
            .order_by(vec![col("n").sort(ascending, false)])
            .window_frame(frame.clone())
            .build()
            .unwrap()
            .alias(name)
    };
    let doubled = || cast(col("n"), DataType::Float64);
    let windows = vec![
        over("count", count_udaf(), col("v")),
        over("keys", count_udaf(), col("k")),
        over("sum", sum_udaf(), col("v")),
        over("mean", avg_udaf(), col("v")),
        over("whole", sum_udaf(), col("n")),
        over("least", min_udaf(), col("v")),
        over("most", max_udaf(), doubled()),
        over("first", min_udaf(), col("n")),
        over("last", max_udaf(), col("n")),
    ];
    let frame = context.read_table(table(rows)).unwrap().window(windows).unwrap();
    run(&context, frame).await.unwrap()
}

#[tokio::test]
async fn gives_what_the_window_operator_gives() {
    let rows = [(None, 0), (None, 1), (None, 3), (Some(0), 0), (Some(4), 0), (Some(5), 1), (Some(900), 2)];
    let ranges = [(0, 0), (9, 0), (30, 1), (1_500, 200)];
    let rows = rows.map(|(first, last)| frame(first, last));
    let ranges = ranges.map(|(first, last)| range(first, last));
    for keys in [vec![], vec![col("k")], vec![col("k"), col("n")]] {
        for frame in rows.iter().chain(&ranges) {
            let ours = running(true, 2_500, &keys, frame).await;
            let theirs = running(false, 2_500, &keys, frame).await;
            assert!(ours.shape.contains("RunningExec"), "{}", ours.shape);
            assert!(!ours.shape.contains("WindowAggExec"), "{}", ours.shape);
            assert!(!theirs.shape.contains("RunningExec"));
            assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{keys:?} {frame}");
        }
    }
}

#[tokio::test]
async fn rows_are_not_sorted_by_their_keys() {
    let ours = running(true, 100, &[col("k")], &frame(None, 0)).await;
    assert!(ours.shape.contains("expr=[n@0 DESC NULLS LAST]"), "{}", ours.shape);
    assert!(!ours.shape.contains("k@1 ASC"), "{}", ours.shape);
}

#[tokio::test]
async fn no_rows_give_no_rows() {
    let none = running(true, 0, &[col("k")], &frame(None, 0)).await;
    assert_eq!(none.batches.iter().map(|batch| batch.num_rows()).sum::<usize>(), 0);
}
