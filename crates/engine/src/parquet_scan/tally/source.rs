//! Reading files as different rows: the part of a scan that opens them.

use std::{collections::VecDeque, fmt, ops::Range, sync::Arc};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{DataFusionError, Result, internal_datafusion_err, tree_node::TreeNodeRecursion},
    datasource::{
        listing::PartitionedFile,
        physical_plan::{
            FileOpenFuture, FileOpener, FileScanConfig, FileSource, ParquetFileMetrics, ParquetFileReaderFactory,
            parquet::{ParquetAccessPlan, RowGroupAccessPlanFilter},
        },
        table_schema::TableSchema,
    },
    object_store::ObjectStore,
    parquet::{arrow::async_reader::AsyncFileReader, file::metadata::ParquetMetaData},
    physical_expr::{PhysicalExpr, projection::ProjectionExprs},
    physical_optimizer::pruning::{PruningPredicate, PruningPredicateBuilder},
    physical_plan::{
        DisplayFormatType, apply_expression_roots,
        metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder},
    },
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{
    column::{Block, Column},
    counts, place,
};
use crate::{parquet_scan::Footer, source::EVENTS_READ};

/// Row groups are read together up to so many bytes.
const TOGETHER: u64 = 1 << 20;

/// Files read as different rows.
#[derive(Clone)]
pub(super) struct TallySource {
    read: Arc<Read>,
    /// The columns, and last how often a row comes.
    projection: ProjectionExprs,
    table: TableSchema,
    readers: Arc<dyn ParquetFileReaderFactory>,
    metrics: ExecutionPlanMetricsSet,
}

/// What is read of each file.
pub(super) struct Read {
    /// The columns.
    pub(super) names: Vec<String>,
    /// Those that go out.
    pub(super) schema: SchemaRef,
    pub(super) file_schema: SchemaRef,
    /// What leaves out row groups.
    pub(super) predicate: Option<Arc<dyn PhysicalExpr>>,
}

impl TallySource {
    pub(super) fn new(
        read: Read,
        projection: ProjectionExprs,
        table: TableSchema,
        readers: Arc<dyn ParquetFileReaderFactory>,
    ) -> Self {
        Self { read: Arc::new(read), projection, table, readers, metrics: ExecutionPlanMetricsSet::new() }
    }
}

impl FileSource for TallySource {
    fn create_file_opener(
        &self,
        _object_store: Arc<dyn ObjectStore>,
        _base_config: &FileScanConfig,
        partition: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        // Who cannot be asked of bounds leaves out nothing.
        let pruning = |predicate: &Arc<dyn PhysicalExpr>| {
            let builder = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.read.file_schema));
            builder.try_build(Arc::clone(predicate)).ok()
        };
        Ok(Arc::new(TallyOpener {
            read: Arc::clone(&self.read),
            pruning: self.read.predicate.as_ref().and_then(pruning).filter(|pruning| !pruning.always_true()),
            readers: Arc::clone(&self.readers),
            partition,
            events_read: MetricBuilder::new(&self.metrics).counter(EVENTS_READ, partition),
            metrics: self.metrics.clone(),
        }))
    }

    fn table_schema(&self) -> &TableSchema {
        &self.table
    }

    // Row groups come as they are: there are few rows of each.
    fn with_batch_size(&self, _batch_size: usize) -> Arc<dyn FileSource> {
        Arc::new(self.clone())
    }

    fn filter(&self) -> Option<Arc<dyn PhysicalExpr>> {
        self.read.predicate.clone()
    }

    fn projection(&self) -> Option<&ProjectionExprs> {
        Some(&self.projection)
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        "parquet"
    }

    fn fmt_extra(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(", different rows")?;
        match &self.read.predicate {
            Some(predicate) => write!(f, ", predicate={predicate}"),
            None => Ok(()),
        }
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        let columns = self.projection.iter().map(|column| &column.expr);
        apply_expression_roots(self.read.predicate.iter().chain(columns), f)
    }
}

struct TallyOpener {
    read: Arc<Read>,
    pruning: Option<PruningPredicate>,
    readers: Arc<dyn ParquetFileReaderFactory>,
    partition: usize,
    events_read: Count,
    metrics: ExecutionPlanMetricsSet,
}

