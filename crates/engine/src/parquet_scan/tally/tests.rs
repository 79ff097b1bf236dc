//! Files in many forms have the rows that were written, counted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{collections::BTreeMap, fs::File, path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray},
        compute::cast,
        datatypes::{DataType, Int64Type},
        util::display::array_value_to_string,
    },
    execution::object_store::ObjectStoreUrl,
    parquet::{
        arrow::ArrowWriter,
        basic::Compression,
        file::{
            metadata::ParquetMetaDataReader,
            properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion},
        },
    },
    physical_plan::collect,
    prelude::{SessionContext, col, lit},
};

use super::*;
use crate::dictionary::repeated_text;

/// Rows `host, status, code, share`; some without a value, most of them like another.
fn events(rows: i64, is_full: bool) -> RecordBatch {
    let is_there = |n: i64, each: i64| is_full || n % each != 3;
    let hosts: StringArray = (0..rows).map(|n| is_there(n, 7).then(|| format!("web{}", n * n % 5))).collect();
    let status: Int64Array =
        (0..rows).map(|n| is_there(n, 11).then_some([200, 404, -1][(n / 40 % 3) as usize])).collect();
    let code: Int32Array = (0..rows).map(|n| is_there(n, 5).then_some((n * 7 % 13) as i32)).collect();
    let share: Float64Array = (0..rows).map(|n| is_there(n, 9).then_some((n % 3) as f64 / 4.0)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("host", Arc::new(hosts)),
        ("status", Arc::new(status)),
        ("code", Arc::new(code)),
        ("share", Arc::new(share)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

/// A scan of a file that has these events.
fn scan(path: &Path, events: &RecordBatch, properties: WriterProperties, columns: &[usize]) -> Arc<dyn ExecutionPlan> {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), events.schema(), Some(properties)).unwrap();
    writer.write(events).unwrap();
    writer.close().unwrap();
    let footer = Arc::new(ParquetMetaDataReader::new().parse_and_finish(&File::open(path).unwrap()).unwrap());
    let size = std::fs::metadata(path).unwrap().len();
    let file = PartitionedFile::new(path.to_string_lossy(), size)
        .with_extension(Footer(footer))
        .with_arrow_schema(read_as(events));
    let store = SessionContext::new().runtime_env().object_store(ObjectStoreUrl::local_filesystem()).unwrap();
    let readers = datafusion::datasource::physical_plan::parquet::DefaultParquetFileReaderFactory::new(store);
    let source = datafusion::datasource::physical_plan::ParquetSource::new(read_as(events))
        .with_parquet_file_reader_factory(Arc::new(readers));
    let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
        .with_file_group(FileGroup::new(vec![file]))
        .with_projection_indices(Some(columns.to_vec()))
        .unwrap();
    DataSourceExec::from_data_source(config.build())
}

/// The events' columns as scans read them: texts as numbers of a dictionary.
fn read_as(events: &RecordBatch) -> datafusion::arrow::datatypes::SchemaRef {
    let read = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(repeated_text())),
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(events.schema().fields().iter().map(read).collect::<Vec<_>>()))
}

/// How often each row comes, by the rows of some columns.
fn counted(batches: &[RecordBatch], has_counts: bool) -> BTreeMap<Vec<String>, i64> {
    let mut counts = BTreeMap::new();
    for batch in batches {
        let values = batch.num_columns() - usize::from(has_counts);
        let columns: Vec<ArrayRef> = batch.columns()[..values]
            .iter()
            .map(|column| match column.data_type() {
                DataType::Dictionary(..) => cast(column, &DataType::Utf8).unwrap(),
                _ => Arc::clone(column),
            })
            .collect();
        for row in 0..batch.num_rows() {
            let cell = |column: &ArrayRef| {
                if column.is_null(row) { "null".to_owned() } else { array_value_to_string(column, row).unwrap() }
            };
            let count = if has_counts { batch.column(values).as_primitive::<Int64Type>().value(row) } else { 1 };
            *counts.entry(columns.iter().map(cell).collect()).or_insert(0) += count;
        }
    }
    counts
}

fn builder() -> WriterPropertiesBuilder {
    WriterProperties::builder()
}

