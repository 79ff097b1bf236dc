//! `TrialExec`: a plan that mostly has the rows, and the one that always has. `transaction session | stats avg(duration)`
//!
//! The first is groups, the last column of which says how many events each has. It is read to its end; where no group has too many,
//! its rows are those that are wanted, and else the second plan begins.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use datafusion::{
    arrow::{
        array::{AsArray, RecordBatch, RecordBatchOptions},
        compute::max,
        datatypes::{Int64Type, Schema, SchemaRef},
    },
    common::{DataFusionError, Result, internal_datafusion_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, Partitioning, PlanProperties,
        execution_plan::EmissionType,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryFutureExt, TryStreamExt, stream};
use tokio::task::JoinSet;

use super::{
    spool::Spool,
    together::{Running, Together},
};

/// Groups that are tried, and what is done where they do not serve.
#[derive(Debug)]
pub(crate) struct TrialExec {
    /// A key, results, and how many events a group has.
    trial: Arc<dyn ExecutionPlan>,
    /// Another key, and the same results.
    other: Arc<dyn ExecutionPlan>,
    /// How many events a group has at most; none where any number.
    most: Option<i64>,
    /// The results.
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
    /// The trial, from the first partition that runs on.
    running: Running<Outcome>,
}

/// What a partition gives.
enum Outcome {
    /// The trial's rows; none where it has fewer partitions.
    Tried(Option<Spool>),
    /// Those of the other plan.
    Other,
}

impl TrialExec {
    /// `trial` has a column before the results and one after them, `other` only the one before.
    pub(crate) fn new(trial: Arc<dyn ExecutionPlan>, other: Arc<dyn ExecutionPlan>, most: Option<i64>) -> Self {
        let fields = other.schema();
        let schema: SchemaRef = Arc::new(Schema::new(fields.fields().iter().skip(1).cloned().collect::<Vec<_>>()));
        let cores = |plan: &Arc<dyn ExecutionPlan>| plan.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(cores(&trial).max(cores(&other))),
            EmissionType::Final,
            trial.boundedness(),
        );
        let (properties, metrics) = (Arc::new(properties), ExecutionPlanMetricsSet::new());
        Self { trial, other, most, schema, properties, metrics, running: Running::default() }
    }

    /// Begins the trial on all cores.
    fn begin(&self, context: &Arc<TaskContext>) -> Result<Together<Outcome>> {
        let fails = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        for partition in 0..self.trial.output_partitioning().partition_count() {
            let input = self.trial.execute(partition, Arc::clone(context))?;
            let rows = Spool::new("TrialExec", input.schema(), context, &self.metrics, partition);
            let reading = read(input, rows, self.most, Arc::clone(&fails));
            tasks.spawn(reading.map_ok(move |rows| (partition, rows)));
        }
        let partitions = self.properties.partitioning.partition_count();
        Ok(Together::begin(partitions, outcomes(partitions, tasks)))
    }
}

/// What each partition gives when all of the trial is read.
async fn outcomes(partitions: usize, mut tasks: JoinSet<Result<(usize, Option<Spool>)>>) -> Result<Vec<Outcome>> {
    let mut outcomes: Vec<Outcome> = (0..partitions).map(|_| Outcome::Tried(None)).collect();
    while let Some(ended) = tasks.join_next().await {
        let (partition, rows) = ended.map_err(|error| DataFusionError::ExecutionJoin(Box::new(error)))??;
        if rows.is_none() {
            return Ok((0..partitions).map(|_| Outcome::Other).collect());
        }
        if let Some(outcome) = outcomes.get_mut(partition) {
            *outcome = Outcome::Tried(rows);
        }
    }
    Ok(outcomes)
}

/// Reads groups to their end; none where one of this core or of another has too many events.
async fn read(
    mut input: SendableRecordBatchStream,
    mut rows: Spool,
    most: Option<i64>,
    fails: Arc<AtomicBool>,
) -> Result<Option<Spool>> {
    while let Some(batch) = input.next().await.transpose()? {
        if let Some(most) = most {
            let events = batch.columns().last().and_then(|events| max(events.as_primitive::<Int64Type>()));
            if events > Some(most) {
                fails.store(true, Ordering::Relaxed);
            }
        }
        if fails.load(Ordering::Relaxed) {
            return Ok(None);
        }
        rows.keep(batch, 0)?;
    }
    Ok(Some(rows))
}

/// The results among a plan's columns.
fn results(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch.columns().iter().skip(1).take(schema.fields().len()).cloned().collect();
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

impl DisplayAs for TrialExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most {
            Some(most) => write!(f, "TrialExec: most={most}"),
            None => write!(f, "TrialExec"),
        }
    }
}

impl ExecutionPlan for TrialExec {
    fn name(&self) -> &'static str {
        "TrialExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.trial, &self.other]
    }

    fn apply_expressions(
        &self,
        _visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false, false]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let [trial, other] =
            <[_; 2]>::try_from(children).map_err(|_| internal_datafusion_err!("a trial has another plan beside it"))?;
        Ok(Arc::new(Self::new(trial, other, self.most)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let share = self.running.share(partition, || self.begin(&context))?;
        let (other, schema) = (Arc::clone(&self.other), Arc::clone(&self.schema));
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let rows = async move {
            let rows = match share.get().await? {
                Outcome::Tried(rows) => rows.map(|rows| rows.into_stream().boxed()),
                Outcome::Other if partition < other.output_partitioning().partition_count() => {
                    Some(other.execute(partition, context)?.boxed())
                }
                Outcome::Other => None,
            };
            let rows = rows.unwrap_or_else(|| stream::empty().boxed());
            Ok::<_, DataFusionError>(rows.and_then(move |rows| {
                metrics.record_output(rows.num_rows());
                std::future::ready(results(&rows, &schema))
            }))
        };
        let rows = stream::once(rows).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows.boxed())))
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self::new(Arc::clone(&self.trial), Arc::clone(&self.other), self.most)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
