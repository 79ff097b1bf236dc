//! The table of an index whose files are texts: JSON, CSV, logs.
//!
//! It is a DataFusion file scan with a source of our own, so that files and their ranges spread over cores, and columns, conditions
//! and limits reach the reader. See [`scan`] for the reading.

mod decoder;
mod filter;
mod misfit;
mod scan;

use std::{io, ops::Range, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::project_schema,
    datasource::{
        TableType,
        listing::PartitionedFile,
        physical_plan::{FileGroup, FileScanConfigBuilder},
        source::DataSourceExec,
    },
    error::Result,
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, TableProviderFilterPushDown},
    physical_plan::{ExecutionPlan, empty::EmptyExec},
};
use futures::{StreamExt, TryStreamExt};

pub(crate) use self::misfit::Misfit;
use self::scan::EventSource;
use super::{
    builder::Origin,
    choose,
    chunk::Chunks,
    csv,
    files::{Compression, DataFile, Format},
    made, ndjson,
    schema::{Columns, Fields, ORIGIN},
};
use crate::{
    event::{Notes, Rules, Subject},
    fault::Fault,
    time::Zone,
};

/// How many events a chunk has while types are found out.
const INFER_EVENTS: usize = 8192;
/// Parts of a file smaller than this are not worth a task.
const PART: u64 = 8 << 20;
/// So many bytes of small files are one task.
const SHARE_BYTES: u64 = 1 << 20;
/// And so many files.
const SHARE_FILES: usize = 128;

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
    /// Where these begin, as far as they are kept.
    pub(crate) bad: Vec<u64>,
    /// The names of a CSV file's cells.
    pub(crate) header: Vec<String>,
    /// A row that does not fit them.
    pub(crate) ragged: Option<String>,
    /// What events say of their origin, each once; none where the reading did not look.
    pub(crate) origins: Option<Vec<crate::event::Origin>>,
}

/// A file, how its events are made, and what the first reading told.
#[derive(Debug, Clone)]
pub(crate) struct TextFile {
    pub(crate) file: DataFile,
    pub(crate) origin: Origin,
    /// The same for those who make events.
    pub(crate) subject: Arc<Subject>,
    /// How events are made; none where an event is a line, a record, a document.
    pub(crate) rules: Option<Arc<Rules>>,
    pub(crate) header: Vec<String>,
    /// Whether every event can be read but those that are known to be bad.
    pub(crate) clean: bool,
    /// Where these begin, in order.
    pub(crate) bad: Arc<[u64]>,
    /// Whether the fields and their types are those of other events, and reading fails with [`Misfit`] where they do not fit.
    pub(crate) is_guess: bool,
    /// The bytes that are read where only some are: events that begin there.
    pub(crate) range: Option<Range<u64>>,
    /// The columns that are known to hold for every event what the file says.
    pub(crate) constant: Vec<&'static str>,
}

/// Whether what a scan reads of a file is what is stored.
pub(crate) fn is_plain_text(file: &PartitionedFile) -> bool {
    file.extension::<Arc<TextFile>>()
        .is_some_and(|file| file.file.compression == Compression::None && file.file.format != Format::Evtx)
}

impl TextFile {
    pub(crate) fn is_splittable(&self) -> bool {
        self.file.compression == Compression::None
            && !self.file.is_wide
            && match &self.rules {
                Some(rules) => self.file.format == Format::Raw && rules.is_splittable(),
                None => matches!(self.file.format, Format::JsonLines | Format::Raw),
            }
    }

    /// Whether events may have another `host`, `source` or `sourcetype` than the file.
    pub(crate) fn says(&self, name: &str) -> bool {
        let is_of_record = match name {
            "host" => self.origin.host.is_none(),
            "source" => !self.origin.is_named,
            _ => false,
        };
        (self.file.format == Format::Evtx && is_of_record) || self.rules.as_ref().is_some_and(|rules| rules.says(name))
    }

    /// Whether [`crate::event`] makes its events.
    pub(crate) fn is_made(&self) -> bool {
        self.rules.is_some() || self.file.format == Format::Evtx
    }
}

/// Reads files for the types of their fields, parts side by side.
///
/// # Errors
/// Where a file cannot be read, or a row does not fit its header.
pub(crate) async fn infer(
    files: &[TextFile],
    zone: Zone,
    notes: &Arc<Notes>,
) -> std::result::Result<Vec<Inferred>, Fault> {
    // The lines of a log tell nothing before they are asked.
    let tells = |(_, file): &(usize, &TextFile)| file.is_made() || file.file.format != Format::Raw;
    let (mut shares, mut last) = (Vec::new(), Share::default());
    for (place, file) in files.iter().enumerate().filter(tells) {
        for range in parts(file) {
            last.add(place, file, range);
            if last.is_full() {
                shares.push(std::mem::take(&mut last));
            }
        }
    }
    shares.push(last);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |share: Share| async move {
        let notes = Arc::clone(notes);
        let path = share.parts.first().map(|(_, file, _)| file.file.path.clone()).unwrap_or_default();
        let task = tokio::task::spawn_blocking(move || share.infer(zone, &notes));
        task.await.map_err(|error| Fault::file(&path, "read", error))?
    };
    // In order: fields stand in the order of their first appearance.
    let found: Vec<Vec<(usize, Inferred)>> =
        futures::stream::iter(shares.into_iter().map(read)).buffered(cores).try_collect().await?;
    let mut all: Vec<Inferred> = files.iter().map(|_| Inferred::default()).collect();
    for (place, part) in found.into_iter().flatten() {
        let Some(whole) = all.get_mut(place) else { continue };
        whole.fields.merge(&part.fields);
        whole.events += part.events;
        whole.skipped += part.skipped;
        whole.first_skipped = whole.first_skipped.or(part.first_skipped);
        whole.bad.extend(part.bad);
        whole.header = part.header;
        // Only events that are made tell, and those are read in one part.
        whole.origins = part.origins;
        if let (Some(message), Some(file)) = (part.ragged, files.get(place)) {
            return Err(Fault::data(&file.file.shown, message));
        }
    }
    Ok(all)
}

