//! Reading all rows, then giving each the results of its group.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, UInt64Array},
        compute::take,
        datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
    },
    common::{Result, ScalarValue, internal_datafusion_err},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{Accumulator, EmitTo, GroupsAccumulator},
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
    sums: Sums,
    output: SchemaRef,
    /// The columns of the rows that wait: their own and, where there are groups, the number of theirs.
    kept: SchemaRef,
    rows: Spool,
    metrics: BaselineMetrics,
}

/// What is summed up so far.
enum Sums {
    /// All rows are one group: nothing is numbered.
    OfAll(Vec<Box<dyn Accumulator>>),
    ByGroup(Groups, Vec<Box<dyn GroupsAccumulator>>),
}

/// All rows, and what to give them.
pub(super) struct Gathered {
    rows: Spool,
    given: Given,
}

/// The results of each group.
struct Given {
    results: Results,
    output: SchemaRef,
    metrics: BaselineMetrics,
}

enum Results {
    OfAll(Vec<ScalarValue>),
    ByGroup(Vec<ArrayRef>),
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
        let plain = aggregates.iter().map(|aggregate| {
            let plain = aggregate.as_any().downcast_ref::<PlainAggregateWindowExpr>();
            plain.map(PlainAggregateWindowExpr::get_aggregate_expr)
        });
        let plain = plain.collect::<Option<Vec<_>>>();
        let plain = plain.ok_or_else(|| internal_datafusion_err!("eventstats takes plain aggregates"))?;
        let mut fields: Vec<_> = input.fields().iter().cloned().collect();
        let sums = if read.keys.is_empty() {
            Sums::OfAll(plain.iter().map(|aggregate| aggregate.create_accumulator()).collect::<Result<_>>()?)
        } else {
            fields.push(Arc::new(Field::new("__group", DataType::UInt64, false)));
            let accumulators = plain.iter().map(|aggregate| aggregate.create_groups_accumulator());
            Sums::ByGroup(Groups::try_new(read.keys, &input)?, accumulators.collect::<Result<_>>()?)
        };
        let kept = Arc::new(Schema::new(fields));
        let rows = Spool::new("EventStatsExec", Arc::clone(&kept), context, metrics, partition);
        Ok(Self {
            arguments: read.arguments,
            sums,
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
        let mut columns = batch.columns().to_vec();
        match &mut self.sums {
            Sums::OfAll(accumulators) => {
                for (arguments, accumulator) in self.arguments.iter().zip(accumulators) {
                    accumulator.update_batch(&evaluate_expressions_to_arrays(arguments, batch)?)?;
                }
            }
            Sums::ByGroup(groups, accumulators) => {
                let total = groups.number(batch)?;
                let ids = groups.ids();
                for (arguments, accumulator) in self.arguments.iter().zip(accumulators) {
                    let values: Vec<ArrayRef> = evaluate_expressions_to_arrays(arguments, batch)?;
                    accumulator.update_batch(&values, ids, None, total)?;
                }
                columns.push(Arc::new(UInt64Array::from_iter_values(ids.iter().map(|id| *id as u64))));
            }
        }
        let state = self.sums.bytes();
        self.rows.keep(RecordBatch::try_new(Arc::clone(&self.kept), columns)?, state)
    }

    fn finish(self) -> Result<Gathered> {
        let results = self.sums.results(self.rows.is_empty())?;
        Ok(Gathered { rows: self.rows, given: Given { results, output: self.output, metrics: self.metrics } })
    }
}

impl Sums {
    fn bytes(&self) -> usize {
        match self {
            Self::OfAll(accumulators) => accumulators.iter().map(|accumulator| accumulator.size()).sum(),
            Self::ByGroup(groups, accumulators) => {
                accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>() + groups.bytes()
            }
        }
    }

    /// What the rows get; nobody gets anything where there are none.
    fn results(self, is_empty: bool) -> Result<Results> {
        Ok(match self {
            Self::OfAll(mut accumulators) => {
                Results::OfAll(accumulators.iter_mut().map(|one| one.evaluate()).collect::<Result<_>>()?)
            }
            Self::ByGroup(..) if is_empty => Results::ByGroup(Vec::new()),
            Self::ByGroup(_, mut accumulators) => {
                Results::ByGroup(accumulators.iter_mut().map(|one| one.evaluate(EmitTo::All)).collect::<Result<_>>()?)
            }
        })
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
        match &self.results {
            Results::OfAll(results) => {
                for result in results {
                    columns.push(result.to_array_of_size(rows.num_rows())?);
                }
            }
            Results::ByGroup(results) => {
                let ids = columns.pop().ok_or_else(|| internal_datafusion_err!("eventstats lost its group numbers"))?;
                let ids = ids.as_primitive::<UInt64Type>();
                for result in results {
                    columns.push(take(result, ids, None)?);
                }
            }
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.output), columns)?;
        self.metrics.record_output(batch.num_rows());
        Ok(batch)
    }
}
