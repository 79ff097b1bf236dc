//! Events are added: sorted by time, a file for each day, and a commit that shows all of them at once.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, atomic::Ordering::Relaxed},
};

use deltalake_core::{
    DeltaTableError, Path,
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array},
        compute::{SortColumn, SortOptions, concat, interleave_record_batch, lexsort_to_indices, take_record_batch},
        datatypes::{DataType, Field, Schema, TimeUnit, TimestampMicrosecondType},
        temporal_conversions::timestamp_us_to_datetime,
    },
    kernel::{
        Action, Add, MetadataExt,
        transaction::{CommitBuilder, CommitProperties, TransactionError},
    },
    protocol::{DeltaOperation, SaveMode},
};
use object_store::ObjectStoreExt;

use crate::{
    Columns, DAY, INDEXED, Index, IndexError, Kind, Layout, Problem, Progress, SEQUENCE, TIME,
    clock::{millis, since_epoch},
    column::stored,
    compact::contended,
    error::Result,
    layout::{FRONT, Written, shared},
    origin, statistics,
};

/// How often an addition begins anew because others changed the columns.
const ATTEMPTS: usize = 10;

/// What was added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appended {
    /// How many events.
    pub rows: u64,
    /// How many files they made.
    pub files: usize,
    /// The bytes of these.
    pub bytes: u64,
    /// The version that has them.
    pub version: u64,
}

/// Files that were written and no search sees yet; [`Index::publish`] shows them.
#[derive(Debug, Default)]
pub struct Staged {
    files: Vec<NewFile>,
    columns: Columns,
}

impl Staged {
    /// How many events they have.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Their bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| u64::try_from(file.add.size).unwrap_or(0)).sum()
    }

    /// Notes something of each file, which [`crate::Part::tags`] tells. Names are the writer's own, such as `speleo.unit`.
    pub fn tagged(mut self, tags: &HashMap<String, String>) -> Self {
        let tags = || tags.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
        self.files.iter_mut().for_each(|file| file.add.tags.get_or_insert_default().extend(tags()));
        self
    }

    fn paths(&self) -> impl Iterator<Item = Path> {
        self.files.iter().map(|file| Path::from(file.add.path.as_str()))
    }
}

impl Index {
    /// Adds events, all of them or none, and notes how far inputs were read. Columns are fields by their names: `_time` in
    /// microseconds UTC, whole numbers, doubles, texts, lists of texts. The order of events stays for those of equal times: it is
    /// that of `__seq` where there is such a column. Other names that begin with `__` are left out, and so is `index`.
    ///
    /// # Errors
    /// Where a file cannot be written, a column has another type, or somebody else has added one of the inputs.
    pub async fn append(&mut self, events: &[RecordBatch], progress: &[Progress]) -> Result<Appended> {
        let mut attempt = 1;
        loop {
            let staged = self.stage(events).await?;
            match self.publish(vec![staged], progress).await {
                // Others have taken names of columns: the files are written anew.
                Err(error) if error.problem == Problem::Contended && attempt < ATTEMPTS => self.check(progress).await?,
                answer => return answer,
            }
            attempt += 1;
        }
    }

    /// Writes events to files that no search sees yet.
    ///
    /// # Errors
    /// Where a file cannot be written, or a column has another type.
    pub async fn stage(&self, events: &[RecordBatch]) -> Result<Staged> {
        let events = self.numbered(events)?;
        let columns = {
            let mut planned = self.planned.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            for batch in &events {
                planned.add(&batch.schema())?;
            }
            planned.clone()
        };
        let files = self.write(&events, &columns, Layout::Hot).await?;
        Ok(Staged { files, columns })
    }

