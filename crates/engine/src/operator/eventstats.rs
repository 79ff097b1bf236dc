//! `EventStatsExec`: aggregates of its group on each row. `eventstats avg(bytes) AS mean BY src`
//!
//! Keys are interned once, rows are kept with the number of their group, and when the input ends each row gathers the results
//! of its group. Rows keep their order. Rows go to disk when the memory pool refuses them; the groups and their accumulators
//! must fit, or the query ends with "resources exhausted".

mod gather;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::{FieldRef, Schema, SchemaRef},
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

use crate::dictionary::text_of;

/// Adds the aggregates of its group to each row.
#[derive(Debug)]
pub(crate) struct EventStatsExec {
    input: Arc<dyn ExecutionPlan>,
    aggregates: Vec<Arc<dyn WindowExpr>>,
    read: Read,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
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
        Ok(Self::with(input, aggregates, Read { keys, arguments }, schema))
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
        let own = self.schema.fields().iter().skip(self.input.schema().fields().len());
        let fields: Vec<FieldRef> = input.schema().fields().iter().chain(own).cloned().collect();
        Self::with(input, self.aggregates.clone(), Read { keys, arguments }, Arc::new(Schema::new(fields)))
    }

    fn with(
        input: Arc<dyn ExecutionPlan>,
        aggregates: Vec<Arc<dyn WindowExpr>>,
        read: Read,
        schema: SchemaRef,
    ) -> Self {
        let properties = PlanProperties::new(
            // Rows keep their order, and this must not be told: where an order is known, DataFusion takes a sort with a
            // limit above the operator for a limit below it, and the aggregates would see the first rows only.
            EquivalenceProperties::new(Arc::clone(&schema)),
            input.output_partitioning().clone(),
            EmissionType::Final,
            input.boundedness(),
        );
        Self {
            input,
            aggregates,
            read,
            schema,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        }
    }

    fn keys(&self) -> &[Arc<dyn PhysicalExpr>] {
        &self.read.keys
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
        apply_expression_roots(self.read.arguments.iter().flatten().chain(&self.read.keys), visit)
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
        Ok(Arc::new(Self::with(input, self.aggregates.clone(), self.read.clone(), Arc::clone(&self.schema))))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let gather = gather::Gather::try_new(
            &self.aggregates,
            self.read.clone(),
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
