//! Reading all rows, then giving each the results of its group.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, UInt64Array},
        compute::take,
        datatypes::{DataType, Field, Schema, SchemaRef, UInt64Type},
    },
    common::{Result, internal_datafusion_err},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
        spill_file::SpillFile,
    },
    logical_expr::{EmitTo, GroupsAccumulator},
    physical_expr::window::{PlainAggregateWindowExpr, WindowExpr},
    physical_plan::{
        aggregates::{
            group_values::{GroupValues, new_group_values},
            order::GroupOrdering,
        },
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, SpillMetrics},
        spill::{SpillManager, get_record_batch_memory_size},
    },
};
use futures::{Stream, StreamExt, TryStreamExt, stream};

/// The state while rows come in.
pub(super) struct Gather {
    aggregates: Vec<Arc<dyn WindowExpr>>,
    accumulators: Vec<Box<dyn GroupsAccumulator>>,
    /// None where there are no keys: all rows are group 0.
    groups: Option<Box<dyn GroupValues>>,
    output: SchemaRef,
    kept: SchemaRef,
    rows: Vec<RecordBatch>,
    rows_bytes: usize,
    reservation: MemoryReservation,
    spill: SpillManager,
    spilled: Vec<Arc<dyn SpillFile>>,
    metrics: BaselineMetrics,
}

/// All rows, and the results to give them.
pub(super) struct Gathered {
    results: Vec<ArrayRef>,
    output: SchemaRef,
    spilled: Vec<SendableRecordBatchStream>,
    rows: Vec<RecordBatch>,
    metrics: BaselineMetrics,
    /// Held until the last row is out.
    _reservation: MemoryReservation,
}

impl Gather {
    pub(super) fn try_new(
        aggregates: Vec<Arc<dyn WindowExpr>>,
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
        let keys = aggregates.first().map(|aggregate| aggregate.partition_by()).unwrap_or_default();
        let groups = if keys.is_empty() {
            None
        } else {
            let fields = keys.iter().map(|key| key.return_field(&input)).collect::<Result<Vec<_>>>()?;
            Some(new_group_values(Arc::new(Schema::new(fields)), &GroupOrdering::None)?)
        };
        let mut fields: Vec<_> = input.fields().iter().cloned().collect();
        fields.push(Arc::new(Field::new("__group", DataType::UInt64, false)));
        let kept = Arc::new(Schema::new(fields));
        let reservation = MemoryConsumer::new(format!("EventStatsExec[{partition}]"))
            .with_can_spill(true)
            .register(context.memory_pool());
        let spill = SpillManager::new(context.runtime_env(), SpillMetrics::new(metrics, partition), Arc::clone(&kept));
        Ok(Self {
            aggregates,
            accumulators,
            groups,
            output,
            kept,
            rows: Vec::new(),
            rows_bytes: 0,
            reservation,
            spill,
            spilled: Vec::new(),
            metrics: BaselineMetrics::new(metrics, partition),
        })
    }

    /// Reads the input to its end.
    pub(super) async fn read(mut self, mut input: SendableRecordBatchStream) -> Result<Gathered> {
        let mut ids = Vec::new();
        while let Some(batch) = input.next().await.transpose()? {
            if batch.num_rows() == 0 {
                continue;
            }
            let compute = self.metrics.elapsed_compute().clone();
            let _timer = compute.timer();
            self.add(&batch, &mut ids)?;
        }
        self.finish()
    }

    fn add(&mut self, batch: &RecordBatch, ids: &mut Vec<usize>) -> Result<()> {
        let total = match &mut self.groups {
            Some(groups) => {
                let keys = self.aggregates.first().map(|aggregate| aggregate.partition_by()).unwrap_or_default();
                let columns = keys
                    .iter()
                    .map(|key| key.evaluate(batch)?.into_array(batch.num_rows()))
                    .collect::<Result<Vec<_>>>()?;
                groups.intern(&columns, ids)?;
                groups.len()
            }
            None => {
                ids.clear();
                ids.resize(batch.num_rows(), 0);
                1
            }
        };
        for (aggregate, accumulator) in self.aggregates.iter().zip(&mut self.accumulators) {
            let values = aggregate.evaluate_args(batch)?;
            accumulator.update_batch(&values, ids, None, total)?;
        }
        let mut columns = batch.columns().to_vec();
        columns.push(Arc::new(UInt64Array::from_iter_values(ids.iter().map(|id| *id as u64))));
        self.keep(RecordBatch::try_new(Arc::clone(&self.kept), columns)?)
    }

    /// Keeps rows in memory, or puts all that are kept on disk where the pool refuses more.
    fn keep(&mut self, rows: RecordBatch) -> Result<()> {
        self.rows_bytes += get_record_batch_memory_size(&rows);
        self.rows.push(rows);
        let state = self.state_bytes();
        if self.reservation.try_resize(state + self.rows_bytes).is_ok() {
            return Ok(());
        }
        self.spilled.extend(self.spill.spill_record_batch_and_finish(&self.rows, "eventstats rows")?);
        self.rows.clear();
        self.rows_bytes = 0;
        self.reservation.try_resize(state)
    }

    fn state_bytes(&self) -> usize {
        self.accumulators.iter().map(|accumulator| accumulator.size()).sum::<usize>()
            + self.groups.as_ref().map_or(0, |groups| groups.size())
    }

    fn finish(mut self) -> Result<Gathered> {
        let mut results = Vec::with_capacity(self.accumulators.len());
        let any = !self.rows.is_empty() || !self.spilled.is_empty();
        if any {
            for accumulator in &mut self.accumulators {
                results.push(accumulator.evaluate(EmitTo::All)?);
            }
        }
        let spilled =
            self.spilled.into_iter().map(|file| self.spill.read_spill_as_stream(file, None)).collect::<Result<_>>()?;
        Ok(Gathered {
            results,
            output: self.output,
            spilled,
            rows: self.rows,
            metrics: self.metrics,
            _reservation: self.reservation,
        })
    }
}

impl Gathered {
    /// The rows in the order in which they came: those on disk are the older ones.
    pub(super) fn into_stream(mut self) -> impl Stream<Item = Result<RecordBatch>> + Send {
        let rows = std::mem::take(&mut self.rows);
        let spilled = std::mem::take(&mut self.spilled);
        let disk = stream::iter(spilled).flatten();
        let memory = stream::iter(rows.into_iter().map(Ok));
        disk.chain(memory).and_then(move |rows| std::future::ready(self.attach(&rows)))
    }

    fn attach(&self, rows: &RecordBatch) -> Result<RecordBatch> {
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
