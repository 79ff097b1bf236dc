//! A row for each value of lists.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, AsArray, Int64Array, Int64Builder, ListArray, ListBuilder, RecordBatch, StringBuilder,
        },
        buffer::NullBuffer,
        datatypes::{DataType, Field},
    },
    common::{Column, NullHandling, UnnestOptions},
    datasource::MemTable,
    error::Result,
    logical_expr::LogicalPlanBuilder,
    prelude::DataFrame,
};

use super::{Run, context, lines, run};

/// Lists of so many texts, null where there are none; every ninth text is null.
fn texts(lengths: &[Option<usize>]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for (row, length) in lengths.iter().enumerate() {
        for place in 0..length.unwrap_or_default() {
            lists.values().append_option(((row + place) % 9 != 8).then(|| format!("{row}.{place}")));
        }
        lists.append(length.is_some());
    }
    Arc::new(lists.finish())
}

fn numbers(lengths: &[Option<usize>]) -> ArrayRef {
    let mut lists = ListBuilder::new(Int64Builder::new());
    for length in lengths {
        (0..length.unwrap_or_default()).for_each(|place| lists.values().append_value(place as i64));
        lists.append(length.is_some());
    }
    Arc::new(lists.finish())
}

/// Some lists become null but keep what they hold.
fn hidden(lists: &ArrayRef) -> ArrayRef {
    let lists = lists.as_list::<i32>();
    let nulls: NullBuffer = (0..lists.len()).map(|row| lists.is_valid(row) && row % 5 != 1).collect();
    Arc::new(ListArray::new(
        Arc::new(Field::new_list_field(DataType::Utf8, true)),
        lists.offsets().clone(),
        Arc::clone(lists.values()),
        Some(nulls),
    ))
}

async fn apart(ours: bool, batches: &[RecordBatch], columns: &[&str], null_handling: NullHandling) -> Result<Run> {
    let context = context(ours, None);
    let table = MemTable::try_new(batches[0].schema(), vec![batches.to_vec()])?;
    let frame = context.read_table(Arc::new(table))?;
    // Lists that stay lists are long to print.
    let kept: Vec<&str> = std::iter::once("n").chain(columns.iter().copied()).collect();
    let (state, plan) = frame.select_columns(&kept)?.into_parts();
    let columns = columns.iter().map(|name| Column::new_unqualified(*name)).collect();
    let options = UnnestOptions { null_handling, recursions: Vec::new() };
    let plan = LogicalPlanBuilder::from(plan).unnest_columns_with_options(columns, options)?.build()?;
    run(&context, DataFrame::new(state, plan)).await
}

#[tokio::test]
async fn gives_what_the_unnesting_gives() {
    let some = |row: usize| [Some(1), Some(3), None, Some(0), Some(2)][row % 5];
    let shapes: [Vec<Option<usize>>; 5] = [
        vec![Some(1); 1200],
        (0..1200).map(some).collect(),
        (0..300).map(|row| (row % 3 != 0).then_some(1)).collect(),
        vec![None; 20],
        (0..5).map(|row| Some(row * 300)).collect(),
    ];
    for lengths in &shapes {
        let others: Vec<Option<usize>> = lengths.iter().rev().copied().collect();
        let n: ArrayRef = Arc::new(Int64Array::from_iter_values(0..lengths.len() as i64));
        let columns: [(&str, ArrayRef); 5] = [
            ("n", n),
            ("t", texts(lengths)),
            ("m", numbers(lengths)),
            ("o", texts(&others)),
            ("h", hidden(&texts(lengths))),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
        let batches = [batch.slice(1, batch.num_rows() - 1), batch];
        for names in [&["t"][..], &["t", "m"], &["t", "o"], &["h"], &["h", "m"]] {
            for null_handling in [NullHandling::Drop, NullHandling::Preserve] {
                let ours = apart(true, &batches, names, null_handling).await.unwrap();
                let theirs = apart(false, &batches, names, null_handling).await.unwrap();
                assert!(ours.shape.contains("ApartExec"), "{}", ours.shape);
                assert!(!theirs.shape.contains("ApartExec"), "{}", theirs.shape);
                let case = format!("{names:?} {null_handling:?} {:?}", &lengths[..5]);
                assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{case}");
                assert!(ours.batches.iter().all(|batch| batch.num_rows() <= 1024), "{case}");
            }
        }
    }
}
