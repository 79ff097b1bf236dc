//! The reading of text files within a scan.
//!
//! With a condition, its own columns are read first; the others only for the events that pass, as long as few do. So
//! `user=bob | table *` over a thousand fields reads one of them for most events.

use std::{fmt, io::Read, ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{BooleanArray, RecordBatch},
        compute::filter_record_batch,
        datatypes::SchemaRef,
    },
    common::tree_node::TreeNodeRecursion,
    config::ConfigOptions,
    datasource::{
        listing::PartitionedFile,
        physical_plan::{FileOpenFuture, FileOpener, FileScanConfig, FileSource},
        projection::{ProjectionOpener, SplitProjection},
        table_schema::TableSchema,
    },
    error::Result,
    object_store::ObjectStore,
    physical_expr::{PhysicalExpr, conjunction, projection::ProjectionExprs},
    physical_plan::{
        DisplayFormatType, apply_expression_roots,
        filter_pushdown::{FilterPushdownPropagation, PushedDown},
        metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder},
    },
};
use futures::StreamExt;
use memchr::memchr_iter;

use super::{
    TextFile,
    decoder::Decoder,
    filter::{Filter, Sought},
};
use crate::{
    event::Notes,
    fault::Fault,
    source::{
        BYTES_READ, EVENTS_READ,
        chunk::Chunks,
        compress,
        files::Format,
        made::MadeEvents,
        schema::{Columns, RAW},
    },
    time::Zone,
};

/// The share of events that must fail a condition for the other columns to be read apart.
const SELECTIVE: f64 = 0.5;

/// How text files are read: which columns, under which condition.
#[derive(Clone)]
pub(super) struct EventSource {
    columns: Arc<Columns>,
    zone: Zone,
    /// Whether ranges of the files can be read by themselves.
    splittable: bool,
    notes: Arc<Notes>,
    table_schema: TableSchema,
    projection: SplitProjection,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    batch_size: usize,
    metrics: ExecutionPlanMetricsSet,
}

impl EventSource {
    pub(super) fn new(columns: Arc<Columns>, zone: Zone, splittable: bool, notes: Arc<Notes>) -> Self {
        let table_schema = TableSchema::from(Arc::clone(&columns.schema));
        Self {
            projection: SplitProjection::unprojected(&table_schema),
            columns,
            zone,
            splittable,
            notes,
            table_schema,
            predicate: None,
            batch_size: 8192,
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }
}

impl FileSource for EventSource {
    fn create_file_opener(
        &self,
        _object_store: Arc<dyn ObjectStore>,
        _base_config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let output = self.projection.file_indices.clone();
        let filter = self.predicate.as_ref().map(|predicate| Filter::new(predicate, &self.columns)).transpose()?;
        let (mut sought, mut sought_in_json) = (None, None);
        if let Some(predicate) = &self.predicate {
            sought = Sought::of(predicate, &self.columns)?.map(Arc::new);
            sought_in_json = match &sought {
                Some(sought) => Some(Arc::clone(sought)),
                None => Sought::of_fields(predicate, &self.columns)?.map(Arc::new),
            };
        }
        let opener = EventOpener {
            plan: Arc::new(ReadPlan {
                schema: Arc::new(self.columns.schema.project(&output)?),
                output,
                filter,
                sought,
                sought_in_json,
                columns: Arc::clone(&self.columns),
                zone: self.zone,
                notes: Arc::clone(&self.notes),
                batch_size: self.batch_size,
                events_read: MetricBuilder::new(&self.metrics).counter(EVENTS_READ, partition),
                bytes_read: MetricBuilder::new(&self.metrics).counter(BYTES_READ, partition),
            }),
        };
        ProjectionOpener::try_new(self.projection.clone(), Arc::new(opener), &self.columns.schema)
    }

    fn table_schema(&self) -> &TableSchema {
        &self.table_schema
    }

    fn with_batch_size(&self, batch_size: usize) -> Arc<dyn FileSource> {
        Arc::new(Self { batch_size, ..self.clone() })
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        self.predicate.clone()
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        Some(&self.projection.source)
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        "events"
    }

    fn fmt_extra(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.predicate {
            Some(predicate) => write!(f, ", predicate={predicate}"),
            None => Ok(()),
        }
    }

    fn supports_repartitioning(&self) -> bool {
        self.splittable
    }

