//! Reading the rows of a core, then giving each the results of its group.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions},
        compute::take,
        datatypes::{SchemaRef, UInt32Type},
    },
    common::{Result, internal_datafusion_err},
    execution::SendableRecordBatchStream,
    physical_plan::metrics::BaselineMetrics,
};
use futures::{Stream, StreamExt, TryStreamExt};

use super::sums::{Results, Sums};
use crate::operator::spool::Spool;

/// The state while rows come in.
pub(super) struct Gather {
    sums: Sums,
    /// The columns that wait with the rows.
    kept: Vec<usize>,
    rows: Spool,
    output: SchemaRef,
    metrics: BaselineMetrics,
}

/// All rows of a core, which wait for what they get.
pub(super) struct Waiting {
    rows: Spool,
    output: SchemaRef,
    metrics: BaselineMetrics,
}

impl Gather {
    pub(super) fn new(sums: Sums, kept: Vec<usize>, rows: Spool, output: SchemaRef, metrics: BaselineMetrics) -> Self {
        Self { sums, kept, rows, output, metrics }
    }

    /// Reads the input to its end.
    pub(super) async fn read(mut self, mut input: SendableRecordBatchStream) -> Result<(Sums, Waiting)> {
        while let Some(batch) = input.next().await.transpose()? {
            if batch.num_rows() == 0 {
                continue;
            }
            let compute = self.metrics.elapsed_compute().clone();
            let _timer = compute.timer();
            self.add(&batch)?;
        }
        Ok((self.sums, Waiting { rows: self.rows, output: self.output, metrics: self.metrics }))
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut columns: Vec<ArrayRef> =
            self.kept.iter().filter_map(|place| batch.columns().get(*place)).cloned().collect();
        if let Some(numbers) = self.sums.add(batch)? {
            columns.push(Arc::new(numbers));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let rows = RecordBatch::try_new_with_options(Arc::clone(self.rows.schema()), columns, &options)?;
        self.rows.keep(rows, self.sums.bytes())
    }
}

impl Waiting {
    /// Takes account of sums or results of so many bytes beside the rows.
    ///
    /// # Errors
    /// "Resources exhausted" where even they alone are more than the pool has.
    pub(super) fn reserve(&mut self, bytes: usize) -> Result<()> {
        self.rows.reserve(bytes)
    }

    /// The rows in the order in which they came, with their results.
    pub(super) fn into_stream(
        self,
        results: Results,
    ) -> Result<impl Stream<Item = Result<RecordBatch>> + Send + use<>> {
        let Self { rows, output, metrics } = self;
        let give = move |rows: RecordBatch| {
            let batch = given(&rows, &results, &output)?;
            metrics.record_output(batch.num_rows());
            Ok(batch)
        };
        Ok(rows.into_stream()?.and_then(move |rows| std::future::ready(give(rows))))
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
