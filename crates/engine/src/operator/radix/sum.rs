//! What is summed up: one part after the other.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, BooleanArray, RecordBatch},
        datatypes::{DataType, Schema, SchemaRef},
    },
    common::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext, memory_pool::MemoryReservation},
    logical_expr::{EmitTo, GroupsAccumulator},
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateMode, aggregate_expressions},
        metrics::BaselineMetrics,
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use futures::{Stream, StreamExt, TryStreamExt, future::Either, pin_mut, stream};

use super::dealt::{Dealt, of_part, parts};
use crate::operator::groups::Values;

/// How rows are summed up.
pub(super) struct Summing {
    aggregate: AggregateExec,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    key_schema: SchemaRef,
    key_types: Vec<DataType>,
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
    /// Whether rows are those of a first aggregation.
    merges: bool,
    input: SchemaRef,
    context: Arc<TaskContext>,
}

/// The groups of a part.
struct Groups {
    values: Values,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    ids: Vec<usize>,
}

impl Summing {
    /// As the aggregation does, over rows of the schema `input`.
    pub(super) fn try_new(aggregate: &AggregateExec, input: &SchemaRef, context: Arc<TaskContext>) -> Result<Self> {
        let keys = aggregate.group_expr().input_exprs();
        let fields = keys.iter().map(|key| key.return_field(input)).collect::<Result<Vec<_>>>()?;
        let output = aggregate.schema();
        Ok(Self {
            key_schema: Arc::new(Schema::new(fields)),
            key_types: output.fields().iter().take(keys.len()).map(|field| field.data_type().clone()).collect(),
            arguments: aggregate_expressions(aggregate.aggr_expr(), aggregate.mode(), keys.len())?,
            merges: *aggregate.mode() == AggregateMode::FinalPartitioned,
            keys,
            aggregate: aggregate.clone(),
            input: Arc::clone(input),
            context,
        })
    }

    /// The groups of a core.
    pub(super) fn all(
        self: Arc<Self>,
        rows: Arc<Vec<Dealt>>,
        core: usize,
        reservation: MemoryReservation,
        metrics: BaselineMetrics,
    ) -> impl Stream<Item = Result<RecordBatch>> + Send {
        let parts = parts(&rows);
        let own = Arc::new((self, rows, reservation, metrics));
        let groups = stream::iter(core * parts..(core + 1) * parts).then(move |part| {
            let own = Arc::clone(&own);
            async move {
                let (summing, rows, reservation, metrics) = own.as_ref();
                let groups = summing.part(rows, part, reservation.new_empty(), metrics).await?;
                let metrics = metrics.clone();
                Ok::<_, DataFusionError>(groups.inspect_ok(move |batch| metrics.record_output(batch.num_rows())))
            }
        });
        groups.try_flatten()
    }

    /// The groups of a part.
    async fn part(
        &self,
        rows: &Arc<Vec<Dealt>>,
        part: usize,
        reservation: MemoryReservation,
        metrics: &BaselineMetrics,
    ) -> Result<impl Stream<Item = Result<RecordBatch>> + Send + use<>> {
        let mut groups = self.no_groups()?;
        {
            let own = of_part(rows, part);
            pin_mut!(own);
            while let Some(batch) = own.next().await.transpose()? {
                let _timer = metrics.elapsed_compute().timer();
                self.add(&mut groups, &batch)?;
                if reservation.try_resize(groups.bytes()).is_err() {
                    drop(groups);
                    reservation.free();
                    return self.by_sorting(rows, part).map(Either::Right);
                }
            }
        }
        let all = self.finished(groups)?;
        let size = self.context.session_config().batch_size();
        let total = all.num_rows();
        let starts = (0..total).step_by(size);
        Ok(Either::Left(stream::iter(starts.map(move |start| Ok(all.slice(start, size.min(total - start)))))))
    }

    /// The groups of a part that does not fit into memory. DataFusion's aggregation sorts and goes to disk.
    fn by_sorting(&self, rows: &Arc<Vec<Dealt>>, part: usize) -> Result<SendableRecordBatchStream> {
        let own = Part { rows: Arc::clone(rows), part, schema: Arc::clone(&self.input) };
        let input =
            StreamingTableExec::try_new(Arc::clone(&self.input), vec![Arc::new(own)], None, Vec::new(), false, None)?;
        let aggregate = AggregateExec::try_new(
            if self.merges { AggregateMode::Final } else { AggregateMode::Single },
            self.aggregate.group_expr().clone(),
            self.aggregate.aggr_expr().to_vec(),
            self.aggregate.filter_expr().to_vec(),
            Arc::new(input),
            self.aggregate.input_schema(),
        )?;
        aggregate.execute(0, Arc::clone(&self.context))
    }

    fn no_groups(&self) -> Result<Groups> {
        let functions = self.aggregate.aggr_expr().iter();
        Ok(Groups {
            values: Values::of(&self.key_schema)?,
            accumulators: functions.map(|function| function.create_groups_accumulator()).collect::<Result<_>>()?,
            ids: Vec::new(),
        })
    }

    fn add(&self, groups: &mut Groups, batch: &RecordBatch) -> Result<()> {
        let keys: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.keys, batch)?;
        groups.values.number(&keys, &mut groups.ids)?;
        let total = groups.values.len();
        let own = groups.accumulators.iter_mut().zip(&self.arguments).zip(self.aggregate.filter_expr());
        for ((accumulator, arguments), filter) in own {
            let values = evaluate_expressions_to_arrays(arguments, batch)?;
            if self.merges {
                accumulator.merge_batch(&values, &groups.ids, total)?;
                continue;
            }
            let kept: Option<BooleanArray> = match filter {
                Some(filter) => Some(filter.evaluate(batch)?.into_array(batch.num_rows())?.as_boolean().clone()),
                None => None,
            };
            accumulator.update_batch(&values, &groups.ids, kept.as_ref(), total)?;
        }
        Ok(())
    }

    fn finished(&self, mut groups: Groups) -> Result<RecordBatch> {
        let mut columns = groups.values.take_keys(&self.key_types)?;
        for accumulator in &mut groups.accumulators {
            columns.push(accumulator.evaluate(EmitTo::All)?);
        }
        Ok(RecordBatch::try_new(self.aggregate.schema(), columns)?)
    }
}

impl Groups {
    /// How much memory they take.
    fn bytes(&self) -> usize {
        self.values.bytes() + self.accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>()
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
