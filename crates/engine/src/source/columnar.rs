//! Parquet and Arrow files: DataFusion's own scans, and a view that gives them the columns of every index.
//!
//! The view is a projection, so conditions, columns and limits go through it to the row groups: `_time >= …` prunes by statistics
//! where the file holds a timestamp. What a column becomes stands in [`convert`].

pub(super) mod convert;
mod footers;
mod read_as;
mod reader;
pub(super) mod told;

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
    catalog::{Session, TableProvider},
    common::{Column, Statistics, stats::Precision},
    datasource::{
        TableType, ViewTable,
        file_format::{FileFormat, arrow::ArrowFormat, parquet::ParquetFormat},
        listing::PartitionedFile,
        physical_plan::{
            ArrowSource, FileGroup, FileScanConfigBuilder, FileSource, ParquetSource,
            parquet::CachedParquetFileReaderFactory,
        },
        provider_as_source,
        source::DataSourceExec,
        table_schema::{TableSchema, TableSchemaBuilder},
    },
    error::{DataFusionError, Result},
    execution::object_store::ObjectStoreUrl,
    logical_expr::{Expr, LogicalPlanBuilder, TableProviderFilterPushDown},
    parquet::arrow::RowNumber,
    physical_plan::{ExecutionPlan, empty::EmptyExec},
    scalar::ScalarValue,
};
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, path::Path};

use self::reader::{OnDisk, Readers};
use super::{
    builder::{Origin, PLACE_BITS},
    choose,
    files::{DataFile, Format},
};
use crate::{fault::Fault, session::SearchSession};

/// Columns that a scan adds: the file's number, its origin, and the row within the file.
const FILE: &str = "__file";
const ROW: &str = "__row";
const ORIGIN: [&str; 4] = ["__index", "__host", "__source", "__sourcetype"];

/// A table of files of one format in one store.
pub(crate) struct Table {
    kind: Kind,
    /// The events.
    pub(crate) view: Arc<dyn TableProvider>,
}

/// What the files of a table have in common: their format, and the store.
type Kind = (Format, ObjectStoreUrl);

fn kind(file: &DataFile) -> Kind {
    let local = ObjectStoreUrl::local_filesystem();
    (file.format, file.object.as_ref().map_or(local, |object| object.store().0))
}

impl Table {
    /// Whether a file is one of its own.
    pub(crate) fn has(&self, file: &DataFile) -> bool {
        kind(file) == self.kind
    }
}

/// The tables of columnar files, one for each format and store, and the columns that their files have.
///
/// # Errors
/// Where a file cannot be read or the files' columns do not fit together.
pub(crate) async fn tables(
    files: &[(DataFile, Origin)],
    session: &SearchSession,
) -> std::result::Result<Vec<(Table, SchemaRef)>, Fault> {
    let mut all: Vec<(Kind, Vec<(DataFile, Origin)>)> = Vec::new();
    for (file, origin) in files.iter().filter(|(file, _)| file.format.is_columnar()) {
        let own = kind(file);
        match all.iter_mut().find(|(known, _)| *known == own) {
            Some((_, files)) => files.push((file.clone(), origin.clone())),
            None => all.push((own, vec![(file.clone(), origin.clone())])),
        }
    }
    all.sort_by_key(|((format, _), _)| *format != Format::Parquet);
    let mut tables = Vec::new();
    for (kind, own) in all {
        let shown = own.first().map(|(file, _)| file.shown.clone()).unwrap_or_default();
        let (view, schema) = table(&kind, own, session).await.map_err(|error| unreadable(&shown, &error))?;
        tables.push((Table { kind, view }, schema));
    }
    Ok(tables)
}

