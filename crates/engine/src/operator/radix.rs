//! `RadixExec`: the last of two aggregations, and the dealing out of rows for it. `stats count BY session`
//!
//! DataFusion has one table of groups on each core. With millions of groups it is far larger than the processor's caches: each row
//! waits for memory, and the table is copied whenever it grows. Here the hash that deals rows out to cores deals them out further,
//! to small parts, which a core sums up one after the other. Rows wait in memory until all have come, and go to disk where the pool
//! refuses more.

mod aggregation;
mod core;
mod deal;
mod dealt;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{DataFusionError, Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    physical_expr::PhysicalExpr,
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, Partitioning,
        PlanProperties,
        aggregates::{AggregateExec, AggregateMode},
        execution_plan::CardinalityEffect,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet},
        repartition::RepartitionExec,
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::task::JoinSet;

use self::{
    aggregation::Aggregation,
    core::Core,
    deal::{Deal, Dealer},
    dealt::Dealt,
};
use super::{
    grouped::is_plain,
    over,
    together::{Running, Together, joined},
};

/// The metric that counts the parts whose groups do not fit into memory.
pub(super) const SORTED: &str = "sorted_parts";

/// A last aggregation over rows that it deals out itself.
#[derive(Debug)]
pub(crate) struct RadixExec {
    /// It, over a dealing out of `input`.
    aggregate: Arc<AggregateExec>,
    input: Arc<dyn ExecutionPlan>,
    deal: Deal,
    metrics: ExecutionPlanMetricsSet,
    /// The dealing out, from the first partition that runs on.
    running: Running<Portion>,
}

/// What a partition sums up.
struct Portion {
    /// The rows of all inputs, those of other partitions among them.
    rows: Arc<Vec<Dealt>>,
    /// For what is summed up.
    reservation: MemoryReservation,
}

impl RadixExec {
    /// In the place of an aggregation; none where that is not a last one, or its rows are not dealt out for it.
    pub(crate) fn in_place_of(aggregate: &AggregateExec) -> Result<Option<Self>> {
        let Some(dealing) = aggregate.input().downcast_ref::<RepartitionExec>() else { return Ok(None) };
        let Partitioning::Hash(by, cores) = dealing.partitioning() else { return Ok(None) };
        let keys = aggregate.group_expr().input_exprs();
        let fits = matches!(aggregate.mode(), AggregateMode::FinalPartitioned | AggregateMode::SinglePartitioned)
            && is_plain(aggregate)
            && !by.is_empty()
            && by.iter().all(|own| keys.contains(own))
            && !dealing.preserve_order();
        if !fits {
            return Ok(None);
        }
        Ok(Some(Self {
            deal: Deal::new(by.clone(), *cores),
            input: Arc::clone(dealing.input()),
            aggregate: Arc::new(aggregate.clone()),
            metrics: ExecutionPlanMetricsSet::new(),
            running: Running::default(),
        }))
    }

    /// The aggregation that it does.
    pub(crate) fn aggregate(&self) -> &AggregateExec {
        &self.aggregate
    }

    /// Begins to deal out on all cores.
    fn begin(&self, context: &Arc<TaskContext>) -> Result<Together<Portion>> {
        let cores = self.properties().partitioning.partition_count();
        let reservation = |partition: usize| {
            let consumer = MemoryConsumer::new(format!("RadixExec[{partition}]")).with_can_spill(true);
            consumer.register(context.memory_pool())
        };
        let reservations: Vec<MemoryReservation> = (0..cores).map(reservation).collect();
        let mut tasks = JoinSet::new();
        for partition in 0..self.input.output_partitioning().partition_count() {
            let rows = self.input.execute(partition, Arc::clone(context))?;
            let dealt = Dealt::new(self.input.schema(), cores, context, &self.metrics, partition);
            let dealer = Dealer::new(self.deal.clone(), dealt);
            tasks.spawn(async move { Ok((partition, dealer.read(rows).await?)) });
        }
        let deal = self.deal.clone();
        Ok(Together::begin(cores, async move {
            let rows = Arc::new(all(tasks, &deal).await?);
            Ok(reservations.into_iter().map(|reservation| Portion { rows: Arc::clone(&rows), reservation }).collect())
        }))
    }
}

/// The rows of all inputs when the last has ended, in as many parts each.
async fn all(tasks: JoinSet<Result<(usize, Dealt)>>, deal: &Deal) -> Result<Vec<Dealt>> {
    let mut all = joined(tasks).await?;
    if all.iter().any(|dealt| dealt.parts() > 1) {
        all.iter_mut().try_for_each(|dealt| dealt.refine(deal))?;
    }
    Ok(all)
}

impl DisplayAs for RadixExec {
    fn fmt_as(&self, form: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RadixExec: ")?;
        self.aggregate.fmt_as(form, f)
    }
}

impl ExecutionPlan for RadixExec {
    fn name(&self) -> &'static str {
        "RadixExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.aggregate.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.aggregate.apply_expressions(visit)
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::UnspecifiedDistribution]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "an aggregation has one input");
        let aggregate: Arc<dyn ExecutionPlan> = Arc::<AggregateExec>::clone(&self.aggregate);
        let dealing = over(self.aggregate.input(), children)?;
        let aggregate = over(&aggregate, vec![dealing])?;
        let own = aggregate.downcast_ref::<AggregateExec>().map(Self::in_place_of).transpose()?.flatten();
        Ok(own.map_or(aggregate, |own| Arc::new(own) as Arc<dyn ExecutionPlan>))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let share = self.running.share(partition, || self.begin(&context))?;
        let schema: SchemaRef = self.aggregate.schema();
        let sorted = MetricBuilder::new(&self.metrics).counter(SORTED, partition);
        let metrics = (BaselineMetrics::new(&self.metrics, partition), sorted);
        let aggregation = Aggregation::try_new(&self.aggregate, self.input.schema(), context)?;
        let rows = stream::once(async move {
            let Portion { rows, reservation } = share.get().await?;
            let parts = rows.first().map_or(0, Dealt::parts);
            let own = partition * parts..(partition + 1) * parts;
            Ok::<_, DataFusionError>(Core::try_new(aggregation, rows, own, reservation, metrics)?.into_stream())
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows.try_flatten().boxed())))
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(Arc::new(Self {
            aggregate: Arc::clone(&self.aggregate),
            input: Arc::clone(&self.input),
            deal: self.deal.clone(),
            metrics: ExecutionPlanMetricsSet::new(),
            running: Running::default(),
        }))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }
}
