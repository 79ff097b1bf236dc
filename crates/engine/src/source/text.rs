//! The table of an index whose files are texts: JSON, CSV, logs.
//!
//! It is a DataFusion file scan with a source of our own, so that files and their ranges spread over cores, and columns, conditions
//! and limits reach the reader. See [`scan`] for the reading.

mod scan;

use std::{io, ops::Range, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{FileGroup, FileScanConfigBuilder},
        source::DataSourceExec,
    },
    error::Result,
    execution::object_store::ObjectStoreUrl,
    logical_expr::Expr,
    physical_plan::ExecutionPlan,
};
use futures::{StreamExt, TryStreamExt};

use self::scan::EventSource;
use super::{
    builder::Origin,
    chunk::Chunks,
    csv,
    files::{Compression, DataFile, Format},
    ndjson,
    schema::{Columns, Fields},
};
use crate::{fault::Fault, time::Zone};

/// How many events a chunk has while types are found out.
const INFER_EVENTS: usize = 8192;
/// Parts of a file smaller than this are not worth a task.
const PART: u64 = 8 << 20;

/// What the first reading of a file finds.
#[derive(Debug, Default)]
pub(crate) struct Inferred {
    pub(crate) fields: Fields,
    /// How many events there are.
    pub(crate) events: u64,
    /// How many of them cannot be read.
    pub(crate) skipped: u64,
    /// The line of the first of these, counted from the start of the part.
    pub(crate) first_skipped: Option<u64>,
    /// The names of a CSV file's cells.
    pub(crate) header: Vec<String>,
    /// A row that does not fit them.
    pub(crate) ragged: Option<String>,
}

/// A file and what the first reading told.
#[derive(Debug)]
pub(crate) struct TextFile {
    pub(crate) file: DataFile,
    pub(crate) origin: Origin,
    pub(crate) header: Vec<String>,
    /// Whether every event can be read.
    pub(crate) clean: bool,
}

impl TextFile {
    fn is_splittable(&self) -> bool {
        is_splittable(&self.file)
    }
}

fn is_splittable(file: &DataFile) -> bool {
    file.compression == Compression::None && matches!(file.format, Format::JsonLines | Format::Raw)
}

/// Reads files for the types of their fields, parts side by side.
///
/// # Errors
/// Where a file cannot be read, or a row does not fit its header.
pub(crate) async fn infer(files: &[DataFile]) -> std::result::Result<Vec<Inferred>, Fault> {
    let parts: Vec<(usize, DataFile, Option<Range<u64>>)> = files
        .iter()
        .enumerate()
        .flat_map(|(place, file)| parts(file).into_iter().map(move |range| (place, file.clone(), range)))
        .collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |(place, file, range): (usize, DataFile, Option<Range<u64>>)| async move {
        let path = file.path.clone();
        let task = tokio::task::spawn_blocking(move || infer_part(&file, range));
        let found = task.await.map_err(|error| Fault::file(&path, "read", error))?;
        Ok::<_, Fault>((place, found.map_err(|error| Fault::file(&path, "read", error))?))
    };
    // In order: fields stand in the order of their first appearance.
    let found: Vec<(usize, Inferred)> =
        futures::stream::iter(parts.into_iter().map(read)).buffered(cores).try_collect().await?;
    let mut all: Vec<Inferred> = files.iter().map(|_| Inferred::default()).collect();
    for (place, part) in found {
        let Some(whole) = all.get_mut(place) else { continue };
        whole.fields.merge(&part.fields);
        whole.events += part.events;
        whole.skipped += part.skipped;
        whole.first_skipped = whole.first_skipped.or(part.first_skipped);
        whole.header = part.header;
        if let (Some(message), Some(file)) = (part.ragged, files.get(place)) {
            return Err(Fault::data(&file.shown, message));
        }
    }
    Ok(all)
}

/// Whether a file is read in one part.
pub(crate) fn is_whole(file: &DataFile) -> bool {
    parts(file).len() == 1
}

fn parts(file: &DataFile) -> Vec<Option<Range<u64>>> {
    if !is_splittable(file) || file.size < 2 * PART {
        return vec![None];
    }
    let ends = (1..=file.size.div_ceil(PART)).map(|part| (part * PART).min(file.size));
    ends.scan(0, |start, end| Some(Some(std::mem::replace(start, end)..end))).collect()
}

fn infer_part(file: &DataFile, range: Option<Range<u64>>) -> io::Result<Inferred> {
    if file.format == Format::Raw {
        // The lines of a log tell nothing before they are asked.
        return Ok(Inferred::default());
    }
    let chunks = Chunks::open(file, range, INFER_EVENTS)?;
    match file.format {
        Format::Csv { delimiter } => csv::infer(chunks, delimiter),
        _ => ndjson::infer(chunks),
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct TextTable {
    files: Vec<Arc<TextFile>>,
    columns: Arc<Columns>,
    zone: Zone,
}

impl TextTable {
    pub(crate) fn new(files: Vec<TextFile>, columns: Columns, zone: Zone) -> Self {
        Self { files: files.into_iter().map(Arc::new).collect(), columns: Arc::new(columns), zone }
    }
}

#[async_trait]
impl TableProvider for TextTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.columns.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let files = self.files.iter().map(|file| {
            let path = file.file.path.to_string_lossy().into_owned();
            PartitionedFile::new(path, file.file.size).with_extension(Arc::clone(file))
        });
        let groups = FileGroup::new(files.collect()).split_files(state.config().target_partitions());
        let splittable = self.files.iter().all(|file| file.is_splittable());
        let source = EventSource::new(Arc::clone(&self.columns), self.zone, splittable);
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