/// Puts tables together by the names of their columns.
///
/// # Errors
/// Where DataFusion cannot.
pub(crate) fn unite(mut tables: Vec<Arc<dyn TableProvider>>) -> Result<Arc<dyn TableProvider>> {
    if tables.len() == 1
        && let Some(table) = tables.pop()
    {
        return Ok(table);
    }
    let schemas: Vec<SchemaRef> = tables.iter().map(|table| table.schema()).collect();
    let fields = convert::meet(&schemas);
    let mut union: Option<LogicalPlanBuilder> = None;
    for table in tables {
        let schema = table.schema();
        let plan = LogicalPlanBuilder::scan("events", provider_as_source(table), None)?;
        let columns: Vec<Expr> = fields.iter().map(|field| convert::fit(&schema, field)).collect();
        let plan = plan.project(columns)?;
        union = Some(match union {
            Some(union) => union.union(plan.build()?)?,
            None => plan,
        });
    }
    let plan = union.map_or_else(|| LogicalPlanBuilder::empty(false).build(), LogicalPlanBuilder::build)?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// A file that cannot be read: its store does not give it, or it is not what it should be.
fn unreadable(shown: &str, error: &DataFusionError) -> Fault {
    Fault::of_store(error, shown).unwrap_or_else(|| Fault::data(shown, reason(error)))
}

/// Why a file cannot be read, without DataFusion's guess at whose bug that is.
fn reason(error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("Internal error: ").unwrap_or(line).to_owned()
}

async fn table(
    (format, url): &Kind,
    files: Vec<(DataFile, Origin)>,
    session: &SearchSession,
) -> Result<(Arc<dyn TableProvider>, SchemaRef)> {
    let state = session.state();
    if let Some((_, store)) = files.iter().find_map(|(file, _)| file.object.as_ref()).map(|object| object.store()) {
        session.runtime_env().register_object_store(url.as_ref(), store);
    }
    let store = state.runtime_env().object_store(url)?;
    let mut parts = Vec::with_capacity(files.len());
    for (file, origin) in &files {
        let text = |text: Option<&str>| ScalarValue::Utf8(text.map(str::to_owned));
        let values = vec![
            ScalarValue::Int64(Some(i64::from(origin.file) << PLACE_BITS)),
            text(Some(&origin.index)),
            text(origin.host.as_deref()),
            text(Some(&origin.source)),
            text(Some(&origin.sourcetype)),
        ];
        let part = PartitionedFile::new_from_meta(meta(file, &store).await?).with_partition_values(values);
        parts.push(if file.object.is_none() { part.with_extension(OnDisk(file.path.clone())) } else { part });
    }
    let is_local = files.iter().all(|(file, _)| file.object.is_none());
    let (mut filled, mut rows) = (HashSet::new(), None);
    let (format, schema): (Arc<dyn FileFormat>, SchemaRef) = if *format == Format::Parquet {
        let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
        let known = read_as::look(&mut parts, &format, is_local, &store, state).await?;
        (filled, rows) = (known.filled, Some(known.rows));
        (Arc::new(format), known.schema)
    } else {
        let metas: Vec<_> = parts.iter().map(|part| part.object_meta.clone()).collect();
        (Arc::new(ArrowFormat), ArrowFormat.infer_schema(state, &store, &metas).await?)
    };
    let base = Arc::new(ColumnarTable::new(format, url.clone(), parts, schema, rows));
    let schema = Arc::clone(&base.file_schema);
    let columns = convert::columns(&schema, base.has_rows(), &filled);
    let plan = LogicalPlanBuilder::scan("files", provider_as_source(base), None)?.project(columns)?.build()?;
    Ok((Arc::new(ViewTable::new(plan, None)), schema))
}

/// A file as its store tells of it; what is known of one on a disk is what its listing told.
async fn meta(file: &DataFile, store: &Arc<dyn ObjectStore>) -> Result<ObjectMeta> {
    if let Some(object) = &file.object {
        return Ok(object.told());
    }
    let location = Path::from_absolute_path(&file.path).map_err(|error| Fault::file(&file.path, "read", error))?;
    match file.modified {
        Some(modified) => {
            Ok(ObjectMeta { location, last_modified: modified.into(), size: file.size, e_tag: None, version: None })
        }
        None => Ok(store.head(&location).await?),
    }
}

/// A column by its exact name.
pub(super) fn column(name: &str) -> Expr {
    Expr::Column(Column::new_unqualified(name))
}

fn is_parquet(format: &dyn FileFormat) -> bool {
    (format as &dyn std::any::Any).is::<ParquetFormat>()
}

/// The files as they are, with the columns that a scan adds.
#[derive(Debug)]
pub(super) struct ColumnarTable {
    format: Arc<dyn FileFormat>,
    store: ObjectStoreUrl,
    files: Vec<PartitionedFile>,
    file_schema: SchemaRef,
    table_schema: TableSchema,
    /// The rows of all files, where that is known.
    rows: Option<usize>,
}

impl ColumnarTable {
    fn new(
        format: Arc<dyn FileFormat>,
        store: ObjectStoreUrl,
        files: Vec<PartitionedFile>,
        schema: SchemaRef,
        rows: Option<usize>,
    ) -> Self {
        // Hidden names are the planner's own, and ours.
        let fields: Vec<FieldRef> =
            schema.fields().iter().filter(|field| !field.name().starts_with("__")).cloned().collect();
        let file_schema = Arc::new(Schema::new(fields));
        let mut added: Vec<FieldRef> = vec![Arc::new(Field::new(FILE, DataType::Int64, false))];
        added.extend(ORIGIN.iter().map(|name| Arc::new(Field::new(*name, DataType::Utf8, true))));
        let builder = TableSchemaBuilder::new(Arc::clone(&file_schema)).with_table_partition_cols(added);
        let row: FieldRef = Arc::new(Field::new(ROW, DataType::Int64, false).with_extension_type(RowNumber));
        let builder = if is_parquet(format.as_ref()) { builder.with_virtual_columns(vec![row]) } else { builder };
        Self { format, store, files, file_schema, table_schema: builder.build(), rows }
    }

    /// Parquet files of a store with just the columns of a schema; which ones, each scan says.
    pub(super) fn stored(format: Arc<dyn FileFormat>, store: ObjectStoreUrl, schema: SchemaRef) -> Self {
        let table_schema = TableSchemaBuilder::new(Arc::clone(&schema)).build();
        Self { format, store, files: Vec::new(), file_schema: schema, table_schema, rows: None }
    }

    /// A scan of some files. Where few rows pass its filters, these are evaluated while rows are decoded, and other columns are
    /// only read where rows pass.
    pub(super) async fn scan_files(
        &self,
        state: &dyn Session,
        files: Vec<PartitionedFile>,
        projection: Option<&Vec<usize>>,
        limit: Option<usize>,
        few_pass: bool,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if files.is_empty() {
            let schema = self.schema();
            let read =
                projection.map_or_else(|| Ok(Arc::clone(&schema)), |columns| schema.project(columns).map(Arc::new))?;
            return Ok(Arc::new(EmptyExec::new(read)));
        }
        let source: Arc<dyn FileSource> = match (self.format.as_ref() as &dyn std::any::Any).downcast_ref() {
            Some(format) => {
                let numbers = projection.is_none_or(|places| places.iter().any(|place| self.is_row(*place)));
                Arc::new(self.parquet(format, state, numbers)?.with_pushdown_filters(few_pass))
            }
            None => Arc::new(ArrowSource::new_file_source(self.table_schema.clone())),
        };
        let is_whole = files.len() == self.files.len();
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        let unknown = Statistics::new_unknown(source.table_schema().table_schema());
        let config = FileScanConfigBuilder::new(self.store.clone(), source)
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit);
        // Who asks for no column counts rows, and these are counted. Elsewhere their number would change which plans are made.
        let config = match self.rows.filter(|_| is_whole && projection.is_some_and(Vec::is_empty)) {
            Some(rows) => config.with_statistics(unknown.with_num_rows(Precision::Exact(rows))),
            None => config,
        };
        // Not by way of the format, which would put its own options in the place of these.
        Ok(DataSourceExec::from_data_source(config.build()))
    }

    /// Whether a column is the number of the row in its file.
    fn is_row(&self, place: usize) -> bool {
        let schema = self.table_schema.table_schema();
        schema.fields().get(place).is_some_and(|field| self.has_rows() && field.name() == ROW)
    }

    /// A source that takes footers from where they are known, and numbers rows if that is asked for: whether a scan reads their
    /// numbers or not, it would count them.
    fn parquet(&self, format: &ParquetFormat, state: &dyn Session, numbers: bool) -> Result<ParquetSource> {
        let store = state.runtime_env().object_store(&self.store)?;
        let footers = state.runtime_env().cache_manager.get_file_metadata_cache();
        let reader = Arc::new(Readers(CachedParquetFileReaderFactory::new(store, footers)));
        let schema = if numbers {
            self.table_schema.clone()
        } else {
            let added = self.table_schema.table_partition_cols().clone();
            TableSchemaBuilder::new(Arc::clone(&self.file_schema)).with_table_partition_cols(added).build()
        };
        Ok(ParquetSource::new(schema)
            .with_table_parquet_options(format.options().clone())
            .with_parquet_file_reader_factory(reader))
    }

    fn is_parquet(&self) -> bool {
        is_parquet(self.format.as_ref())
    }

    /// Whether the scan numbers the rows of a file; Arrow's does not.
    fn has_rows(&self) -> bool {
        !self.table_schema.virtual_columns().is_empty()
    }
}

/// What a file says of a column of [`ORIGIN`].
fn told(file: &PartitionedFile, place: usize) -> Option<&str> {
    match file.partition_values.get(place + 1)? {
        ScalarValue::Utf8(text) => text.as_deref(),
        _ => None,
    }
}

#[async_trait]
impl TableProvider for ColumnarTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.table_schema.table_schema())
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
        let left = choose::left(&self.files, &ORIGIN, filters, state, told, |_, _| true)?;
        // Whether few rows pass, a rule says that sees the filter above.
        self.scan_files(state, left.into_iter().cloned().collect(), projection, limit, false).await
    }
}
