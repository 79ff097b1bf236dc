//! How files are laid out: small pages with an index of them, fast to read while hot, small when they are made anew.

use std::{collections::HashSet, sync::Arc};

use deltalake_core::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        datatypes::{DataType, SchemaRef},
        record_batch::RecordBatch,
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, Encoding, ZstdLevel},
        file::{
            metadata::SortingColumn,
            properties::{EnabledStatistics, WriterProperties},
        },
        schema::types::ColumnPath,
    },
};

use crate::{
    INDEXED, RAW, SEQUENCE, TIME,
    error::{IndexError, Result},
    words::{Filters, Words},
};

/// Rows of a page at most: what a search reads around a match.
const PAGE_ROWS: usize = 8192;
/// Rows of a group at most.
const GROUP_ROWS: usize = 256 * 1024;
/// Texts that are looked at for whether they repeat.
const SAMPLE: usize = 4096;
/// How hard cold files are compressed.
const ZSTD_LEVEL: i32 = 5;

/// A file before it is stored.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// What the log is to say of the words in it.
    pub(crate) tag: Option<(String, Option<String>)>,
}

/// What files are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// New events: written fast.
    Hot,
    /// Files that are made of others: written once, kept for long.
    Cold,
}

impl Layout {
    /// A file with these events, which are in the order of the file.
    pub(crate) fn file(self, events: &RecordBatch, words: Option<&dyn Words>) -> Result<Written> {
        let mut writer = ArrowWriter::try_new(Vec::new(), events.schema(), Some(self.properties(events)))
            .map_err(IndexError::events)?;
        writer.write(events).map_err(IndexError::events)?;
        writer.flush().map_err(IndexError::events)?;
        let place = writer.bytes_written();
        let filters = match words {
            Some(words) => Filters::of(events, words, place)?,
            None => None,
        };
        for filter in filters.iter().flat_map(Filters::bytes) {
            writer.write_all(filter).map_err(IndexError::events)?;
        }
        let tag = filters.map(|filters| filters.tag(place));
        Ok(Written { bytes: writer.into_inner().map_err(IndexError::events)?, tag })
    }

    fn properties(self, events: &RecordBatch) -> WriterProperties {
        let schema = &events.schema();
        let compression = match self {
            Self::Hot => Compression::LZ4_RAW,
            Self::Cold => Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).unwrap_or_default()),
        };
        let mut properties = WriterProperties::builder()
            .set_created_by(concat!("speleo ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(compression)
            .set_data_page_row_count_limit(PAGE_ROWS)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_sorting_columns(Some(sorting(schema)));
        // Values that hardly repeat gain nothing from a dictionary.
        for name in [TIME, SEQUENCE] {
            let path = ColumnPath::from(name);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(RAW), false);
        // Its smallest and greatest text say nothing, and are long.
        properties = properties.set_column_statistics_enabled(ColumnPath::from(RAW), EnabledStatistics::None);
        for (field, column) in schema.fields().iter().zip(events.columns()) {
            if self == Self::Cold || FRONT.contains(&field.name().as_str()) || *field.data_type() != DataType::Utf8 {
                continue;
            }
            // The texts of events in the order of time are any in each page; those asked for are found by their words.
            let path = ColumnPath::new(vec![field.name().clone()]);
            properties = properties.set_column_statistics_enabled(path.clone(), EnabledStatistics::None);
            if hardly_repeats(column) {
                properties = properties.set_column_dictionary_enabled(path, false);
            }
        }
        properties.build()
    }
}

/// Whether most of the first texts of a column are different: a dictionary of them is given up after much work.
fn hardly_repeats(column: &ArrayRef) -> bool {
    let Some(texts) = column.as_string_opt::<i32>() else { return false };
    let different: HashSet<&str> = texts.iter().take(SAMPLE).flatten().collect();
    column.len() > SAMPLE && different.len() > SAMPLE / 10 * 9
}

/// The order of a file: newest first, then as events were added.
fn sorting(schema: &SchemaRef) -> Vec<SortingColumn> {
    let place = |name: &str| schema.index_of(name).ok().and_then(|place| i32::try_from(place).ok());
    let time = place(TIME).map(|column_idx| SortingColumn { column_idx, descending: true, nulls_first: false });
    let sequence =
        place(SEQUENCE).map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: false });
    time.into_iter().chain(sequence).collect()
}

/// The columns that files begin with, so that they lie together.
pub(crate) const FRONT: [&str; 7] = [TIME, SEQUENCE, INDEXED, "host", "source", "sourcetype", RAW];

/// A schema behind a counter.
pub(crate) fn shared(schema: deltalake_core::arrow::datatypes::Schema) -> SchemaRef {
    Arc::new(schema)
}
