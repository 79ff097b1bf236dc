//! Native indexes as tables: the files that the log names, under a view that gives them the columns of every index.
//!
//! A field that has numbers in some events and texts in others has a column for each kind; the view puts them together by the rule
//! of [`super::schema`]: numbers and texts make texts, a list anywhere makes lists. What the log knows of a file's times goes along
//! with it, so that a file outside of a search's range is not opened ([`table`]).

mod ask;
mod table;

use std::{
    collections::{HashMap, HashSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use datafusion::{
    arrow::{
        array::Array,
        datatypes::{DataType, Schema, SchemaRef},
    },
    catalog::TableProvider,
    common::{ColumnStatistics, Statistics, stats::Precision},
    datasource::{ViewTable, file_format::parquet::ParquetFormat, listing::PartitionedFile, provider_as_source},
    error::{DataFusionError, Result},
    execution::object_store::ObjectStoreUrl,
    functions::core::expr_fn::coalesce,
    functions_nested::expr_fn::make_array,
    logical_expr::{Expr, LogicalPlanBuilder, cast, lit, when},
    scalar::ScalarValue,
};
use object_store::ObjectMeta;
use speleo_functions::{eval::kernels, value::Texts};
use speleo_index::{Column, DAY, IN_COLUMNS, Index, Kind, Part, SEQUENCE, STRUCTURED, TIME, store};
use speleo_plan::{Holding, IndexFile, Origin};

pub(crate) use self::table::Chosen;

use self::table::{StoredFile, StoredTable};
use super::{
    columnar::{ColumnarTable, column, convert},
    object,
    origins::{by, of_row},
    schema::{self, RAW},
};
use crate::{fault::Fault, run, session::SearchSession};

/// A native index that is open.
#[derive(Debug)]
pub(super) struct Stored {
    table: Arc<dyn TableProvider>,
    /// Whether searches take fields out of `_raw` for some of its events.
    open: bool,
    /// Where the events are from whose files the log knows.
    known: Vec<Origin>,
    /// The events of the other files; none where there is none.
    asked: Option<Arc<dyn TableProvider>>,
    /// Where these are from, by the columns that were asked for.
    origins: Mutex<HashMap<Vec<&'static str>, Vec<Origin>>>,
}

impl Stored {
    /// Whether a folder holds one.
    pub(super) fn is_at(folder: &Path) -> bool {
        Index::is_at(folder)
    }

    /// Opens one under the name of an index; `chosen` are the files that are read where not all are.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) async fn open(
        name: &str,
        folder: &Path,
        chosen: Option<&HashSet<String>>,
        session: &SearchSession,
    ) -> std::result::Result<Self, Fault> {
        let failed = |error: DataFusionError| Fault::data(folder.display(), error);
        let index = Index::open(&folder.to_string_lossy()).await?;
        let mut parts = index.parts()?;
        parts.retain(|part| chosen.is_none_or(|chosen| chosen.contains(part.path.as_ref())));
        let table = table(&index, &parts, name, session).map_err(failed)?;
        let open = parts.iter().any(|part| part.nulls(STRUCTURED) != Some(0));
        let known = parts.iter().filter_map(|part| part.origins.as_ref()).flatten().map(plain).collect();
        let unknown: Vec<Part> = parts.into_iter().filter(|part| part.origins.is_none()).collect();
        let asked = match unknown.as_slice() {
            [] => None,
            unknown => Some(self::table(&index, unknown, name, session).map_err(failed)?),
        };
        Ok(Self { table, open, known, asked, origins: Mutex::default() })
    }

    pub(super) fn table(&self) -> &Arc<dyn TableProvider> {
        &self.table
    }

    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Where its events are from by these columns, each origin once.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) async fn origins(
        &self,
        columns: &[&'static str],
        session: &SearchSession,
    ) -> speleo_plan::Result<Vec<Origin>> {
        let mut origins: Vec<Origin> = self.known.iter().map(|origin| by(origin.clone(), columns)).collect();
        if let Some(asked) = &self.asked {
            origins.extend(self.ask(asked, columns, session).await?);
        }
        Ok(origins)
    }

    /// Reads the columns of the files of which the log does not tell.
    async fn ask(
        &self,
        table: &Arc<dyn TableProvider>,
        columns: &[&'static str],
        session: &SearchSession,
    ) -> speleo_plan::Result<Vec<Origin>> {
        if let Some(known) = self.origins.lock().unwrap_or_else(PoisonError::into_inner).get(columns) {
            return Ok(known.clone());
        }
        let asked = columns.iter().map(|name| column(name)).chain([column(HIDDEN_STRUCTURED)]);
        let plan = LogicalPlanBuilder::scan("index", provider_as_source(Arc::clone(table)), None)?
            .project(asked)?
            .distinct()?
            .build()?;
        let mut origins = Vec::new();
        for batch in &run::run(session, plan).await?.batches {
            let texts: Vec<Texts> =
                batch.columns().iter().take(columns.len()).map(Texts::new).collect::<std::result::Result<_, _>>()?;
            let flags = batch.columns().last();
            for row in 0..batch.num_rows() {
                let structured = flags.is_some_and(|flags| flags.is_valid(row));
                origins.push(of_row(&texts, columns, row, structured));
            }
        }
        self.origins.lock().unwrap_or_else(PoisonError::into_inner).insert(columns.to_vec(), origins.clone());
        Ok(origins)
    }
}

fn plain(origin: &speleo_index::Origin) -> Origin {
    Origin {
        source: origin.source.clone(),
        host: origin.host.clone(),
        sourcetype: origin.sourcetype.clone(),
        structured: origin.structured,
    }
}

/// The files of an index, with what its log says of them.
///
/// # Errors
/// Where it cannot be read.
pub(super) async fn listed(folder: &Path) -> std::result::Result<Vec<IndexFile>, Fault> {
    let index = Index::open(&folder.to_string_lossy()).await?;
    let seconds = |micros: Option<i64>| micros.map(|micros| micros.div_euclid(1_000_000));
    let listed = |part: Part| IndexFile {
        path: folder.join(part.path.as_ref()).to_string_lossy().into_owned(),
        bytes: part.size,
        modified: Some(part.modified),
        holds: part.rows.and_then(|rows| i64::try_from(rows).ok()).map(|events| Holding {
            events,
            first: seconds(part.earliest),
            last: seconds(part.latest),
        }),
    };
    Ok(index.parts()?.into_iter().map(listed).collect())
}

/// The newest file of an index's log: another one is there as soon as the index changes.
pub(super) fn newest(folder: &Path) -> (PathBuf, u64, Option<SystemTime>) {
    if let Some(address) = folder.to_str().filter(|text| store::is_address(text)) {
        return object::newest(folder, address);
    }
    let entries = std::fs::read_dir(folder.join("_delta_log")).into_iter().flatten().flatten();
    let is_commit = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let newest = entries.map(|entry| entry.path()).filter(is_commit).max().unwrap_or_else(|| folder.to_owned());
    let metadata = std::fs::metadata(&newest).ok();
    let size = metadata.as_ref().map_or(0, std::fs::Metadata::len);
    (newest, size, metadata.and_then(|metadata| metadata.modified().ok()))
}

/// The table of a native index.
fn table(index: &Index, parts: &[Part], name: &str, session: &SearchSession) -> Result<Arc<dyn TableProvider>> {
    viewed(index, parts, |schema| view(index, schema, name), session)
}

/// The files of an index under the columns of a view.
pub(super) fn viewed(
    index: &Index,
    parts: &[Part],
    columns: impl FnOnce(&SchemaRef) -> Vec<Expr>,
    session: &SearchSession,
) -> Result<Arc<dyn TableProvider>> {
    let url = address(index.address());
    session.runtime_env().register_object_store(url.as_ref(), index.store());
    let schema = stored_schema(index)?;
    let stored = |part: &Part| StoredFile { part: part.clone(), file: file(part, &schema) };
    let files = parts.iter().map(stored).collect();
    let format = ParquetFormat::default().with_options(session.state().default_table_options().parquet);
    let base = ColumnarTable::stored(Arc::new(format), url, Arc::clone(&schema));
    let base = StoredTable::new(base, files, index.store());
    let plan = LogicalPlanBuilder::scan("index", provider_as_source(Arc::new(base)), None)?
        .project(columns(&schema))?
        .build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

/// An address of its own for a store: paths in that of an index begin at the index's place.
pub(super) fn address(name: &str) -> ObjectStoreUrl {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    ObjectStoreUrl::parse(format!("store-{:016x}://", hasher.finish()))
        .unwrap_or_else(|_| ObjectStoreUrl::local_filesystem())
}

/// The columns that stand in files.
fn stored_schema(index: &Index) -> Result<SchemaRef> {
    let schema = index.schema().map_err(Fault::from)?;
    let fields = schema.fields().iter().filter(|field| field.name() != DAY);
    Ok(Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>())))
}

fn file(part: &Part, schema: &SchemaRef) -> PartitionedFile {
    let meta = ObjectMeta {
        location: part.path.clone(),
        last_modified: Default::default(),
        size: part.size,
        e_tag: None,
        version: None,
    };
    // Files are only left out by bounds that are called exact. These are wider by less than a millisecond, and nothing else asks.
    let time = |time: Option<i64>| match time {
        Some(time) => Precision::Exact(ScalarValue::TimestampMicrosecond(Some(time), Some("UTC".into()))),
        None => Precision::Absent,
    };
    let column_statistics = schema.fields().iter().map(|field| match field.name().as_str() {
        TIME => ColumnStatistics {
            min_value: time(part.earliest),
            max_value: time(part.latest),
            ..ColumnStatistics::new_unknown()
        },
        _ => ColumnStatistics::new_unknown(),
    });
    let rows = part.rows.and_then(|rows| usize::try_from(rows).ok());
    let statistics = Statistics {
        num_rows: rows.map_or(Precision::Absent, Precision::Exact),
        total_byte_size: Precision::Absent,
        column_statistics: column_statistics.collect(),
    };
    PartitionedFile::new_from_meta(meta).with_statistics(Arc::new(statistics))
}

/// [`STRUCTURED`] under a name that no search sees.
const HIDDEN_STRUCTURED: &str = "__structured";

/// The columns of every index, then the index's own fields.
fn view(index: &Index, schema: &SchemaRef, name: &str) -> Vec<Expr> {
    let has = |name: &str| schema.field_with_name(name).is_ok();
    let own = |name: &str| if has(name) { column(name) } else { lit(ScalarValue::Utf8(None)) };
    let mut columns = vec![column(TIME), own(RAW).alias(RAW), lit(name).alias("index")];
    columns.extend(["host", "source", "sourcetype"].map(|name| own(name).alias(name)));
    columns.push(column(SEQUENCE).alias(schema::SEQUENCE));
    let structured = if has(STRUCTURED) { column(STRUCTURED) } else { lit(IN_COLUMNS) };
    columns.push(structured.alias(HIDDEN_STRUCTURED));
    let done = vec![TIME, RAW, "index", "host", "source", "sourcetype", SEQUENCE, DAY, STRUCTURED];
    fields(index, schema, done, |_| true, &mut columns);
    columns
}

/// Adds the fields of an index under their names, save those that are done. Where a field has several columns, only those with
/// values make its type.
pub(super) fn fields<'a>(
    index: &'a Index,
    schema: &SchemaRef,
    mut done: Vec<&'a str>,
    has_values: impl Fn(&Column) -> bool,
    columns: &mut Vec<Expr>,
) {
    for stored in index.columns().iter() {
        if done.contains(&stored.field.as_str()) {
            continue;
        }
        done.push(&stored.field);
        let mut all: Vec<&Column> = index.columns().iter().filter(|column| column.field == stored.field).collect();
        if all.iter().any(|column| has_values(column)) {
            all.retain(|column| has_values(column));
        }
        if let Some(value) = together(&all, schema) {
            columns.push(value.alias(&stored.field));
        }
    }
}

