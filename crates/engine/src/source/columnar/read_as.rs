//! What the columns of Parquet files are read as. `host`, of which a block of rows holds twenty and their numbers
//!
//! A file writes a text that comes again and again as a dictionary, and it is read as one: rows are numbers until a text is asked
//! for ([`crate::dictionary`]). Where only some files have dictionaries the column is read as text; the answer is the same. Times
//! without a zone are read as those of UTC: to give them one later looks at a calendar for each row.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
    catalog::Session,
    datasource::{listing::PartitionedFile, physical_plan::parquet::metadata::DFParquetMetadata},
    error::Result,
    parquet::{
        arrow::parquet_to_arrow_schema,
        file::metadata::{ColumnChunkMetaData, ParquetMetaData},
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStore;

use crate::{dictionary::repeated_text, parquet_scan::Footer};

/// A text written by itself takes four bytes for its length before the first of its own.
const LENGTH_BYTES: i64 = 4;
/// The zone of times that name none.
const UTC: &str = "UTC";

/// What the footers of all files of a table say of its columns.
pub(super) struct Known {
    /// The table's columns as they are read.
    pub(super) schema: SchemaRef,
    /// Columns that every row has.
    pub(super) filled: HashSet<String>,
    /// The rows of all files.
    pub(super) rows: usize,
}

/// Looks at the footers, which the cache holds once the schema is known, and tells each file how it is read.
///
/// # Errors
/// Where a footer cannot be read.
pub(super) async fn look(
    files: &mut [PartitionedFile],
    schema: &SchemaRef,
    store: &dyn ObjectStore,
    state: &dyn Session,
) -> Result<Known> {
    let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
    let footer = |file: &PartitionedFile| {
        let (meta, cache) = (file.object_meta.clone(), Arc::clone(&cache));
        async move { DFParquetMetadata::new(store, &meta).with_file_metadata_cache(Some(cache)).fetch_metadata().await }
    };
    // The cache may be too small for all of them.
    let at_once = state.config_options().execution.meta_fetch_concurrency.get();
    let footers: Vec<_> = stream::iter(files.iter().map(footer)).buffered(at_once).try_collect().await?;
    let names = schema.fields().iter().map(|field| field.name());
    let filled = names.filter(|name| footers.iter().all(|footer| is_filled(footer, name))).cloned().collect();
    let repeated = |field: &FieldRef| {
        let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        is_text && footers.iter().all(|footer| repeats(footer, field.name()))
    };
    let repeated: HashSet<&String> =
        schema.fields().iter().filter(|field| repeated(field)).map(|field| field.name()).collect();
    let read_as = |schema: &Schema| {
        let read = |field: &FieldRef| match field.data_type() {
            _ if repeated.contains(field.name()) => Arc::new(Field::clone(field).with_data_type(repeated_text())),
            DataType::Timestamp(unit, None) => {
                Arc::new(Field::clone(field).with_data_type(DataType::Timestamp(*unit, Some(UTC.into()))))
            }
            _ => Arc::clone(field),
        };
        Schema::new_with_metadata(schema.fields().iter().map(read).collect::<Vec<_>>(), schema.metadata().clone())
    };
    let mut last: Option<SchemaRef> = None;
    for (file, footer) in files.iter_mut().zip(&footers) {
        let about = footer.file_metadata();
        let own = read_as(&parquet_to_arrow_schema(about.schema_descr(), about.key_value_metadata())?);
        // Files of one table mostly have one schema, which they share.
        let own = last.filter(|last| **last == own).unwrap_or_else(|| Arc::new(own));
        *file = file.clone().with_arrow_schema(Arc::clone(&own)).with_extension(Footer(Arc::clone(footer)));
        last = Some(own);
    }
    let rows = footers.iter().map(|footer| footer.file_metadata().num_rows());
    let rows = rows.filter_map(|rows| usize::try_from(rows).ok()).sum();
    Ok(Known { schema: Arc::new(read_as(schema)), filled, rows })
}

/// A column's blocks in all row groups.
fn blocks<'f>(footer: &'f ParquetMetaData, name: &'f str) -> impl Iterator<Item = Option<&'f ColumnChunkMetaData>> {
    let place =
        footer.file_metadata().schema_descr().columns().iter().position(|column| column.path().string() == name);
    footer.row_groups().iter().map(move |group| group.columns().get(place?))
}

/// Whether every row has a value.
fn is_filled(footer: &ParquetMetaData, name: &str) -> bool {
    blocks(footer, name).all(|block| {
        block.and_then(|block| block.statistics()).is_some_and(|statistics| statistics.null_count_opt() == Some(0))
    })
}

/// Whether a column's values take less room than they would one by one: they are numbers of a dictionary's texts. True where a
/// file has none of it.
fn repeats(footer: &ParquetMetaData, name: &str) -> bool {
    let mut room = 0;
    let mut values = 0;
    for block in blocks(footer, name).flatten() {
        if block.dictionary_page_offset().is_none() && block.num_values() > 0 {
            return false;
        }
        room += block.uncompressed_size();
        values += block.num_values();
    }
    room < values.saturating_mul(LENGTH_BYTES) || values == 0
}
