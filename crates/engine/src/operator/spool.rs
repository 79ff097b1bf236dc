//! Rows that wait for the end of their input: in memory, or on disk where the memory pool refuses more.

use std::sync::Arc;

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::Result,
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
        spill_file::SpillFile,
    },
    physical_plan::{
        metrics::{ExecutionPlanMetricsSet, SpillMetrics},
        spill::{SpillManager, get_record_batch_memory_size},
    },
};
use futures::{Stream, StreamExt, stream};

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

    /// Takes account of a state of so many bytes; the rows go to disk where there is no room for both.
    ///
    /// # Errors
    /// As [`Spool::keep`].
    pub(super) fn reserve(&mut self, state: usize) -> Result<()> {
        if self.reservation.try_resize(state + self.bytes).is_ok() {
            return Ok(());
        }
        self.spilled.extend(self.spill.spill_record_batch_and_finish(&self.rows, self.label)?);
        self.rows.clear();
        self.bytes = 0;
        self.reservation.try_resize(state)
    }

    /// The columns of the rows.
    pub(super) fn schema(&self) -> &SchemaRef {
        self.spill.schema()
    }

    /// The rows in the order in which they came: those on disk are the older ones. The reservation lasts as long as the stream.
    pub(super) fn into_stream(self) -> Result<impl Stream<Item = Result<RecordBatch>> + Send> {
        let Self { rows, reservation, spill, spilled, .. } = self;
        let spilled: Vec<SendableRecordBatchStream> =
            spilled.into_iter().map(|file| spill.read_spill_as_stream(file, None)).collect::<Result<_>>()?;
        let all = stream::iter(spilled).flatten().chain(stream::iter(rows.into_iter().map(Ok)));
        Ok(all.inspect(move |_| {
            let _held = &reservation;
        }))
    }
}
