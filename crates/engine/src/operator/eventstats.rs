//! `EventStatsExec`: aggregates of its group on each row. `eventstats avg(bytes) AS mean BY src`
//!
//! Keys are interned once, rows are kept with the number of their group, and when the input ends each row gathers the results
//! of its group. Rows keep their order. Rows go to disk when the memory pool refuses them; the groups and their accumulators
//! must fit, or the query ends with "resources exhausted".

mod gather;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::SchemaRef,
    common::{Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr, window::WindowExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
        apply_expression_roots,
        execution_plan::{CardinalityEffect, EmissionType},
        metrics::{ExecutionPlanMetricsSet, MetricsSet},
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};

/// Adds the aggregates of its group to each row.
#[derive(Debug)]
pub(crate) struct EventStatsExec {
    input: Arc<dyn ExecutionPlan>,
    aggregates: Vec<Arc<dyn WindowExpr>>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl EventStatsExec {
    /// `aggregates` share their partition keys; `schema` is the input's followed by a field for each of them.
    pub(crate) fn try_new(
        input: Arc<dyn ExecutionPlan>,
        aggregates: Vec<Arc<dyn WindowExpr>>,
        schema: SchemaRef,
    ) -> Result<Self> {
        let properties = PlanProperties::new(
            // Rows keep their order, and this must not be told: where an order is known, DataFusion takes a sort with a
            // limit above the operator for a limit below it, and the aggregates would see the first rows only.
            EquivalenceProperties::new(Arc::clone(&schema)),
            input.output_partitioning().clone(),
            EmissionType::Final,
            input.boundedness(),
        );
        Ok(Self {
            input,
            aggregates,
            schema,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    fn keys(&self) -> &[Arc<dyn PhysicalExpr>] {
        self.aggregates.first().map(|aggregate| aggregate.partition_by()).unwrap_or_default()
    }
}

impl DisplayAs for EventStatsExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys().iter().map(ToString::to_string).collect();
        let names: Vec<&str> = self.aggregates.iter().map(|aggregate| aggregate.name()).collect();
        write!(f, "EventStatsExec: by=[{}], aggregates=[{}]", keys.join(", "), names.join(", "))
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
        let all = self.aggregates.iter().map(|aggregate| aggregate.all_expressions());
        apply_expression_roots(all.flat_map(|all| all.args.into_iter().chain(all.partition_by_exprs)), visit)
    }

    // As with the properties: rows do keep their order.
    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        match self.keys() {
            [] => vec![Distribution::SinglePartition],
            keys => vec![Distribution::KeyPartitioned(keys.to_vec())],
        }
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "eventstats has one input");
        let input = children.swap_remove(0);
        Ok(Arc::new(Self::try_new(input, self.aggregates.clone(), Arc::clone(&self.schema))?))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let gather = gather::Gather::try_new(
            self.aggregates.clone(),
            input.schema(),
            Arc::clone(&self.schema),
            &context,
            &self.metrics,
            partition,
        )?;
        let rows = stream::once(async move { gather.read(input).await?.into_stream() }).try_flatten();
        Ok(Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}