    fn try_pushdown_filters(
        &self,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn FileSource>>> {
        let taken = vec![PushedDown::Yes; filters.len()];
        if filters.is_empty() {
            return Ok(FilterPushdownPropagation::with_parent_pushdown_result(taken));
        }
        let predicate = conjunction(self.predicate.clone().into_iter().chain(filters));
        let source = Self { predicate: Some(predicate), ..self.clone() };
        Ok(FilterPushdownPropagation::with_parent_pushdown_result(taken).with_updated_node(Arc::new(source)))
    }

    fn try_pushdown_projection(&self, projection: &ProjectionExprs) -> Result<Option<Arc<dyn FileSource>>> {
        let merged = self.projection.source.try_merge(projection)?;
        let projection = SplitProjection::new(&self.columns.schema, &merged);
        Ok(Some(Arc::new(Self { projection, ..self.clone() })))
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.predicate.iter().chain(self.projection.source.iter().map(|column| &column.expr)), f)
    }
}

/// What the readers of a scan share.
pub(super) struct ReadPlan {
    /// The columns that go out.
    output: Vec<usize>,
    schema: SchemaRef,
    filter: Option<Filter>,
    /// The same with what is looked for in lines apart.
    sought: Option<Arc<Sought>>,
    /// And with what is looked for in those of JSON.
    sought_in_json: Option<Arc<Sought>>,
    pub(super) columns: Arc<Columns>,
    pub(super) zone: Zone,
    notes: Arc<Notes>,
    batch_size: usize,
    events_read: Count,
    bytes_read: Count,
}

impl ReadPlan {
    /// What is looked for in a file whose events stand in it as lines.
    fn sought_in(&self, file: &TextFile) -> Option<Arc<Sought>> {
        match file.file.format {
            Format::Raw => self.sought.clone(),
            // Another line may be no event.
            Format::JsonLines if file.clean && !file.is_guess && !self.columns.is_said(RAW) => {
                self.sought_in_json.clone()
            }
            _ => None,
        }
    }

