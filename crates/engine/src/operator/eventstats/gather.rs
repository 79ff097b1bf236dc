//! Reading the rows of a core, then giving each the results of its group.

use std::{future::ready, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions},
        compute::take,
        datatypes::{SchemaRef, UInt32Type},
    },
    common::{DataFusionError, Result, internal_datafusion_err},
    execution::{SendableRecordBatchStream, memory_pool::MemoryReservation},
    physical_plan::metrics::BaselineMetrics,
};
use futures::{StreamExt, TryStreamExt, stream, stream::BoxStream};

use super::{
    epochs::{Epoch, Epochs},
    sums::{Results, Sums},
};
use crate::operator::spool::{Spool, read};

/// The state while rows come in.
pub(super) struct Gather {
    sums: Sums,
    /// The columns that wait with the rows.
    kept: Vec<usize>,
    waiting: Waiting,
}

/// All rows of a core, which wait for what they get.
pub(super) struct Waiting {
    /// Rows of closed epochs.
    epochs: Epochs,
    /// The rows that came after them.
    rows: Spool,
    output: SchemaRef,
    metrics: BaselineMetrics,
}

impl Gather {
    pub(super) fn new(sums: Sums, kept: Vec<usize>, waiting: Waiting) -> Self {
        Self { sums, kept, waiting }
    }

    /// Reads the input to its end.
    pub(super) async fn read(mut self, mut input: SendableRecordBatchStream) -> Result<(Sums, Waiting)> {
        while let Some(batch) = input.next().await.transpose()? {
            if batch.num_rows() == 0 {
                continue;
            }
            let compute = self.waiting.metrics.elapsed_compute().clone();
            let _timer = compute.timer();
            self.add(&batch)?;
        }
        Ok((self.sums, self.waiting))
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut columns: Vec<ArrayRef> =
            self.kept.iter().filter_map(|place| batch.columns().get(*place)).cloned().collect();
        if let Some(numbers) = self.sums.add(batch)? {
            columns.push(Arc::new(numbers));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let Self { sums, waiting, .. } = self;
        let rows = RecordBatch::try_new_with_options(Arc::clone(waiting.rows.schema()), columns, &options)?;
        if !waiting.rows.keep_beside(rows, sums.bytes())? {
            return Ok(());
        }
        match waiting.epochs.are_worth(sums) {
            true => waiting.close(sums),
            false => waiting.reserve(sums.bytes()),
        }
    }
}

impl Waiting {
    pub(super) fn new(epochs: Epochs, rows: Spool, output: SchemaRef, metrics: BaselineMetrics) -> Self {
        Self { epochs, rows, output, metrics }
    }

    /// Puts the rows that came last on disk, and their groups as well: those that come now are of another epoch.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub(super) fn close(&mut self, sums: &mut Sums) -> Result<()> {
        let rows = self.rows.put_away()?;
        self.epochs.close(rows, sums)?;
        self.rows.reserve(0)
    }

    /// The epochs that are closed.
    pub(super) fn epochs(&self) -> &Epochs {
        &self.epochs
    }

    pub(super) fn epochs_mut(&mut self) -> &mut Epochs {
        &mut self.epochs
    }

    /// Takes account of sums or results of so many bytes beside the rows.
    ///
    /// # Errors
    /// "Resources exhausted" where even they alone are more than the pool has.
    pub(super) fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.rows.reserve(bytes)
    }

    /// The rows in the order in which they came, with their results; those of closed epochs have them on disk.
    pub(super) fn into_stream(self, results: Option<Results>) -> BoxStream<'static, Result<RecordBatch>> {
        let Self { epochs, rows, output, metrics } = self;
        let give = move |rows: RecordBatch, results: &Results| {
            let batch = given(&rows, results, &output)?;
            metrics.record_output(batch.num_rows());
            Ok(batch)
        };
        if let Some(results) = results {
            return rows.into_stream().and_then(move |rows| ready(give(rows, &results))).boxed();
        }
        let (epochs, stored) = epochs.into_parts();
        let (spill, reservation) = rows.into_parts();
        let give = Arc::new(give);
        let epoch = move |mut epoch: Epoch, reservation: Arc<MemoryReservation>| {
            let (spill, stored, give) = (spill.clone(), stored.clone(), Arc::clone(&give));
            async move {
                let results = epoch.results(&stored, |bytes| reservation.try_resize(bytes)).await?;
                let held = move |rows| {
                    let _held = &reservation;
                    ready(give(rows, &results))
                };
                Ok::<_, DataFusionError>(read(spill, epoch.rows).and_then(held))
            }
        };
        let reservation = Arc::new(reservation);
        stream::iter(epochs).then(move |one| epoch(one, Arc::clone(&reservation))).try_flatten().boxed()
    }
}

/// Rows with their results.
fn given(rows: &RecordBatch, results: &Results, output: &SchemaRef) -> Result<RecordBatch> {
    let mut columns = rows.columns().to_vec();
    match results {
        Results::OfAll(results) => {
            for result in results {
                columns.push(result.to_array_of_size(rows.num_rows())?);
            }
        }
        Results::ByGroup(results) => {
            let numbers = columns.pop().ok_or_else(|| internal_datafusion_err!("eventstats lost its group numbers"))?;
            let numbers = numbers.as_primitive::<UInt32Type>();
            for result in results {
                columns.push(take(result, numbers, None)?);
            }
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(output), columns, &options)?)
}
