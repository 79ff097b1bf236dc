//! What the columns of Parquet files are read as. `host`, of which a block of rows holds twenty and their numbers
//!
//! A file writes a text that comes again and again as a dictionary, and it is read as one: rows are numbers until a text is asked
//! for ([`crate::dictionary`]). Where only some files have dictionaries the column is read as text; the answer is the same. Times
//! without a zone are read as those of UTC: to give them one later looks at a calendar for each row.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
    catalog::Session,
    datasource::{
        file_format::{FileFormat, parquet::ParquetFormat},
        listing::PartitionedFile,
    },
    error::Result,
    parquet::{
        arrow::parquet_to_arrow_schema,
        file::metadata::{ColumnChunkMetaData, ParquetMetaData},
    },
};
use object_store::ObjectStore;

use super::footers;
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

/// Looks at the footers, and tells each file how it is read.
///
/// # Errors
/// Where a footer cannot be read, or the files' columns do not fit together.
pub(super) async fn look(
    files: &mut [PartitionedFile],
    format: &ParquetFormat,
    is_local: bool,
    store: &Arc<dyn ObjectStore>,
    state: &dyn Session,
) -> Result<Known> {
    let footers = footers::read(files, is_local, store, state).await?;
    let (schemas, own) = footers::schemas(&footers);
    // Files of one schema add nothing to each other's.
    let firsts = schemas.iter().filter_map(|same| files.get(same.first)).map(|file| file.object_meta.clone());
    let schema = &format.infer_schema(state, store, &firsts.collect::<Vec<_>>()).await?;
    let blocks = |name: &str| {
        let places: Vec<Option<usize>> = schemas.iter().map(|same| same.columns.get(name).copied()).collect();
        let of = footers.iter().zip(&own);
        of.map(move |(footer, own)| blocks(footer, places.get(*own).copied().flatten()))
    };
    let names = schema.fields().iter().map(|field| field.name());
    let filled = names.filter(|name| blocks(name).all(is_filled)).cloned().collect();
    let repeated = |field: &FieldRef| {
        let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
        is_text && blocks(field.name()).all(repeats)
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
    let mut read = Vec::with_capacity(schemas.len());
    for footer in schemas.iter().filter_map(|same| footers.get(same.first)) {
        let about = footer.file_metadata();
        read.push(Arc::new(read_as(&parquet_to_arrow_schema(about.schema_descr(), about.key_value_metadata())?)));
    }
    for ((file, footer), own) in files.iter_mut().zip(&footers).zip(&own) {
        let Some(own) = read.get(*own) else { continue };
        *file = file.clone().with_arrow_schema(Arc::clone(own)).with_extension(Footer(Arc::clone(footer)));
    }
    let rows = footers.iter().map(|footer| footer.file_metadata().num_rows());
    let rows = rows.filter_map(|rows| usize::try_from(rows).ok()).sum();
    let schema = with_nulls(&read_as(schema), &read);
    Ok(Known { schema: Arc::new(schema), filled, rows })
}

/// A schema of files, whose columns hold nulls where some of them lack these, whatever the others promise.
fn with_nulls(schema: &Schema, files: &[SchemaRef]) -> Schema {
    let field = |field: &FieldRef| match files.iter().any(|file| file.field_with_name(field.name()).is_err()) {
        true => Arc::new(Field::clone(field).with_nullable(true)),
        false => Arc::clone(field),
    };
    Schema::new_with_metadata(schema.fields().iter().map(field).collect::<Vec<_>>(), schema.metadata().clone())
}

/// A column's blocks in all row groups.
fn blocks(footer: &ParquetMetaData, place: Option<usize>) -> impl Iterator<Item = Option<&ColumnChunkMetaData>> {
    footer.row_groups().iter().map(move |group| group.columns().get(place?))
}

/// Whether every row has a value.
fn is_filled<'f>(mut blocks: impl Iterator<Item = Option<&'f ColumnChunkMetaData>>) -> bool {
    blocks.all(|block| {
        block.and_then(|block| block.statistics()).is_some_and(|statistics| statistics.null_count_opt() == Some(0))
    })
}

/// Whether a column's values take less room than they would one by one: they are numbers of a dictionary's texts. True where a
/// file has none of it.
fn repeats<'f>(blocks: impl Iterator<Item = Option<&'f ColumnChunkMetaData>>) -> bool {
    let mut room = 0;
    let mut values = 0;
    for block in blocks.flatten() {
        if block.dictionary_page_offset().is_none() && block.num_values() > 0 {
            return false;
        }
        room += block.uncompressed_size();
        values += block.num_values();
    }
    room < values.saturating_mul(LENGTH_BYTES) || values == 0
}