    /// Notes where a chunk's events begin that were cut, or hold bytes that are no text.
    pub(super) fn note(&self, file: &TextFile, cuts: Vec<u64>, damaged: Option<u64>) {
        let line = |place: u64| line_of(file, place).map_or_else(String::new, |line| format!(" in line {line}"));
        for cut in cuts {
            self.notes.add(format!("{}: the event{} is too long; its end was left out", file.file.shown, line(cut)));
        }
        if let Some(place) = damaged {
            self.notes.damage(&file.file.shown, || line_of(file, place));
        }
    }
}

/// The number of the line that begins at a place of the plain file; none where the file cannot be read any more.
fn line_of(file: &TextFile, place: u64) -> Option<u64> {
    let mut before = compress::open(&file.file, 0).ok()?.take(place);
    let mut buffer = vec![0; 256 << 10];
    let mut line = 1;
    loop {
        match before.read(&mut buffer).ok()? {
            0 => return Some(line),
            count => line += memchr_iter(b'\n', buffer.get(..count)?).count() as u64,
        }
    }
}

struct EventOpener {
    plan: Arc<ReadPlan>,
}

impl FileOpener for EventOpener {
    fn open(&self, partitioned: PartitionedFile) -> Result<FileOpenFuture> {
        let plan = Arc::clone(&self.plan);
        let Some(file) = partitioned.extension::<Arc<TextFile>>().cloned() else {
            return Err(Fault::data(partitioned.path(), "the scan lost its file").into());
        };
        let range = partitioned
            .range
            .as_ref()
            .map(|range| u64::try_from(range.start).unwrap_or_default()..u64::try_from(range.end).unwrap_or_default());
        Ok(Box::pin(async move {
            if file.is_made() {
                return Ok(futures::stream::iter(MadeReader::new(plan, file, range)?).boxed());
            }
            let chunks = Chunks::open(&file.file, range, plan.batch_size)
                .map_err(|error| Fault::file(&file.file.path, "read", error))?;
            Ok(futures::stream::iter(EventReader::new(plan, file, chunks)?).boxed())
        }))
    }
}

/// Reads a file, batch by batch.
struct EventReader {
    plan: Arc<ReadPlan>,
    file: Arc<TextFile>,
    chunks: Chunks,
    at_start: bool,
    /// What is looked for in the lines of the file before columns are made of them.
    sought: Option<Arc<Sought>>,
    /// Reads what goes out.
    output: Decoder,
    /// Reads what the condition asks for.
    filter: Option<Decoder>,
    /// Reads both at once, and the condition over both; where many events pass.
    both: Option<(Decoder, Filter)>,
    /// Whether the last chunk's condition threw much away.
    selective: bool,
}

impl EventReader {
    fn new(plan: Arc<ReadPlan>, file: Arc<TextFile>, chunks: Chunks) -> Result<Self> {
        let decoder = |places: &[usize], schema: &SchemaRef| Decoder::new(&file, &plan, places, schema);
        let sought = plan.sought_in(&file);
        let filter = sought.as_ref().map_or(plan.filter.as_ref(), |sought| sought.rest.as_ref());
        let both = filter.map(|filter| filter.with(&plan.output, &plan.columns)).transpose()?;
        Ok(Self {
            output: decoder(&plan.output, &plan.schema),
            filter: filter.map(|filter| decoder(&filter.places, &filter.schema)),
            both: both.map(|filter| (decoder(&filter.places, &filter.schema), filter)),
            sought,
            selective: true,
            at_start: true,
            plan,
            file,
            chunks,
        })
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            self.plan.note(&self.file, self.chunks.take_cuts(), None);
            let chunk = match &self.sought {
                Some(sought) => self.chunks.next_with(&sought.seek),
                None => self.chunks.next(),
            };
            let chunk = chunk.map_err(|error| Fault::file(&self.file.file.path, "read", error))?;
            let Some(chunk) = chunk else { return Ok(None) };
            self.plan.bytes_read.add(chunk.bytes.len());
            let first = std::mem::take(&mut self.at_start);
            let (plan, file) = (&self.plan, &self.file);
            if self.sought.is_some() {
                plan.events_read.add(chunk.lines());
                plan.note(file, Vec::new(), chunk.damaged());
                if chunk.events.is_empty() {
                    continue;
                }
            }
            // Of lines that were looked for, those without the words count too.
            let count = |rows: usize| plan.events_read.add(if self.sought.is_some() { 0 } else { rows });
            let filter = self.sought.as_ref().map_or(plan.filter.as_ref(), |sought| sought.rest.as_ref());
            let (Some(filter), Some(decoder), Some((both, over_both))) = (filter, &mut self.filter, &mut self.both)
            else {
                let batch = self.output.read(&chunk, first, None)?;
                count(batch.num_rows());
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
                continue;
            };
            if !self.selective {
                let batch = both.read(&chunk, first, None)?;
                count(batch.num_rows());
                let passing = over_both.passing(&batch)?;
                self.selective = is_selective(&passing);
                let batch = filter_record_batch(&batch, &passing)?;
                if batch.num_rows() > 0 {
                    let outputs: Vec<usize> = (0..plan.output.len()).collect();
                    return Ok(Some(batch.project(&outputs)?));
                }
                continue;
            }
            // Rows that are none stay in their places until the second reading: it asks by place.
            let (batch, bad) = decoder.read_all(&chunk, first, None)?;
            count(batch.num_rows() - bad.len());
            let passing = filter.passing(&batch)?;
            let mut keep: Vec<bool> = passing.values().iter().collect();
            bad.iter().filter_map(|row| keep.get_mut(*row).map(|keep| *keep = false)).count();
            self.selective = is_selective(&passing);
            if keep.iter().any(|keep| *keep) {
                let batch = self.output.read(&chunk, first, Some(&keep))?;
                if batch.num_rows() > 0 {
                    return Ok(Some(batch));
                }
            }
        }
    }
}

fn is_selective(passing: &BooleanArray) -> bool {
    (passing.true_count() as f64) < SELECTIVE * passing.len() as f64
}

impl Iterator for EventReader {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// Reads a file whose events [`crate::event`] makes.
struct MadeReader {
    plan: Arc<ReadPlan>,
    events: MadeEvents,
    filter: Option<Filter>,
}

impl MadeReader {
    fn new(plan: Arc<ReadPlan>, file: Arc<TextFile>, range: Option<Range<u64>>) -> Result<Self> {
        let filter = plan.filter.as_ref().map(|filter| filter.with(&plan.output, &plan.columns)).transpose()?;
        let places = filter.as_ref().map_or(&plan.output, |filter| &filter.places);
        let read = plan.bytes_read.clone();
        let events = MadeEvents::open(Arc::clone(&file), range, &plan.columns, places, plan.zone, &plan.notes, read)
            .map_err(|error| Fault::file(&file.file.path, "read", error))?;
        Ok(Self { plan, events, filter })
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>> {
        let schema = self.filter.as_ref().map_or(&self.plan.schema, |filter| &filter.schema);
        while let Some(batch) = self.events.batch(self.plan.batch_size, schema)? {
            self.plan.events_read.add(batch.num_rows());
            let batch = match &self.filter {
                None => batch,
                Some(filter) => {
                    let passing = filter_record_batch(&batch, &filter.passing(&batch)?)?;
                    passing.project(&(0..self.plan.output.len()).collect::<Vec<_>>())?
                }
            };
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }
}

impl Iterator for MadeReader {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
