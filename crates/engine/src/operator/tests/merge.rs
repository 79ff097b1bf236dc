//! Merges of rows that several partitions sorted.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int64Array, RecordBatch},
        datatypes::Int64Type,
    },
    datasource::MemTable,
    prelude::col,
};

use super::{context, run};

/// A partition with rows of a key, its number and the number of the row, in batches of 300.
fn partition(number: i64, keys: &[Option<i64>]) -> Vec<RecordBatch> {
    let all: Vec<(i64, Option<i64>)> = (0..).zip(keys.iter().copied()).collect();
    // No rows are a batch of none.
    let chunks = all.chunks(300).chain(all.is_empty().then_some(&[][..]));
    let batches = chunks.map(|chunk| {
        let keys: Int64Array = chunk.iter().map(|(_, key)| *key).collect();
        let rows: Int64Array = chunk.iter().map(|(row, _)| Some(*row)).collect();
        let numbers = Int64Array::from(vec![number; chunk.len()]);
        let columns: [(&str, ArrayRef, bool); 3] =
            [("key", Arc::new(keys), true), ("part", Arc::new(numbers), true), ("row", Arc::new(rows), true)];
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    });
    batches.collect()
}

/// Sorts by the key alone, descending, nulls last; rows with equal keys keep the order of partitions and of rows.
async fn check(parts: &[Vec<Option<i64>>]) {
    let batches: Vec<Vec<RecordBatch>> = (0..).zip(parts).map(|(number, keys)| partition(number, keys)).collect();
    let table = Arc::new(MemTable::try_new(batches[0][0].schema(), batches).unwrap());
    let context = context(true, None);
    let order = vec![col("key").sort(false, false), col("part").sort(true, false), col("row").sort(true, false)];
    let ours = run(&context, context.read_table(table).unwrap().sort(order).unwrap()).await.unwrap();
    assert!(ours.shape.contains("MergeExec"), "{}", ours.shape);
    let column = |place: usize| -> Vec<Option<i64>> {
        ours.batches.iter().flat_map(|batch| batch.column(place).as_primitive::<Int64Type>().iter()).collect()
    };
    let found: Vec<_> = column(0).into_iter().zip(column(1)).zip(column(2)).collect();
    let mut expected: Vec<_> = (0..)
        .zip(parts)
        .flat_map(|(number, keys)| (0..).zip(keys).map(move |(row, key): (i64, _)| ((*key, Some(number)), Some(row))))
        .collect();
    // Stable; a null is less than all values, and comes last as all descends.
    expected.sort_by_key(|((key, _), _)| std::cmp::Reverse(*key));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn parts_come_in_one_order() {
    let down = |from: i64, rows: i64, step: i64| (0..rows).map(|row| Some(from - row / step)).collect::<Vec<_>>();
    let every = |rows: i64, step: i64, first: i64| (0..rows).map(|row| Some(-(first + row * step))).collect::<Vec<_>>();
    // One after the other, the later first, with equal keys where they meet.
    check(&[down(10_000, 4_000, 1), down(6_000, 4_000, 1)]).await;
    check(&[down(6_000, 4_000, 1), down(10_000, 4_000, 1), vec![]]).await;
    check(&[down(6_000, 4_000, 3), down(6_000 - 4_000 / 3, 4_000, 3), down(0, 1, 1)]).await;
    // Row by row in turns, and in runs of several lengths.
    check(&[every(3_000, 2, 0), every(3_000, 2, 1)]).await;
    for run in [7, 100, 299, 1_000] {
        let turns = |first: i64| (0..4_000).map(|row| Some(-(row / run * 2 * run + first * run + row % run))).collect();
        check(&[turns(0), turns(1)]).await;
    }
    // All alike, and nulls.
    check(&[vec![Some(5); 3_000], vec![Some(5); 2_000], vec![None; 700], vec![Some(6); 10]]).await;
    check(&[vec![None; 700], down(9, 3_000, 700), vec![None]]).await;
    let scattered = |seed: i64| (0..3_000).map(|row| Some(row * seed % 5_003)).collect::<Vec<_>>();
    check(&[scattered(7_919), scattered(104_729), scattered(31)]).await;
    check(&[scattered(7_919)]).await;
}