    /// Writes a file without events, for what its tags say.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub async fn stage_empty(&self) -> Result<Staged> {
        let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let none = RecordBatch::new_empty(shared(Schema::new(vec![Field::new(TIME, time, true)])));
        let none = sorted(&self.numbered(&[none])?)?;
        let file = Layout::Hot.file(&none, None)?;
        Ok(Staged { files: vec![self.put(None, &none, file).await?], columns: self.columns.clone() })
    }

    /// Shows staged files to searches, all of them at once, and notes how far inputs were read.
    ///
    /// # Errors
    /// Where the log cannot be written, somebody else has added one of the inputs, or has taken names of columns meanwhile. The
    /// files are gone then.
    pub async fn publish(&mut self, staged: Vec<Staged>, progress: &[Progress]) -> Result<Appended> {
        let paths: Vec<Path> = staged.iter().flat_map(Staged::paths).collect();
        let (rows, bytes) = (staged.iter().map(Staged::rows).sum(), staged.iter().map(Staged::bytes).sum());
        let appended = Appended { rows, files: paths.len(), bytes, version: 0 };
        match self.try_publish(staged, progress).await {
            Ok(version) => Ok(Appended { version, ..appended }),
            Err(error) => match self.take_back(&paths).await {
                true => Err(error),
                false => Ok(Appended { version: self.version()?, ..appended }),
            },
        }
    }

    async fn try_publish(&mut self, staged: Vec<Staged>, progress: &[Progress]) -> Result<u64> {
        let mut attempt = 0;
        loop {
            let mut columns = self.columns.clone();
            if !staged.iter().all(|staged| columns.take_over(&staged.columns)) {
                *self.planned.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = self.columns.clone();
                return Err(IndexError::new(Problem::Contended, "others added fields of the same names"));
            }
            let mut actions = self.schema_change(&columns)?;
            actions.extend(staged.iter().flat_map(|staged| &staged.files).map(|file| Action::Add(file.add.clone())));
            match self.commit(actions, progress, append_operation()).await {
                Ok(version) => return Ok(version),
                Err(error) => {
                    attempt += 1;
                    if !is_conflict(&error) || attempt == ATTEMPTS {
                        return Err(contended(error));
                    }
                    self.check(progress).await?;
                }
            }
        }
    }

    /// Looks at the index anew, and whether somebody else has added one of the inputs.
    async fn check(&mut self, progress: &[Progress]) -> Result<()> {
        self.refresh().await?;
        for input in progress {
            if self.progress(&input.input).await?.is_some_and(|place| place >= input.place) {
                let message = format!("`{}` was added by somebody else at the same time", input.input);
                return Err(IndexError::new(Problem::Exists, message));
            }
        }
        Ok(())
    }

    /// The events with numbers in their order and the time of now, without columns that are not kept.
    fn numbered(&self, events: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
        let now = i64::try_from(since_epoch().as_micros()).unwrap_or(i64::MAX);
        let rows: usize = events.iter().map(RecordBatch::num_rows).sum();
        let rows = i64::try_from(rows).map_err(IndexError::events)?;
        let mut next = self.numbers(rows);
        let mut numbered = Vec::with_capacity(events.len());
        for batch in events {
            let is_kept = |field: &Field| !field.name().starts_with("__") && field.name() != "index";
            let schema = batch.schema();
            let kept = schema.fields().iter().zip(batch.columns()).filter(|(field, _)| is_kept(field));
            let (mut fields, mut columns): (Vec<Arc<Field>>, Vec<ArrayRef>) =
                kept.map(|(field, column)| (Arc::clone(field), Arc::clone(column))).unzip();
            let rows = batch.num_rows();
            let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
            fields.push(Arc::new(Field::new(INDEXED, time, false)));
            columns.push(Arc::new(TimestampMicrosecondArray::from_value(now, rows).with_timezone("UTC")));
            fields.push(Arc::new(Field::new(SEQUENCE, DataType::Int64, false)));
            columns.push(match batch.column_by_name(GIVEN) {
                Some(given) => Arc::clone(given),
                None => {
                    let start = next;
                    next += i64::try_from(rows).map_err(IndexError::events)?;
                    Arc::new(Int64Array::from_iter_values(start..next))
                }
            });
            let batch = RecordBatch::try_new(shared(Schema::new(fields)), columns).map_err(IndexError::events)?;
            numbered.push(batch);
        }
        Ok(numbered)
    }

    /// The first of so many numbers that no event has: later ones are greater, whoever asks.
    pub fn numbers(&self, count: i64) -> i64 {
        // Milliseconds, and a counter below them.
        let now = millis() << 20;
        let next = |last: i64| Some(last.max(now).saturating_add(count));
        let last = self.sequence.fetch_update(Relaxed, Relaxed, next).unwrap_or_else(|last| last);
        last.max(now) + 1
    }

    /// The change of the table's columns, where there is one.
    fn schema_change(&self, columns: &Columns) -> Result<Vec<Action>> {
        if *columns == self.columns {
            return Ok(Vec::new());
        }
        let snapshot = self.table.snapshot()?;
        let schema = columns.schema(snapshot.schema().as_ref())?;
        let metadata = snapshot.metadata().clone().with_schema(&schema).map_err(DeltaTableError::from)?;
        Ok(vec![Action::Metadata(metadata)])
    }

    /// Writes events as files, one for each day. They belong to the index once a commit names them.
    pub(crate) async fn write(
        &self,
        events: &[RecordBatch],
        columns: &Columns,
        layout: Layout,
    ) -> Result<Vec<NewFile>> {
        let mut files = Vec::new();
        for (day, rows) in by_day(events, columns)? {
            let sorted = sorted(&rows)?;
            let file = layout.file(&sorted, self.words.as_deref())?;
            files.push(self.put(day.as_deref(), &sorted, file).await?);
        }
        Ok(files)
    }

    pub(crate) async fn put(&self, day: Option<&str>, events: &RecordBatch, file: Written) -> Result<NewFile> {
        let folder = day.unwrap_or("__HIVE_DEFAULT_PARTITION__");
        let name = format!("{DAY}={folder}/{}.parquet", uuid());
        let Written { bytes, tag } = file;
        let size = bytes.len();
        self.store().put(&Path::from(name.as_str()), bytes.into()).await?;
        let tags: HashMap<_, _> = origin::tag(events).into_iter().chain(tag).collect();
        let add = Add {
            path: name,
            partition_values: HashMap::from([(DAY.to_owned(), day.map(str::to_owned))]),
            size: i64::try_from(size).map_err(IndexError::events)?,
            modification_time: millis(),
            data_change: true,
            stats: Some(statistics::of(events)),
            tags: (!tags.is_empty()).then_some(tags),
            ..Add::default()
        };
        Ok(NewFile { add, rows: events.num_rows() as u64 })
    }

    /// Takes back the files of a change that failed. False where it has happened all the same: what follows a commit, such as a
    /// checkpoint, can fail by itself. Where that cannot be told the files stay, until [`Index::clean`] finds that nobody
    /// has them.
    pub(crate) async fn take_back(&mut self, paths: &[Path]) -> bool {
        let known = match self.refresh().await {
            Ok(()) => self.parts(),
            Err(error) => Err(error),
        };
        let Ok(known) = known else { return true };
        let known: HashSet<Path> = known.into_iter().map(|part| part.path).collect();
        if !paths.is_empty() && paths.iter().all(|path| known.contains(path)) {
            return false;
        }
        let store = self.store();
        for path in paths.iter().filter(|path| !known.contains(path)) {
            let _ = store.delete(path).await;
        }
        true
    }

    /// Makes a change of the log, which either happens as a whole or not at all.
    pub(crate) async fn commit(
        &mut self,
        actions: Vec<Action>,
        progress: &[Progress],
        operation: DeltaOperation,
    ) -> std::result::Result<u64, DeltaTableError> {
        let transactions = progress.iter().map(Progress::transaction).collect();
        let properties = CommitProperties::default().with_application_transactions(transactions);
        let snapshot = self.table.snapshot()?.clone();
        let commit = CommitBuilder::from(properties).with_actions(actions);
        let commit = commit.build(Some(&snapshot), self.table.log_store(), operation).await?;
        self.table.state = Some(commit.snapshot());
        self.columns = Columns::of(commit.snapshot.schema().as_ref());
        Ok(commit.version())
    }
}

