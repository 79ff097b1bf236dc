//! The parts of a core, one after the other.

use std::{fmt, ops::Range, sync::Arc};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext, memory_pool::MemoryReservation},
    physical_plan::{
        metrics::{BaselineMetrics, Count},
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use futures::{Stream, StreamExt, TryStreamExt, future::Either, pin_mut, stream};

use super::{
    aggregation::{Aggregation, PartGroups},
    dealt::{Dealt, of_part},
};

/// What a core sums up.
pub(super) struct Core {
    aggregation: Aggregation,
    /// The rows of all cores.
    rows: Arc<Vec<Dealt>>,
    /// The parts that are left.
    parts: Range<usize>,
    /// The memory of the groups of the part before.
    groups: PartGroups,
    reservation: MemoryReservation,
    metrics: BaselineMetrics,
    /// How many parts did not fit into memory.
    sorted: Count,
}

impl Core {
    pub(super) fn try_new(
        aggregation: Aggregation,
        rows: Arc<Vec<Dealt>>,
        parts: Range<usize>,
        reservation: MemoryReservation,
        (metrics, sorted): (BaselineMetrics, Count),
    ) -> Result<Self> {
        Ok(Self { groups: aggregation.no_groups()?, aggregation, rows, parts, reservation, metrics, sorted })
    }

    /// The groups of all parts.
    pub(super) fn into_stream(self) -> impl Stream<Item = Result<RecordBatch>> + Send {
        let metrics = self.metrics.clone();
        let parts = stream::try_unfold(self, |mut core| async move {
            let Some(part) = core.parts.next() else { return Ok::<_, DataFusionError>(None) };
            let groups = core.groups_of(part).await?;
            Ok(Some((groups, core)))
        });
        parts.try_flatten().inspect_ok(move |batch| metrics.record_output(batch.num_rows()))
    }

    async fn groups_of(&mut self, part: usize) -> Result<impl Stream<Item = Result<RecordBatch>> + Send + use<>> {
        let rows = of_part(&self.rows, part);
        pin_mut!(rows);
        while let Some(batch) = rows.next().await.transpose()? {
            let _timer = self.metrics.elapsed_compute().timer();
            self.aggregation.add(&mut self.groups, &batch)?;
            if self.reservation.try_resize(self.groups.bytes()).is_err() {
                self.groups = self.aggregation.no_groups()?;
                self.reservation.free();
                self.sorted.add(1);
                return self.by_sorting(part).map(Either::Right);
            }
        }
        let _timer = self.metrics.elapsed_compute().timer();
        let all = self.aggregation.finish(&mut self.groups)?;
        let size = self.aggregation.context().session_config().batch_size();
        let total = all.num_rows();
        let starts = (0..total).step_by(size);
        Ok(Either::Left(stream::iter(starts.map(move |start| Ok(all.slice(start, size.min(total - start)))))))
    }

    /// The groups of a part that do not fit into memory. DataFusion's aggregation sorts them and goes to disk.
    fn by_sorting(&self, part: usize) -> Result<SendableRecordBatchStream> {
        let schema = Arc::clone(self.aggregation.input());
        let rows = Part { rows: Arc::clone(&self.rows), part, schema: Arc::clone(&schema) };
        let rows = StreamingTableExec::try_new(schema, vec![Arc::new(rows)], None, Vec::new(), false, None)?;
        self.aggregation.over(Arc::new(rows))
    }
}

/// The rows of a part for an operator.
struct Part {
    rows: Arc<Vec<Dealt>>,
    part: usize,
    schema: SchemaRef,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("part", &self.part).finish_non_exhaustive()
    }
}

impl PartitionStream for Part {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = of_part(&self.rows, self.part);
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows.boxed()))
    }
}
