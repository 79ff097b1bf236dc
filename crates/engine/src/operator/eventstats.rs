//! `EventStatsExec`: aggregates of its group on each row. `eventstats avg(bytes) AS mean BY src`
//!
//! Each core numbers the groups of its own rows and keeps these with their numbers. When the input ends the sums of all cores are
//! put together, and each row gathers the results of its group: no row is dealt out to another core. Rows keep their order. They go
//! to disk when the memory pool refuses them, and where the groups and their accumulators do not fit either, these do as well.

mod cores;
mod epochs;
mod gather;
mod narrow;
mod rows;
mod sums;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef},
    common::{DataFusionError, Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr, window::WindowExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, Partitioning,
        PlanProperties, apply_expression_roots,
        execution_plan::{CardinalityEffect, EmissionType},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};

pub(super) use self::narrow::narrowed;
use self::{
    cores::{Rows, read},
    epochs::Epochs,
    gather::{Gather, Waiting},
    sums::Sums,
};
use super::{
    spool::Spool,
    together::{Running, Together},
};
use crate::dictionary::text_of;

/// Adds the aggregates of its group to each row.
#[derive(Debug)]
pub(crate) struct EventStatsExec {
    input: Arc<dyn ExecutionPlan>,
    aggregates: Vec<Arc<dyn WindowExpr>>,
    read: Read,
    /// The columns of the input that rows keep.
    kept: Vec<usize>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
    /// The cores, from the first that runs on.
    running: Running<Rows>,
}

/// What the aggregates read of the input's columns.
#[derive(Debug, Clone)]
struct Read {
    /// The keys that they share.
    keys: Vec<Arc<dyn PhysicalExpr>>,
    /// The arguments of each.
    arguments: Vec<Vec<Arc<dyn PhysicalExpr>>>,
}

impl EventStatsExec {
    /// `aggregates` share their partition keys; `schema` is the input's followed by a field for each of them.
    pub(crate) fn try_new(
        input: Arc<dyn ExecutionPlan>,
        aggregates: Vec<Arc<dyn WindowExpr>>,
        schema: SchemaRef,
    ) -> Result<Self> {
        let keys = aggregates.first().map(|aggregate| aggregate.partition_by().to_vec()).unwrap_or_default();
        let arguments = aggregates.iter().map(|aggregate| aggregate.expressions()).collect();
        let kept = (0..input.schema().fields().len()).collect();
        Ok(Self::with(input, aggregates, Read { keys, arguments }, kept, schema))
    }

