//! The first of two aggregations, where keys are texts of their own.

use std::sync::Arc;

use datafusion::{
    arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    datasource::MemTable,
    functions_aggregate::expr_fn::{count, max, sum},
    prelude::col,
};

use super::{context, lines, run};

/// Rows of two parts; the text of row `n` is `text(n)`, none for every hundredth.
fn table(rows: i64, text: impl Fn(i64) -> i64) -> Arc<MemTable> {
    let part = |part: i64| {
        let numbers: Vec<i64> = (0..rows).filter(|n| n / 2 % 2 == part).collect();
        let batch = |numbers: &[i64]| {
            let texts: StringArray =
                numbers.iter().map(|n| (n % 100 != 7).then(|| format!("text {}", text(*n)))).collect();
            let columns: Vec<(&str, ArrayRef)> =
                vec![("k", Arc::new(texts)), ("n", Arc::new(Int64Array::from(numbers.to_vec())))];
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
                .unwrap()
        };
        numbers.chunks(1_000).map(batch).collect::<Vec<_>>()
    };
    let parts = vec![part(0), part(1)];
    Arc::new(MemTable::try_new(parts[0][0].schema(), parts).unwrap())
}

async fn summed(ours: bool, table: &Arc<MemTable>) -> (String, Vec<String>) {
    let context = context(ours, None);
    let frame = context.read_table(Arc::<MemTable>::clone(table)).unwrap();
    let frame = frame
        .aggregate(vec![col("k")], vec![count(col("n")).alias("c"), sum(col("n")).alias("s"), max(col("n")).alias("m")])
        .unwrap();
    // What is given on early is seen in the groups' counts.
    let frame = frame.aggregate(vec![col("c")], vec![count(col("k")), sum(col("s")), max(col("m"))]).unwrap();
    let run = run(&context, frame).await.unwrap();
    (run.shape, lines(&run.batches))
}

/// Pairs of rows beside each other, of so many groups that those of a core are given on before its rows end.
#[tokio::test]
async fn groups_that_are_given_on_early_are_put_together() {
    for text in [|n: i64| n / 2, |n: i64| n % 1_000, |n: i64| n] {
        let table = table(600_000, text);
        let (shape, ours) = summed(true, &table).await;
        let (_, theirs) = summed(false, &table).await;
        assert!(shape.contains("PartialExec"), "{shape}");
        assert_eq!(ours, theirs);
    }
}
