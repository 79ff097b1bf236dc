//! `NaturalSortExec`: a sort that first looks whether its rows already stand in order, or backwards. `sort 0 _time`
//!
//! Logs are written in the order of time, and searches read the newest first: most sorts of events have to turn them round and
//! no more. Rows wait while they keep one direction. The first row that breaks it, or a memory pool that refuses more, hands
//! all of them to DataFusion's sort, which spills.

mod direction;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use datafusion::{
    arrow::{array::RecordBatch, buffer::BooleanBuffer, compute::interleave_record_batch, datatypes::SchemaRef},
    common::{Result, assert_eq_or_internal_err, exec_datafusion_err, tree_node::TreeNodeRecursion},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    physical_expr::{LexOrdering, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, PlanProperties, apply_expression_roots,
        execution_plan::CardinalityEffect,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        sorts::sort::SortExec,
        spill::get_record_batch_memory_size,
        stream::RecordBatchStreamAdapter,
        streaming::{PartitionStream, StreamingTableExec},
    },
};
use futures::{StreamExt, TryStreamExt, stream};

use self::direction::{Direction, Watch};

/// A sort of all rows of each partition.
#[derive(Debug)]
pub(crate) struct NaturalSortExec {
    sort: Arc<SortExec>,
    /// The sorts that took over.
    others: Arc<Mutex<Vec<SortExec>>>,
    metrics: ExecutionPlanMetricsSet,
}

impl NaturalSortExec {
    /// Means the same as `sort`, which has no limit.
    pub(crate) fn new(sort: SortExec) -> Self {
        Self { sort: Arc::new(sort), others: Arc::default(), metrics: ExecutionPlanMetricsSet::new() }
    }

    /// What it sorts by.
    pub(crate) fn expr(&self) -> &LexOrdering {
        self.sort.expr()
    }
}

impl DisplayAs for NaturalSortExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.sort.preserve_partitioning();
        write!(f, "NaturalSortExec: expr=[{}], preserve_partitioning=[{kept}]", self.sort.expr())
    }
}

impl ExecutionPlan for NaturalSortExec {
    fn name(&self) -> &'static str {
        "NaturalSortExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.sort.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![self.sort.input()]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.sort.expr().iter().map(|key| &key.expr), visit)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![if self.sort.preserve_partitioning() {
            Distribution::UnspecifiedDistribution
        } else {
            Distribution::SinglePartition
        }]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "a sort has one input");
        let sort = SortExec::new(self.sort.expr().clone(), children.swap_remove(0))
            .with_preserve_partitioning(self.sort.preserve_partitioning());
        Ok(Arc::new(Self::new(sort)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.sort.input().execute(partition, Arc::clone(&context))?;
        let schema = input.schema();
        let waiting = Waiting {
            rows: Vec::new(),
            watch: Watch::new(self.sort.expr().clone()),
            others: Arc::clone(&self.others),
            order: self.sort.expr().clone(),
            // It hands over what does not fit: operators below that are giving rows on, and sorts that have begun, have their share.
            reservation: MemoryConsumer::new(format!("NaturalSortExec[{partition}]"))
                .with_can_spill(true)
                .register(context.memory_pool()),
            metrics: BaselineMetrics::new(&self.metrics, partition),
            context,
        };
        let rows = stream::once(waiting.sorted(input)).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        let mut metrics = self.metrics.clone_inner();
        let others = self.others.lock().ok()?;
        let theirs = others.iter().filter_map(SortExec::metrics);
        // The rows that they give are counted here.
        let spills = theirs.flat_map(|set| set.iter().cloned().collect::<Vec<_>>());
        spills.filter(|metric| metric.value().name() != "output_rows").for_each(|metric| metrics.push(metric));
        Some(metrics)
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}

/// The rows so far, while they keep one direction.
struct Waiting {
    rows: Vec<RecordBatch>,
    watch: Watch,
    others: Arc<Mutex<Vec<SortExec>>>,
    order: LexOrdering,
    reservation: MemoryReservation,
    metrics: BaselineMetrics,
    context: Arc<TaskContext>,
}

impl Waiting {
    async fn sorted(mut self, mut input: SendableRecordBatchStream) -> Result<SendableRecordBatchStream> {
        while let Some(batch) = input.next().await.transpose()? {
            if batch.num_rows() == 0 {
                continue;
            }
            let keeps = {
                let compute = self.metrics.elapsed_compute().clone();
                let _timer = compute.timer();
                self.watch.keeps(&batch)?
            };
            let bytes = get_record_batch_memory_size(&batch);
            self.rows.push(batch);
            if !keeps || self.reservation.try_grow(bytes).is_err() {
                return self.hand_over(input);
            }
        }
        let schema = input.schema();
        let rows: stream::BoxStream<'static, Result<RecordBatch>> = match self.watch.direction() {
            Direction::Forwards => {
                let Self { rows, reservation, metrics, .. } = self;
                let rows = stream::iter(rows.into_iter().map(Ok));
                rows.inspect_ok(move |batch| held(&reservation, &metrics, batch)).boxed()
            }
            Direction::Backwards => {
                let size = self.context.session_config().batch_size();
                let Self { rows, watch, reservation, metrics, .. } = self;
                let turned = stream::iter(Turned { rows, starts: watch.into_starts(), size });
                turned.inspect_ok(move |batch| held(&reservation, &metrics, batch)).boxed()
            }
        };
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)))
    }

    /// Lets DataFusion sort the rows so far and all that follow.
    fn hand_over(self, rest: SendableRecordBatchStream) -> Result<SendableRecordBatchStream> {
        let Self { rows, others, order, reservation, metrics, context, .. } = self;
        reservation.free();
        let schema = rest.schema();
        let all = stream::iter(rows.into_iter().map(Ok)).chain(rest);
        let all: SendableRecordBatchStream = Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&schema), all));
        let once = Once { schema: Arc::clone(&schema), rows: Mutex::new(Some(all)) };
        let source = StreamingTableExec::try_new(Arc::clone(&schema), vec![Arc::new(once)], None, [], false, None)?;
        let sort = SortExec::new(order, Arc::new(source));
        let sorted = sort.execute(0, context)?;
        if let Ok(mut others) = others.lock() {
            others.push(sort);
        }
        let counted = sorted.inspect_ok(move |batch| metrics.record_output(batch.num_rows()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, counted)))
    }
}

