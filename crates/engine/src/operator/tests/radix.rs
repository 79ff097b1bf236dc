//! The last of two aggregations, over rows that it deals out to small parts.

use std::sync::Arc;

use datafusion::{
    arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    common::Result,
    datasource::MemTable,
    functions_aggregate::expr_fn::{avg, count, max, sum},
    physical_plan::ExecutionPlan,
    prelude::{Expr, col},
};

use super::{Run, context, lines, run, spills};
use crate::operator::radix::SORTED;

/// Rows `k, n, m` of two inputs; the first has those below `first`. Every hundredth text is null.
fn table(rows: i64, first: i64, text: impl Fn(i64) -> i64) -> Arc<MemTable> {
    let batch = |numbers: &[i64]| {
        let texts: StringArray = numbers.iter().map(|n| (n % 100 != 7).then(|| format!("text {}", text(*n)))).collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("k", Arc::new(texts)),
            ("n", Arc::new(Int64Array::from(numbers.to_vec()))),
            ("m", Arc::new(numbers.iter().map(|n| (n % 13 != 5).then_some(n % 3_000)).collect::<Int64Array>())),
        ];
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
    };
    let input = |numbers: std::ops::Range<i64>| {
        let numbers: Vec<i64> = numbers.collect();
        numbers.chunks(1_000).chain(numbers.is_empty().then_some(&[][..])).map(batch).collect::<Vec<_>>()
    };
    let inputs = vec![input(0..first), input(first..rows)];
    Arc::new(MemTable::try_new(inputs[0][0].schema(), inputs).unwrap())
}

/// The groups of the table's rows, summed up once more so that they are few.
async fn summed(ours: bool, memory: Option<usize>, table: &Arc<MemTable>, keys: Vec<Expr>) -> Result<Run> {
    let context = context(ours, memory);
    let frame = context.read_table(Arc::<MemTable>::clone(table)).unwrap();
    let calls = vec![count(col("n")).alias("c"), sum(col("n")).alias("s"), avg(col("m")).alias("a")];
    let frame = frame.aggregate(keys.clone(), calls).unwrap();
    let mut sums = vec![sum(col("s")), sum(col("a")), max(col("s"))];
    sums.extend(keys.into_iter().map(count));
    run(&context, frame.aggregate(vec![col("c")], sums).unwrap()).await
}

async fn equal(table: Arc<MemTable>, keys: Vec<Expr>) {
    let ours = summed(true, None, &table, keys.clone()).await.unwrap();
    let theirs = summed(false, None, &table, keys).await.unwrap();
    assert!(ours.shape.contains("RadixExec"), "{}", ours.shape);
    assert!(!ours.shape.contains("RepartitionExec"), "{}", ours.shape);
    assert_eq!(lines(&ours.batches), lines(&theirs.batches));
}

/// Of texts, of whole numbers, and of both, where rows are none, few and many.
#[tokio::test]
async fn groups_are_those_of_one_table() {
    for rows in [0, 1, 5_000, 400_000] {
        for keys in [vec![col("k")], vec![col("m")], vec![col("k"), col("m")]] {
            equal(table(rows, rows / 3, |n| n / 2), keys).await;
        }
    }
}

/// An input of few rows has as many parts as one of many.
#[tokio::test]
async fn few_rows_meet_many() {
    for first in [0, 10, 60_000] {
        equal(table(400_000, first, |n| n % 150_000), vec![col("k")]).await;
    }
}

/// How many parts did not fit.
fn sorted(plan: &Arc<dyn ExecutionPlan>) -> usize {
    let own = plan.metrics().and_then(|metrics| metrics.sum_by_name(SORTED)).map_or(0, |sum| sum.as_usize());
    own + plan.children().into_iter().map(sorted).sum::<usize>()
}

/// Those of an input that has few of them as well.
#[tokio::test]
async fn rows_that_do_not_fit_go_to_disk() {
    for first in [100_000, 60_000] {
        let table = table(200_000, first, |n| n % 150_000);
        let theirs = summed(false, None, &table, vec![col("k")]).await.unwrap();
        for memory in [4 << 20, 2 << 20] {
            let ours = summed(true, Some(memory), &table, vec![col("k")]).await.unwrap();
            assert!(spills(&ours.plan, "RadixExec") > 0);
            assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{first} {memory}");
        }
    }
}

/// So few rows of an input are one part on each core. Somewhere between these limits the rows fit, and their groups do not.
#[tokio::test]
async fn groups_that_do_not_fit_are_sorted() {
    let table = table(100_000, 50_000, |n| n);
    let theirs = summed(false, None, &table, vec![col("k")]).await.unwrap();
    let mut parts = 0;
    for memory in 8..20 {
        let ours = summed(true, Some(memory << 20), &table, vec![col("k")]).await.unwrap();
        parts += sorted(&ours.plan);
        assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{memory}");
    }
    assert!(parts > 0);
}
