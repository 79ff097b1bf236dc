//! Tables of columnar files as bytes, for a machine that reads the same files.
//!
//! Types of columns are not in them: a plan that travels says these itself. Neither is what a file's statistics say; they are read
//! with the file.

use std::sync::Arc;

use chrono::DateTime;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::TableProvider,
    common::{exec_datafusion_err, not_impl_err},
    config::{ConfigOptions, TableOptions},
    datasource::{
        file_format::{FileFormat, arrow::ArrowFormat, parquet::ParquetFormat},
        listing::PartitionedFile,
    },
    error::{DataFusionError, Result},
    execution::object_store::ObjectStoreUrl,
    scalar::ScalarValue,
};
use object_store::{ObjectMeta, path::Path};
use serde::{Deserialize, Serialize};

use super::ColumnarTable;

/// A table.
#[derive(Debug, Serialize, Deserialize)]
struct Table {
    /// Whether the files are Parquet's; otherwise they are Arrow's.
    is_parquet: bool,
    store: String,
    files: Vec<File>,
}

/// A file, and the values of the columns that its scan adds.
#[derive(Debug, Serialize, Deserialize)]
struct File {
    location: String,
    size: u64,
    /// In nanoseconds since the epoch.
    modified: i64,
    number: i64,
    origin: [Option<String>; 4],
}

/// A table of columnar files as bytes; none where it is another.
///
/// # Errors
/// None that a table of ours gives.
pub(crate) fn bytes(table: &dyn TableProvider) -> Result<Option<Vec<u8>>> {
    let Some(table) = table.downcast_ref::<ColumnarTable>() else { return Ok(None) };
    let files = table.files.iter().map(File::of).collect::<Result<_>>()?;
    let told = Table { is_parquet: table.is_parquet(), store: table.store.to_string(), files };
    serde_json::to_vec(&told).map(Some).map_err(|error| DataFusionError::External(error.into()))
}

/// The table that bytes tell of.
///
/// # Errors
/// Where they tell of none.
pub(crate) fn table(bytes: &[u8], schema: SchemaRef, options: &ConfigOptions) -> Result<Arc<dyn TableProvider>> {
    let told: Table =
        serde_json::from_slice(bytes).map_err(|error| exec_datafusion_err!("these bytes tell of no files: {error}"))?;
    let options = TableOptions::default_from_session_config(options);
    let format: Arc<dyn FileFormat> = if told.is_parquet {
        Arc::new(ParquetFormat::default().with_options(options.parquet))
    } else {
        Arc::new(ArrowFormat)
    };
    let store = ObjectStoreUrl::parse(&told.store)?;
    let files = told.files.into_iter().map(File::partitioned).collect::<Result<_>>()?;
    Ok(Arc::new(ColumnarTable::new(format, store, files, schema, None)))
}

impl File {
    fn of(file: &PartitionedFile) -> Result<Self> {
        let [ScalarValue::Int64(Some(number)), origin @ ..] = file.partition_values.as_slice() else {
            return not_impl_err!("a file without a number cannot be told of");
        };
        let texts: Vec<Option<String>> = origin
            .iter()
            .map(|value| match value {
                ScalarValue::Utf8(text) => text.clone(),
                _ => None,
            })
            .collect();
        let origin = <[Option<String>; 4]>::try_from(texts)
            .or_else(|_| not_impl_err!("a file without an origin cannot be told of"))?;
        let meta = &file.object_meta;
        let location = meta.location.to_string();
        Ok(Self {
            location,
            size: meta.size,
            modified: meta.last_modified.timestamp_nanos_opt().unwrap_or_default(),
            number: *number,
            origin,
        })
    }

    fn partitioned(self) -> Result<PartitionedFile> {
        let meta = ObjectMeta {
            location: Path::parse(&self.location)?,
            last_modified: DateTime::from_timestamp_nanos(self.modified),
            size: self.size,
            e_tag: None,
            version: None,
        };
        let mut values = vec![ScalarValue::Int64(Some(self.number))];
        values.extend(self.origin.map(ScalarValue::Utf8));
        Ok(PartitionedFile::new_from_meta(meta).with_partition_values(values))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use datafusion::{
        arrow::datatypes::{DataType, Field, Schema},
        datasource::MemTable,
        prelude::SessionConfig,
    };

    use super::*;

    fn file(name: &str, number: i64, host: Option<&str>) -> PartitionedFile {
        let text = |text: Option<&str>| ScalarValue::Utf8(text.map(str::to_owned));
        let origin = [text(Some("web")), text(host), text(Some(name)), text(Some("access"))];
        let values = std::iter::once(ScalarValue::Int64(Some(number))).chain(origin).collect();
        PartitionedFile::new(name, 10).with_partition_values(values)
    }

    #[test]
    fn a_table_comes_back_with_its_files_and_columns() {
        let schema = Arc::new(Schema::new(vec![Field::new("status", DataType::Int64, true)]));
        let files = vec![file("data/a.parquet", 0, Some("h1")), file("data/b.parquet", 1 << 44, None)];
        let format = Arc::new(ParquetFormat::default());
        let sent = ColumnarTable::new(format, ObjectStoreUrl::local_filesystem(), files, schema, None);
        let bytes = bytes(&sent).unwrap().unwrap();
        let config = SessionConfig::new();
        let came = table(&bytes, sent.schema(), config.options()).unwrap();
        assert_eq!(came.schema(), sent.schema());
        let came = came.downcast_ref::<ColumnarTable>().unwrap();
        assert!(came.is_parquet() && came.has_rows());
        assert_eq!(came.store, sent.store);
        let told = |table: &ColumnarTable| -> Vec<_> {
            let files = table.files.iter();
            files.map(|file| (file.object_meta.clone(), file.partition_values.clone())).collect()
        };
        assert_eq!(told(came), told(&sent));
    }

    #[test]
    fn rows_in_memory_are_no_files() {
        let rows = MemTable::try_new(Arc::new(Schema::empty()), vec![vec![]]).unwrap();
        assert_eq!(bytes(&rows).unwrap(), None);
        assert!(table(b"{}", Arc::new(Schema::empty()), SessionConfig::new().options()).is_err());
    }
}