impl FileOpener for TallyOpener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let Some(Footer(footer)) = file.extensions.get::<Footer>() else {
            return Err(internal_datafusion_err!("a file lost its footer"));
        };
        let footer = Arc::clone(footer);
        let groups = self.wanted(&file, &footer);
        let reader = self.readers.create_reader(self.partition, file, None, &self.metrics)?;
        let places = self.read.names.iter().map(|name| place(&footer, name)).collect::<Option<Vec<_>>>();
        let places = places.ok_or_else(|| internal_datafusion_err!("a file lost a column"))?;
        let part = Part {
            footer,
            places,
            groups,
            reader,
            read: Arc::clone(&self.read),
            events: self.events_read.clone(),
            rooms: Vec::new(),
        };
        let batches = stream::try_unfold(part, |mut part| async move {
            let batches = part.next().await?;
            Ok::<_, DataFusionError>(batches.map(|batches| (stream::iter(batches.into_iter().map(Ok)), part)))
        });
        Ok(Box::pin(std::future::ready(Ok(batches.try_flatten().boxed()))))
    }
}

impl TallyOpener {
    /// The row groups of a part of a file that may have rows that pass.
    fn wanted(&self, file: &PartitionedFile, footer: &ParquetMetaData) -> VecDeque<usize> {
        let groups = footer.row_groups();
        let mut wanted = RowGroupAccessPlanFilter::new(ParquetAccessPlan::new_all(groups.len()));
        if let Some(range) = &file.range {
            wanted.prune_by_range(groups, range);
        }
        if let Some(pruning) = &self.pruning {
            let metrics = ParquetFileMetrics::new(self.partition, file.object_meta.location.as_ref(), &self.metrics);
            let about = footer.file_metadata().schema_descr();
            wanted.prune_by_statistics(&self.read.file_schema, about, groups, pruning, &metrics);
        }
        wanted.row_group_indexes().collect()
    }
}

/// A part of a file that is being read.
struct Part {
    footer: Arc<ParquetMetaData>,
    /// The columns' places in the file.
    places: Vec<usize>,
    /// The row groups that are left.
    groups: VecDeque<usize>,
    reader: Box<dyn AsyncFileReader + Send>,
    read: Arc<Read>,
    events: Count,
    /// The room of the numbers of each column, for the next row group.
    rooms: Vec<Vec<u32>>,
}

impl Part {
    /// The rows of the next row groups; none behind the last.
    async fn next(&mut self) -> Result<Option<Vec<RecordBatch>>> {
        let (mut together, mut size) = (Vec::new(), 0);
        while let Some(group) = self.groups.front() {
            let blocks = self.blocks(*group);
            let own: u64 = blocks.iter().map(|range| range.end - range.start).sum();
            if !together.is_empty() && size + own > TOGETHER {
                break;
            }
            size += own;
            together.push((*group, blocks));
            self.groups.pop_front();
        }
        if together.is_empty() {
            return Ok(None);
        }
        let ranges = together.iter().flat_map(|(_, blocks)| blocks.iter().cloned()).collect();
        let mut bytes = self.reader.get_byte_ranges(ranges).await?.into_iter();
        let mut batches = Vec::with_capacity(together.len());
        for (group, _) in together {
            let Some(about) = self.footer.row_groups().get(group) else { continue };
            let rows = usize::try_from(about.num_rows()).unwrap_or(0);
            let schema = &self.read.schema;
            let own = self.places.iter().zip(&mut bytes).zip(schema.fields());
            let mut blocks = own.filter_map(|((place, bytes), field)| {
                let about = about.columns().get(*place)?;
                Some(Block { about, bytes, data_type: field.data_type(), rows })
            });
            batches.push(match self.places.len() {
                1 => {
                    let block = blocks.next().ok_or_else(|| internal_datafusion_err!("a row group lost its column"))?;
                    let (dictionary, counts) = block.counted()?;
                    counts::of_one(&dictionary, &counts, schema)?
                }
                _ => {
                    let rooms = std::mem::take(&mut self.rooms).into_iter().chain(std::iter::repeat_with(Vec::new));
                    let mut columns =
                        blocks.zip(rooms).map(|(block, room)| Column::read(block, room)).collect::<Result<Vec<_>>>()?;
                    let batch = counts::of_several(&mut columns, rows, schema)?;
                    self.rooms = columns.into_iter().map(|column| column.numbers).collect();
                    batch
                }
            });
            self.events.add(rows);
        }
        Ok(Some(batches))
    }

    /// Where the columns of a row group are in the file.
    fn blocks(&self, group: usize) -> Vec<Range<u64>> {
        let Some(group) = self.footer.row_groups().get(group) else { return Vec::new() };
        let blocks = self.places.iter().filter_map(|place| group.columns().get(*place));
        blocks.map(|block| block.byte_range()).map(|(start, length)| start..start + length).collect()
    }
}