#[tokio::test]
async fn files_of_every_form_are_counted() {
    let forms: [fn() -> WriterPropertiesBuilder; 5] = [
        builder,
        || builder().set_writer_version(WriterVersion::PARQUET_2_0).set_compression(Compression::SNAPPY),
        || builder().set_max_row_group_row_count(Some(1_000)),
        || builder().set_data_page_row_count_limit(100).set_write_batch_size(50),
        || {
            let small = builder().set_writer_version(WriterVersion::PARQUET_2_0).set_data_page_row_count_limit(64);
            small.set_write_batch_size(64).set_statistics_enabled(EnabledStatistics::None)
        },
    ];
    let folder = tempfile::tempdir().unwrap();
    for (number, form) in forms.iter().enumerate() {
        for is_full in [true, false] {
            for columns in [&[0][..], &[1], &[3], &[1, 0], &[0, 1, 2, 3]] {
                let events = events(5_003, is_full);
                let path = folder.path().join(format!("{number}.parquet"));
                let scan = scan(&path, &events, form().build(), columns);
                let Some(tally) = tallied(&scan).unwrap() else {
                    // Pages of few rows take more than their values.
                    assert!(columns.len() == 4 && number >= 2, "form {number} of {columns:?}");
                    continue;
                };
                let context = SessionContext::new().task_ctx();
                let batches = collect(tally, context).await.unwrap();
                let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
                assert!(rows < 3_000, "{rows} rows of {columns:?}");
                assert_eq!(
                    counted(&batches, true),
                    counted(&[events.project(columns).unwrap()], false),
                    "form {number}"
                );
            }
        }
    }
}

/// Row groups are left out by their bounds, and those that are read come whole: the condition above looks at each row.
#[tokio::test]
async fn row_groups_that_cannot_pass_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: Int64Array = (0..4_000).map(|n| Some(n / 1_000)).collect();
    let events = RecordBatch::try_from_iter(vec![("n", Arc::new(numbers) as ArrayRef)]).unwrap();
    let properties = builder().set_max_row_group_row_count(Some(500)).build();
    let scan = scan(&folder.path().join("n.parquet"), &events, properties, &[0]);
    let schema = datafusion::common::DFSchema::try_from(events.schema()).unwrap();
    let filter = SessionContext::new().create_physical_expr(col("n").eq(lit(2_i64)), &schema).unwrap();
    let parquet = ParquetScan::of(&scan).unwrap();
    let tally = tallied(&parquet.with(parquet.source.with_predicate(filter))).unwrap().unwrap();
    let batches = collect(Arc::clone(&tally), SessionContext::new().task_ctx()).await.unwrap();
    assert_eq!(counted(&batches, true), BTreeMap::from([(vec!["2".to_owned()], 1_000)]));
}

#[tokio::test]
async fn columns_that_are_not_of_a_dictionary_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    let plain = builder().set_dictionary_enabled(false).build();
    assert!(tallied(&scan(&path, &events(1_000, true), plain, &[1])).unwrap().is_none());
    // A dictionary that grew too large: the later pages are plain.
    let numbers: Int64Array = (0..20_000).map(Some).collect();
    let many = RecordBatch::try_from_iter(vec![("n", Arc::new(numbers) as ArrayRef)]).unwrap();
    let small = builder().set_dictionary_page_size_limit(1_000).set_write_batch_size(100).build();
    assert!(tallied(&scan(&path, &many, small, &[0])).unwrap().is_none());
}

#[test]
fn a_column_that_is_cut_off_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    scan(&path, &events(1_000, false), builder().build(), &[0]);
    let footer = ParquetMetaDataReader::new().parse_and_finish(&File::open(&path).unwrap()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for (place, field) in read_as(&events(1, true)).fields().iter().enumerate() {
        let block = footer.row_group(0).column(place);
        let (start, length) = block.byte_range();
        let whole = &bytes[start as usize..(start + length) as usize];
        let of = |bytes: &[u8]| column::Block {
            about: block,
            bytes: bytes::Bytes::copy_from_slice(bytes),
            data_type: field.data_type(),
            rows: 1_000,
        };
        let read = |bytes: &[u8]| column::Column::read(of(bytes), Vec::new());
        assert_eq!(read(whole).unwrap().numbers.len(), 1_000);
        assert_eq!(of(whole).counted().unwrap().1.iter().sum::<u32>(), 1_000);
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{place}: {end} of {length} bytes");
            assert!(of(&whole[..end]).counted().is_err(), "{place}: {end} of {length} bytes");
        }
        // What is damaged is an error or other values, and no panic.
        for at in 0..whole.len() {
            let mut damaged = whole.to_vec();
            damaged[at] ^= 0x55;
            drop((read(&damaged), of(&damaged).counted()));
        }
    }
}
