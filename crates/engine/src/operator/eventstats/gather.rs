//! Reading all rows, then giving each the results of its group.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, UInt64Array},
        compute::take,
        datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
    },
    common::{Result, internal_datafusion_err},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{EmitTo, GroupsAccumulator},
    physical_expr::{
        PhysicalExpr,
        window::{PlainAggregateWindowExpr, WindowExpr},
    },
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet},
};
use futures::{Stream, StreamExt, TryStreamExt};

use super::Read;
use crate::operator::{groups::Groups, spool::Spool};

/// The state while rows come in.
pub(super) struct Gather {
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    groups: Groups,
    output: SchemaRef,
    kept: SchemaRef,
    rows: Spool,
    metrics: BaselineMetrics,
}

/// All rows, and what to give them.
pub(super) struct Gathered {
    rows: Spool,
    given: Given,
}

/// The results of each group.
struct Given {
    results: Vec<ArrayRef>,
    output: SchemaRef,
    metrics: BaselineMetrics,
}

impl Gather {
    pub(super) fn try_new(
        aggregates: &[Arc<dyn WindowExpr>],
        read: Read,
        input: SchemaRef,
        output: SchemaRef,
        context: &TaskContext,
        metrics: &ExecutionPlanMetricsSet,
        partition: usize,
    ) -> Result<Self> {
        let accumulators = aggregates
            .iter()
            .map(|aggregate| {
                aggregate
                    .as_any()
                    .downcast_ref::<PlainAggregateWindowExpr>()
                    .ok_or_else(|| internal_datafusion_err!("eventstats takes plain aggregates"))?
                    .get_aggregate_expr()
                    .create_groups_accumulator()
            })
            .collect::<Result<_>>()?;
        let groups = Groups::try_new(read.keys, &input)?;
        let mut fields: Vec<_> = input.fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new("__group", DataType::UInt64, false)));
        let kept = Arc::new(Schema::new(fields));
        let rows = Spool::new("EventStatsExec", Arc::clone(&kept), context, metrics, partition);
        Ok(Self {
            arguments: read.arguments,
            accumulators,
            groups,
            output,
            kept,
            rows,
            metrics: BaselineMetrics::new(metrics, partition),
        })
    }

    /// Reads the input to its end.
    pub(super) async fn read(mut self, mut input: SendableRecordBatchStream) -> Result<Gathered> {
        while let Some(batch) = input.next().await.transpose()? {
            if batch.num_rows() == 0 {
                continue;
            }
            let compute = self.metrics.elapsed_compute().clone();
            let _timer = compute.timer();
            self.add(&batch)?;
        }
        self.finish()
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let total = self.groups.number(batch)?;
        let ids = self.groups.ids();
        for (arguments, accumulator) in self.arguments.iter().zip(&mut self.accumulators) {
            let values: Vec<ArrayRef> = evaluate_expressions_to_arrays(arguments, batch)?;
            accumulator.update_batch(&values, ids, None, total)?;
        }
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(UInt64Array::from_iter_values(ids.iter().map(|id| *id as u64))));
        let state = self.state_bytes();
        self.rows.keep(RecordBatch::try_new(Arc::clone(&self.kept), columns)?, state)
    }

    fn state_bytes(&self) -> usize {
        self.accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>() + self.groups.bytes()
    }

    fn finish(mut self) -> Result<Gathered> {
        let mut results = Vec::with_capacity(self.accumulators.len());
        if !self.rows.is_empty() {
            for accumulator in &mut self.accumulators {
                results.push(accumulator.evaluate(EmitTo::All)?);
            }
        }
        Ok(Gathered { rows: self.rows, given: Given { results, output: self.output, metrics: self.metrics } })
    }
}

impl Gathered {
    /// The rows in the order in which they came.
    pub(super) fn into_stream(self) -> Result<impl Stream<Item = Result<RecordBatch>> + Send> {
        let Self { rows, given } = self;
        Ok(rows.into_stream()?.and_then(move |rows| std::future::ready(given.to(&rows))))
    }
}

impl Given {
    fn to(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let mut columns = rows.columns().to_vec();
        let ids = columns.pop().ok_or_else(|| internal_datafusion_err!("eventstats lost its group numbers"))?;
        let ids = ids.as_primitive::<UInt64Type>();
        for result in &self.results {
            columns.push(take(result, ids, None)?);
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.output), columns)?;
        self.metrics.record_output(batch.num_rows());
        Ok(batch)
    }
}