/// The values of a field from all its columns.
fn together(columns: &[&Column], schema: &SchemaRef) -> Option<Expr> {
    if let [only] = columns {
        let data_type = schema.field_with_name(&only.name).ok()?.data_type();
        return convert::value(column(&only.name), data_type);
    }
    let has = |kind: Kind| columns.iter().any(|column| column.kind == kind);
    let target = if has(Kind::List) {
        Kind::List
    } else if has(Kind::Text) || has(Kind::Time) || has(Kind::Other) {
        Kind::Text
    } else {
        Kind::Float
    };
    let values: Vec<Expr> = columns.iter().filter_map(|column| fit(column, target)).collect();
    (!values.is_empty()).then(|| coalesce(values))
}

fn fit(stored: &Column, target: Kind) -> Option<Expr> {
    let value = column(&stored.name);
    let text = match stored.kind {
        Kind::Text => value.clone(),
        Kind::Float => kernels().into_iter().find(|kernel| kernel.name() == "spl_text")?.call(vec![value.clone()]),
        Kind::Integer | Kind::Time | Kind::Other => cast(value.clone(), DataType::Utf8),
        Kind::List => return (target == Kind::List).then(|| cast(value, schema::list_type())),
    };
    match target {
        Kind::List => when(value.is_not_null(), make_array(vec![text])).end().ok(),
        Kind::Float => Some(cast(value, DataType::Float64)),
        _ => Some(text),
    }
}
