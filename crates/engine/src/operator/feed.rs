//! Operators that work on one batch after the other: the rows that each gives on, and those that are left at the end.

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::Result,
    execution::SendableRecordBatchStream,
    physical_plan::{metrics::BaselineMetrics, stream::RecordBatchStreamAdapter},
};
use futures::{StreamExt, stream};

/// The work of one partition.
pub(super) trait Feed: Send + 'static {
    /// Takes in a batch and gives on what is ready, the last batch first.
    fn add(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>>;

    /// What is left when the input has ended, the last batch first.
    fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        Ok(Vec::new())
    }
}

/// The rows that come of an input; time and rows are counted.
pub(super) fn fed(
    input: SendableRecordBatchStream,
    work: impl Feed,
    schema: SchemaRef,
    metrics: BaselineMetrics,
) -> SendableRecordBatchStream {
    let feeding = Feeding { input: Some(input), work, ready: Vec::new(), metrics };
    let rows = stream::try_unfold(feeding, |mut feeding| async move {
        let batch = feeding.next().await?;
        Ok(batch.map(|batch| (batch, feeding)))
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, rows.boxed()))
}

struct Feeding<W> {
    /// None once it has ended.
    input: Option<SendableRecordBatchStream>,
    work: W,
    /// Batches to give on before more is read, the next one last.
    ready: Vec<RecordBatch>,
    metrics: BaselineMetrics,
}

impl<W: Feed> Feeding<W> {
    async fn next(&mut self) -> Result<Option<RecordBatch>> {
        loop {
            if let Some(batch) = self.ready.pop() {
                self.metrics.record_output(batch.num_rows());
                return Ok(Some(batch));
            }
            let Some(input) = &mut self.input else { return Ok(None) };
            let batch = input.next().await.transpose()?;
            let compute = self.metrics.elapsed_compute().clone();
            let _timer = compute.timer();
            self.ready = match batch {
                Some(batch) => self.work.add(batch)?,
                None => {
                    self.input = None;
                    self.work.finish()?
                }
            };
        }
    }
}