    /// The same over an input whose columns are read as `read` says.
    pub(crate) fn reading(
        &self,
        input: Arc<dyn ExecutionPlan>,
        read: &dyn Fn(Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr>,
    ) -> Self {
        // The numbers of repeated texts serve as keys as well as the texts.
        let key = |key: &Arc<dyn PhysicalExpr>| {
            let key = read(Arc::clone(key));
            text_of(&key).map(Arc::clone).unwrap_or(key)
        };
        let keys = self.read.keys.iter().map(key).collect();
        let all = |all: &Vec<Arc<dyn PhysicalExpr>>| all.iter().map(|expr| read(Arc::clone(expr))).collect();
        let arguments = self.read.arguments.iter().map(all).collect();
        let (read, kept) = (Read { keys, arguments }, self.kept.clone());
        let schema = self.schema_over(&input.schema(), &kept);
        Self::with(input, self.aggregates.clone(), read, kept, schema)
    }

    /// The same where rows keep only these of the columns that they keep.
    fn keeping(&self, places: &[usize]) -> Self {
        let kept: Vec<usize> = places.iter().filter_map(|place| self.kept.get(*place)).copied().collect();
        let schema = self.schema_over(&self.input.schema(), &kept);
        Self::with(Arc::clone(&self.input), self.aggregates.clone(), self.read.clone(), kept, schema)
    }

    /// The columns that are kept of an input, followed by those of the aggregates.
    fn schema_over(&self, input: &Schema, kept: &[usize]) -> SchemaRef {
        let own = self.schema.fields().iter().skip(self.kept.len());
        let kept = kept.iter().filter_map(|place| input.fields().get(*place));
        Arc::new(Schema::new(kept.chain(own).cloned().collect::<Vec<FieldRef>>()))
    }

    fn with(
        input: Arc<dyn ExecutionPlan>,
        aggregates: Vec<Arc<dyn WindowExpr>>,
        read: Read,
        kept: Vec<usize>,
        schema: SchemaRef,
    ) -> Self {
        let properties = PlanProperties::new(
            // Rows keep their order, and this must not be told: where an order is known, DataFusion takes a sort with a
            // limit above the operator for a limit below it, and the aggregates would see the first rows only.
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(input.output_partitioning().partition_count()),
            EmissionType::Final,
            input.boundedness(),
        );
        Self {
            input,
            aggregates,
            read,
            kept,
            schema,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
            running: Running::default(),
        }
    }

    /// The columns of rows that wait: their own and, where there are groups, the number of theirs.
    fn waiting(&self) -> SchemaRef {
        let own = self.schema.fields().iter().take(self.kept.len()).cloned();
        let number = (!self.keys().is_empty()).then(|| Arc::new(Field::new("__group", DataType::UInt32, false)));
        Arc::new(Schema::new(own.chain(number).collect::<Vec<_>>()))
    }

    /// Begins to read on all cores.
    fn begin(&self, context: &Arc<TaskContext>) -> Result<Together<Rows>> {
        let input = self.input.schema();
        let cores = self.input.output_partitioning().partition_count();
        let core = |partition: usize| {
            let rows = self.input.execute(partition, Arc::clone(context))?;
            let sums = Sums::try_new(&self.aggregates, self.read.clone(), &input)?;
            let spool = Spool::new("EventStatsExec", self.waiting(), context, &self.metrics, partition);
            let results = self.schema.fields().iter().skip(self.kept.len()).map(Arc::clone);
            let epochs = Epochs::new(&sums, &self.aggregates, results, (context, cores), (&self.metrics, partition))?;
            let metrics = BaselineMetrics::new(&self.metrics, partition);
            let waiting = Waiting::new(epochs, spool, Arc::clone(&self.schema), metrics);
            let gather = Gather::new(sums, self.kept.clone(), waiting);
            Ok((gather, rows))
        };
        Ok(Together::begin(cores, read((0..cores).map(core).collect::<Result<_>>()?)))
    }

    fn keys(&self) -> &[Arc<dyn PhysicalExpr>] {
        &self.read.keys
    }
}

impl DisplayAs for EventStatsExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys().iter().map(ToString::to_string).collect();
        let names: Vec<&str> = self.aggregates.iter().map(|aggregate| aggregate.name()).collect();
        write!(f, "EventStatsExec: by=[{}], aggregates=[{}]", keys.join(", "), names.join(", "))?;
        let input = self.input.schema();
        if self.kept.len() < input.fields().len() {
            let kept = self.kept.iter().filter_map(|place| input.fields().get(*place));
            let kept: Vec<&str> = kept.map(|field| field.name().as_str()).collect();
            write!(f, ", kept=[{}]", kept.join(", "))?;
        }
        Ok(())
    }
}

impl ExecutionPlan for EventStatsExec {
    fn name(&self) -> &'static str {
        "EventStatsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.read.arguments.iter().flatten().chain(&self.read.keys), visit)
    }

    // As with the properties: rows do keep their order.
    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::UnspecifiedDistribution]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "eventstats has one input");
        let input = children.swap_remove(0);
        Ok(Arc::new(Self::with(
            input,
            self.aggregates.clone(),
            self.read.clone(),
            self.kept.clone(),
            Arc::clone(&self.schema),
        )))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let share = self.running.share(partition, || self.begin(&context))?;
        let rows = stream::once(async move {
            let (waiting, results) = share.get().await?;
            Ok::<_, DataFusionError>(waiting.into_stream(results))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows.try_flatten().boxed())))
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>> {
        let (input, schema) = (Arc::clone(&self.input), Arc::clone(&self.schema));
        Ok(Arc::new(Self::with(input, self.aggregates.clone(), self.read.clone(), self.kept.clone(), schema)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}