/// The column that says where an event stands among others, if the events have it.
const GIVEN: &str = "__seq";

/// A file that was written.
#[derive(Debug)]
pub(crate) struct NewFile {
    pub(crate) add: Add,
    pub(crate) rows: u64,
}

fn append_operation() -> DeltaOperation {
    let partition_by = Some(vec![DAY.to_owned()]);
    DeltaOperation::Write { mode: SaveMode::Append, partition_by, predicate: None }
}

/// Whether others were faster, and a new attempt may succeed.
pub(crate) fn is_conflict(error: &DeltaTableError) -> bool {
    let DeltaTableError::Transaction { source } = error else { return false };
    matches!(
        source,
        TransactionError::CommitConflict(_)
            | TransactionError::MaxCommitAttempts(_)
            | TransactionError::VersionAlreadyExists(_)
    )
}

/// The events of each day under the names of their columns.
fn by_day(events: &[RecordBatch], columns: &Columns) -> Result<BTreeMap<Option<String>, Vec<RecordBatch>>> {
    let mut days: BTreeMap<Option<i64>, Vec<RecordBatch>> = BTreeMap::new();
    for batch in events {
        let batch = named(batch, columns)?;
        let time = batch.column_by_name(TIME).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
        let Some(time) = time else {
            days.entry(None).or_default().push(batch);
            continue;
        };
        let day = |row: usize| time.is_valid(row).then(|| time.value(row).div_euclid(DAY_MICROS));
        let mut rows: BTreeMap<Option<i64>, Vec<u32>> = BTreeMap::new();
        for row in 0..batch.num_rows() {
            rows.entry(day(row)).or_default().push(u32::try_from(row).map_err(IndexError::events)?);
        }
        let is_one = rows.len() == 1;
        for (day, rows) in rows {
            let part = if is_one {
                batch.clone()
            } else {
                take_record_batch(&batch, &UInt32Array::from(rows)).map_err(IndexError::events)?
            };
            days.entry(day).or_default().push(part);
        }
    }
    let shown = |day: i64| {
        let date = timestamp_us_to_datetime(day.checked_mul(DAY_MICROS)?)?;
        Some(date.format("%Y-%m-%d").to_string())
    };
    let mut named: BTreeMap<Option<String>, Vec<RecordBatch>> = BTreeMap::new();
    for (day, batches) in days {
        named.entry(day.and_then(shown)).or_default().extend(batches);
    }
    Ok(named)
}

