//! Row groups are read from the end of the order on that is asked for, and the answers stay.

use std::{fs::File, path::Path, sync::Arc};

use datafusion::{
    arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    execution::FunctionRegistry,
    functions_window::row_number::row_number_udwf,
    logical_expr::{Expr, ExprFunctionExt, expr::WindowFunction, lit},
    parquet::{arrow::ArrowWriter, file::properties::WriterProperties},
    prelude::{DataFrame, ParquetReadOptions, SessionContext, col},
};

use super::{Run, context, lines, run};

/// Events `_time, k, x` in row groups of 100; a third of the keys comes in the oldest alone.
fn write(path: &Path) {
    let rows = 0..2_000_i64;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("_time", Arc::new(rows.clone().map(Some).collect::<Int64Array>())),
        (
            "k",
            Arc::new(
                rows.clone().map(|n| Some(format!("k{}", if n < 150 { n } else { n % 100 }))).collect::<StringArray>(),
            ),
        ),
        ("x", Arc::new(rows.map(|n| (n % 3 != 0).then_some(n * 7 % 1_000)).collect::<Int64Array>())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let small = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(small)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

async fn events(ours: bool, path: &Path) -> (SessionContext, DataFrame) {
    let mut context = context(ours, None);
    speleo_functions::register(&mut context).unwrap();
    let frame = context.read_parquet(path.to_str().unwrap(), ParquetReadOptions::default()).await.unwrap();
    (context, frame)
}

/// The newest event of each key.
async fn dedup(ours: bool, path: &Path) -> Run {
    let (context, frame) = events(ours, path).await;
    let number = Expr::from(WindowFunction::new(row_number_udwf(), Vec::new()))
        .partition_by(vec![col("k")])
        .order_by(vec![col("_time").sort(false, false), col("x").sort(true, false)])
        .build()
        .unwrap()
        .alias("number");
    let frame = frame.window(vec![number]).unwrap().filter(col("number").lt_eq(lit(1_u64))).unwrap();
    run(&context, frame).await.unwrap()
}

#[tokio::test]
async fn first_rows_are_asked_for_first() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    write(&path);
    let (ours, theirs) = (dedup(true, &path).await, dedup(false, &path).await);
    assert!(ours.shape.contains("reverse_row_groups=true"), "{}", ours.shape);
    assert!(!theirs.shape.contains("reverse_row_groups"), "{}", theirs.shape);
    assert_eq!(lines(&ours.batches), lines(&theirs.batches));
}

/// The values of each key at one end of time.
async fn ends(ours: bool, path: &Path, functions: &[&str]) -> Run {
    let (context, frame) = events(ours, path).await;
    let order = [col("_time"), lit("desc"), col("x"), lit("asc")].to_vec();
    let key = context.udf("spl_order_key").unwrap().call(order);
    let values = functions.iter().map(|name| context.udaf(name).unwrap().call(vec![col("x"), key.clone()])).collect();
    run(&context, frame.aggregate(vec![col("k")], values).unwrap()).await.unwrap()
}

#[tokio::test]
async fn so_are_the_values_at_one_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    write(&path);
    for (functions, is_reversed) in
        [(&["spl_first"][..], true), (&["spl_last"], false), (&["spl_first", "spl_last"], false)]
    {
        let (ours, theirs) = (ends(true, &path, functions).await, ends(false, &path, functions).await);
        assert_eq!(ours.shape.contains("reverse_row_groups=true"), is_reversed, "{}", ours.shape);
        assert_eq!(lines(&ours.batches), lines(&theirs.batches), "{functions:?}");
    }
}
