//! Sorts of rows that stand in order, backwards or in none.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array, RecordBatch},
        datatypes::Int64Type,
    },
    datasource::MemTable,
    logical_expr::SortExpr,
    prelude::col,
};

use super::{Run, context, run, spills};

/// Rows of a time and a number, in batches of 700, one partition.
fn rows(times: &[Option<i64>]) -> Arc<MemTable> {
    let numbered: Vec<(i64, Option<i64>)> = (0..).zip(times.iter().copied()).collect();
    let batches: Vec<RecordBatch> = numbered
        .chunks(700)
        .map(|chunk| {
            let times: Int64Array = chunk.iter().map(|(_, time)| *time).collect();
            let numbers: Int64Array = chunk.iter().map(|(number, _)| Some(*number)).collect();
            let columns: [(&str, ArrayRef, bool); 2] =
                [("time", Arc::new(times), true), ("number", Arc::new(numbers), true)];
            RecordBatch::try_from_iter_with_nullable(columns).unwrap()
        })
        .collect();
    Arc::new(MemTable::try_new(batches[0].schema(), vec![batches]).unwrap())
}

fn newest_first() -> Vec<SortExpr> {
    vec![col("time").sort(false, false), col("number").sort(true, false)]
}

async fn sorted(ours: bool, memory: Option<usize>, times: &[Option<i64>], order: Vec<SortExpr>) -> Run {
    let context = context(ours, memory);
    let frame = context.read_table(rows(times)).unwrap().sort(order).unwrap();
    run(&context, frame).await.unwrap()
}

/// The numbers of the rows in the order in which they come.
fn numbers(run: &Run) -> Vec<i64> {
    run.batches.iter().flat_map(|batch| batch.column(1).as_primitive::<Int64Type>().values().to_vec()).collect()
}

/// The numbers in the order that the keys ask for, by a sort of our own.
fn expected(times: &[Option<i64>]) -> Vec<i64> {
    let mut rows: Vec<(i64, Option<i64>)> = (0..).zip(times.iter().copied()).collect();
    rows.sort_by_key(|(number, time)| (time.is_none(), std::cmp::Reverse(*time), *number));
    rows.into_iter().map(|(number, _)| number).collect()
}

async fn check(times: &[Option<i64>]) {
    let ours = sorted(true, None, times, newest_first()).await;
    assert!(ours.shape.contains("NaturalSortExec"), "{}", ours.shape);
    assert_eq!(numbers(&ours), expected(times));
}

#[tokio::test]
async fn rows_in_any_order_are_sorted() {
    let up = |step: i64| (0..5_000).map(|n| Some(n / step)).collect::<Vec<_>>();
    let down = |step: i64| (0..5_000).map(|n| Some(-(n / step))).collect::<Vec<_>>();
    check(&[Some(1)]).await;
    for step in [1, 2, 3, 699, 700, 701, 1_500, 5_000] {
        check(&up(step)).await;
        check(&down(step)).await;
    }
    let mut late = up(1);
    late.extend(up(1));
    check(&late).await;
    let mut scattered: Vec<Option<i64>> = (0..5_000).map(|n| Some(n * 7_919 % 5_003)).collect();
    check(&scattered).await;
    scattered.iter_mut().step_by(3).for_each(|time| *time = None);
    check(&scattered).await;
    let mut nulls_last = down(2);
    nulls_last.extend([None; 1_000]);
    check(&nulls_last).await;
    let mut nulls_first = vec![None; 1_000];
    nulls_first.extend(up(2));
    check(&nulls_first).await;
}

#[tokio::test]
async fn rows_that_do_not_fit_are_sorted_on_disk() {
    let times: Vec<Option<i64>> = (0..300_000).map(Some).collect();
    let little = sorted(true, Some(3_000_000), &times, newest_first()).await;
    assert!(spills(&little.plan, "NaturalSortExec") > 0, "the pool is smaller than the rows");
    assert_eq!(numbers(&little), expected(&times));
}

#[tokio::test]
async fn a_sort_with_a_limit_is_left_alone() {
    let context = context(true, None);
    let frame = context.read_table(rows(&[Some(1), Some(2)])).unwrap().sort(newest_first()).unwrap();
    let first = run(&context, frame.limit(0, Some(1)).unwrap()).await.unwrap();
    assert!(!first.shape.contains("NaturalSortExec"), "{}", first.shape);
    assert_eq!(numbers(&first), [1]);
}