/// Counts a batch; the reservation is there as long as this is called.
fn held(_reservation: &MemoryReservation, metrics: &BaselineMetrics, batch: &RecordBatch) {
    metrics.record_output(batch.num_rows());
}

/// A stream as a plan's source; it can be read once.
struct Once {
    schema: SchemaRef,
    rows: Mutex<Option<SendableRecordBatchStream>>,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Once")
    }
}

impl PartitionStream for Once {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let rows = self.rows.lock().ok().and_then(|mut rows| rows.take());
        rows.unwrap_or_else(|| {
            let error = stream::once(async { Err(exec_datafusion_err!("the rows of a sort were read twice")) });
            Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), error))
        })
    }
}

/// Rows from the last group of equal first keys to the first; each group keeps its order.
struct Turned {
    rows: Vec<RecordBatch>,
    /// For each batch whether a group begins at each row.
    starts: Vec<BooleanBuffer>,
    size: usize,
}

impl Iterator for Turned {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        // The place behind the rows that are still to give.
        let mut end = (self.rows.len().checked_sub(1)?, self.rows.last()?.num_rows());
        let mut indices: Vec<(usize, usize)> = Vec::with_capacity(self.size);
        while indices.len() < self.size {
            let Some(start) = self.start_before(end) else { break };
            (start.0..=end.0).for_each(|batch| {
                let from = if batch == start.0 { start.1 } else { 0 };
                let to = if batch == end.0 { end.1 } else { self.rows.get(batch).map_or(0, RecordBatch::num_rows) };
                indices.extend((from..to).map(|row| (batch, row)));
            });
            end = start;
        }
        let sources: Vec<&RecordBatch> = self.rows.get(end.0..)?.iter().collect();
        indices.iter_mut().for_each(|(batch, _)| *batch -= end.0);
        let turned = interleave_record_batch(&sources, &indices).map_err(Into::into);
        // What is given is forgotten.
        self.rows.truncate(end.0 + usize::from(end.1 > 0));
        if end.1 > 0
            && let Some(last) = self.rows.last_mut()
        {
            *last = last.slice(0, end.1);
        }
        Some(turned)
    }
}

impl Turned {
    /// Where the last group before a place begins; none where nothing stands before it.
    fn start_before(&self, end: (usize, usize)) -> Option<(usize, usize)> {
        let (mut batch, mut row) = end;
        loop {
            while row == 0 {
                batch = batch.checked_sub(1)?;
                row = self.rows.get(batch)?.num_rows();
            }
            row -= 1;
            if self.starts.get(batch)?.value(row) {
                return Some((batch, row));
            }
        }
    }
}