/// Parts of files that one task reads: a large one, or many small ones.
#[derive(Default)]
struct Share {
    parts: Vec<(usize, TextFile, Option<Range<u64>>)>,
    bytes: u64,
}

impl Share {
    fn is_full(&self) -> bool {
        self.bytes >= SHARE_BYTES || self.parts.len() >= SHARE_FILES
    }

    fn add(&mut self, place: usize, file: &TextFile, range: Option<Range<u64>>) {
        self.bytes += range.as_ref().map_or(file.file.size, |range| range.end.saturating_sub(range.start));
        self.parts.push((place, file.clone(), range));
    }

    fn infer(self, zone: Zone, notes: &Arc<Notes>) -> std::result::Result<Vec<(usize, Inferred)>, Fault> {
        let infer = |(place, file, range): (usize, TextFile, Option<Range<u64>>)| {
            let found = infer_part(&file, range, zone, Arc::clone(notes));
            Ok((place, found.map_err(|error| Fault::file(&file.file.path, "read", error))?))
        };
        self.parts.into_iter().map(infer).collect()
    }
}

/// Whether a file is read in one part.
pub(crate) fn is_whole(file: &TextFile) -> bool {
    parts(file).len() == 1
}

fn parts(file: &TextFile) -> Vec<Option<Range<u64>>> {
    if file.range.is_some() {
        return vec![file.range.clone()];
    }
    let size = file.file.size;
    // The fields of events that are made are found in one pass.
    if !file.is_splittable() || file.is_made() || size < 2 * PART {
        return vec![None];
    }
    let ends = (1..=size.div_ceil(PART)).map(|part| (part * PART).min(size));
    ends.scan(0, |start, end| Some(Some(std::mem::replace(start, end)..end))).collect()
}

fn infer_part(file: &TextFile, range: Option<Range<u64>>, zone: Zone, notes: Arc<Notes>) -> io::Result<Inferred> {
    if file.is_made() {
        return made::infer(file, range, zone, notes);
    }
    let chunks = Chunks::open(&file.file, range, INFER_EVENTS)?;
    match file.file.format {
        Format::Csv { delimiter } => csv::infer(chunks, delimiter),
        _ => ndjson::infer(chunks),
    }
}

impl Inferred {
    /// Where the events begin that cannot be read; none where not all places are known.
    pub(crate) fn bad(&self) -> Option<&[u64]> {
        (self.bad.len() as u64 == self.skipped).then_some(&self.bad)
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct TextTable {
    files: Vec<Arc<TextFile>>,
    columns: Arc<Columns>,
    zone: Zone,
    notes: Arc<Notes>,
}

impl TextTable {
    pub(crate) fn new(files: Vec<Arc<TextFile>>, columns: Arc<Columns>, zone: Zone, notes: Arc<Notes>) -> Self {
        Self { files, columns, zone, notes }
    }
}

/// What a file says of a column of [`ORIGIN`].
fn told(file: &Arc<TextFile>, place: usize) -> Option<&str> {
    file.origin.get(ORIGIN.get(place)?)
}

/// Whether its events say nothing else.
fn is_told(file: &Arc<TextFile>, place: usize) -> bool {
    ORIGIN.get(place).is_some_and(|name| file.constant.contains(name))
}

#[async_trait]
impl TableProvider for TextTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.columns.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(choose::pushed(filters, &ORIGIN))
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let left = choose::left(&self.files, &ORIGIN, filters, state, told, is_told)?;
        if left.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&self.columns.schema, projection)?)));
        }
        let files = left.iter().map(|file| {
            let path = file.file.path.to_string_lossy().into_owned();
            let bytes = |place: u64| i64::try_from(place).unwrap_or(i64::MAX);
            let part = match &file.range {
                Some(range) => {
                    PartitionedFile::new(path, file.file.size).with_range(bytes(range.start), bytes(range.end))
                }
                None => PartitionedFile::new(path, file.file.size),
            };
            part.with_extension(Arc::clone(*file))
        });
        let groups = FileGroup::new(files.collect()).split_files(state.config().target_partitions());
        let splittable = left.iter().all(|file| file.is_splittable() && file.range.is_none());
        let source = EventSource::new(Arc::clone(&self.columns), self.zone, splittable, Arc::clone(&self.notes));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
