//! Rows that wait for the end of their input: in memory, or on disk where the memory pool refuses more.

use std::sync::Arc;

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::Result,
    execution::{
        TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
        spill_file::SpillFile,
    },
    physical_plan::{
        metrics::{ExecutionPlanMetricsSet, SpillMetrics},
        spill::{SpillManager, get_record_batch_memory_size},
    },
};
use futures::{Stream, StreamExt, TryStreamExt, stream};

/// Rows in the order in which they came, and the memory that they and the operator's own state take.
pub(super) struct Spool {
    label: &'static str,
    rows: Vec<RecordBatch>,
    bytes: usize,
    reservation: MemoryReservation,
    spill: SpillManager,
    spilled: Vec<Arc<dyn SpillFile>>,
}

impl Spool {
    /// `label` names the operator in errors and in the names of files.
    pub(super) fn new(
        label: &'static str,
        schema: SchemaRef,
        context: &TaskContext,
        metrics: &ExecutionPlanMetricsSet,
        partition: usize,
    ) -> Self {
        let reservation =
            MemoryConsumer::new(format!("{label}[{partition}]")).with_can_spill(true).register(context.memory_pool());
        let spill = SpillManager::new(context.runtime_env(), SpillMetrics::new(metrics, partition), schema);
        Self { label, rows: Vec::new(), bytes: 0, reservation, spill, spilled: Vec::new() }
    }

    /// Keeps rows beside a state of so many bytes.
    ///
    /// # Errors
    /// "Resources exhausted" where even the state alone is more than the pool has.
    pub(super) fn keep(&mut self, rows: RecordBatch, state: usize) -> Result<()> {
        self.bytes += get_record_batch_memory_size(&rows);
        self.rows.push(rows);
        self.reserve(state)
    }

    /// Keeps rows beside a state that could go to disk as well; gives whether it should, as half as much again is wanted to
    /// write it, and there is no room for that although no rows are left in memory.
    ///
    /// # Errors
    /// Where rows cannot be written.
    pub(super) fn keep_beside(&mut self, rows: RecordBatch, state: usize) -> Result<bool> {
        self.bytes += get_record_batch_memory_size(&rows);
        self.rows.push(rows);
        if self.reservation.try_resize(state + self.bytes).is_ok() {
            return Ok(false);
        }
        self.write()?;
        Ok(self.reservation.try_resize(state + state / 2).is_err())
    }

    /// Takes account of a state of so many bytes; the rows go to disk where there is no room for both.
    ///
    /// # Errors
    /// As [`Spool::keep`].
    pub(super) fn reserve(&mut self, state: usize) -> Result<()> {
        if self.reservation.try_resize(state + self.bytes).is_ok() {
            return Ok(());
        }
        self.write()?;
        self.reservation.try_resize(state)
    }

    /// The files of all rows so far, in their order; there are none afterwards.
    ///
    /// # Errors
    /// Where rows cannot be written.
    pub(super) fn put_away(&mut self) -> Result<Vec<Arc<dyn SpillFile>>> {
        self.write()?;
        Ok(std::mem::take(&mut self.spilled))
    }

    fn write(&mut self) -> Result<()> {
        if !self.rows.is_empty() {
            self.spilled.extend(self.spill.spill_record_batch_and_finish(&self.rows, self.label)?);
            self.rows.clear();
            self.bytes = 0;
        }
        Ok(())
    }

    /// The columns of the rows.
    pub(super) fn schema(&self) -> &SchemaRef {
        self.spill.schema()
    }

    /// The rows in the order in which they came: those on disk are the older ones. The reservation lasts as long as the stream.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<RecordBatch>> + Send {
        let Self { rows, reservation, spill, spilled, .. } = self;
        let all = read(spill, spilled).chain(stream::iter(rows.into_iter().map(Ok)));
        all.inspect(move |_| {
            let _held = &reservation;
        })
    }

    /// What reads the files of rows that were put away, and the memory that what is beside them takes.
    pub(super) fn into_parts(self) -> (SpillManager, MemoryReservation) {
        (self.spill, self.reservation)
    }
}

/// The rows of files, which are opened one after the other.
pub(super) fn read(
    spill: SpillManager,
    files: Vec<Arc<dyn SpillFile>>,
) -> impl Stream<Item = Result<RecordBatch>> + Send + use<> {
    stream::iter(files).map(move |file| spill.read_spill_as_stream(file, None)).try_flatten()
}