const DAY_MICROS: i64 = 86_400_000_000;

/// A batch whose fields have the names of their columns, the common ones in front. Columns without any value are left out.
fn named(batch: &RecordBatch, columns: &Columns) -> Result<RecordBatch> {
    let schema = batch.schema();
    let mut found: Vec<(usize, Arc<Field>, ArrayRef)> = Vec::with_capacity(schema.fields().len());
    for (field, array) in schema.fields().iter().zip(batch.columns()) {
        let column = Kind::of(field.data_type()).and_then(|kind| columns.find(field.name(), kind));
        let column = column.ok_or_else(|| IndexError::events(format!("`{}` has no column", field.name())))?;
        let front = FRONT.iter().position(|name| *name == column.name).unwrap_or(FRONT.len());
        found.push((front, stored(column, field.data_type()), Arc::clone(array)));
    }
    found.sort_by_key(|(front, ..)| *front);
    let (fields, arrays): (Vec<_>, Vec<_>) = found.into_iter().map(|(_, field, array)| (field, array)).unzip();
    RecordBatch::try_new(shared(Schema::new(fields)), arrays).map_err(IndexError::events)
}

/// Batches as one, newest event first.
pub(crate) fn sorted(batches: &[RecordBatch]) -> Result<RecordBatch> {
    let schema = Arc::new(
        Schema::try_merge(batches.iter().map(|batch| batch.schema().as_ref().clone())).map_err(IndexError::events)?,
    );
    let fitted = batches.iter().map(|batch| fitted(batch, &schema)).collect::<Result<Vec<_>>>()?;
    let key = |name: &str, descending: bool| {
        let place = schema.index_of(name).ok()?;
        let parts: Vec<&dyn Array> = fitted.iter().map(|batch| batch.column(place).as_ref()).collect();
        let options = Some(SortOptions { descending, nulls_first: false });
        Some(concat(&parts).map(|values| SortColumn { values, options }))
    };
    let keys: std::result::Result<Vec<SortColumn>, _> =
        key(TIME, true).into_iter().chain(key(SEQUENCE, false)).collect();
    let order = lexsort_to_indices(&keys.map_err(IndexError::events)?, None).map_err(IndexError::events)?;
    // Events are copied once, to where they belong.
    let rows: Vec<(usize, usize)> =
        fitted.iter().enumerate().flat_map(|(part, batch)| (0..batch.num_rows()).map(move |row| (part, row))).collect();
    let places: Vec<(usize, usize)> =
        order.values().iter().filter_map(|place| rows.get(usize::try_from(*place).ok()?).copied()).collect();
    let batches: Vec<&RecordBatch> = fitted.iter().collect();
    interleave_record_batch(&batches, &places).map_err(IndexError::events)
}

/// A batch with all columns of a schema; those that it lacks are null.
fn fitted(batch: &RecordBatch, schema: &Arc<Schema>) -> Result<RecordBatch> {
    let column = |field: &Arc<Field>| match batch.column_by_name(field.name()) {
        Some(column) => Arc::clone(column),
        None => deltalake_core::arrow::array::new_null_array(field.data_type(), batch.num_rows()),
    };
    RecordBatch::try_new(Arc::clone(schema), schema.fields().iter().map(column).collect()).map_err(IndexError::events)
}

/// A name that no other file has.
fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}
