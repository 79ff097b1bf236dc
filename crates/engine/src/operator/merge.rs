//! `MergeExec`: the sorted rows of all cores as one sorted stream. `index=web | streamstats sum(bytes)`
//!
//! Cores read parts of a file that follow each other in time, so that a part mostly comes wholly before the next: a batch whose last
//! row comes before all that other cores have passes as it is. Only where batches overlap are rows compared one by one, and then by
//! strides that double. DataFusion's merge compares every row and copies it. As there, equal rows come in the order of the parts.

mod part;
mod parts;

use std::{fmt, sync::Arc};

use datafusion::{
    common::{Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{LexOrdering, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
        apply_expression_roots,
        common::spawn_buffered,
        execution_plan::CardinalityEffect,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
        sorts::sort_preserving_merge::SortPreservingMergeExec,
        stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, stream};

use self::parts::Parts;

/// Batches of each core that may wait for those of the others.
const WAITING: usize = 2;

/// A merge of all rows of its input's partitions.
#[derive(Debug)]
pub(crate) struct MergeExec {
    /// What it stands for.
    merge: SortPreservingMergeExec,
    metrics: ExecutionPlanMetricsSet,
}

impl MergeExec {
    /// The merge in place of DataFusion's; none where only the first rows are wanted, or there is nothing to merge.
    pub(crate) fn in_place_of(merge: &SortPreservingMergeExec) -> Option<Self> {
        let parts = merge.input().output_partitioning().partition_count();
        (merge.fetch().is_none() && parts > 1)
            .then(|| Self { merge: merge.clone(), metrics: ExecutionPlanMetricsSet::new() })
    }

    /// What it merges by.
    pub(crate) fn expr(&self) -> &LexOrdering {
        self.merge.expr()
    }
}

impl DisplayAs for MergeExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MergeExec: [{}]", self.merge.expr())
    }
}

impl ExecutionPlan for MergeExec {
    fn name(&self) -> &'static str {
        "MergeExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.merge.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![self.merge.input()]
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        apply_expression_roots(self.merge.expr().iter().map(|key| &key.expr), visit)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::UnspecifiedDistribution]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "a merge has one input");
        let merge = SortPreservingMergeExec::new(self.merge.expr().clone(), children.swap_remove(0));
        Ok(Arc::new(Self { merge, metrics: ExecutionPlanMetricsSet::new() }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        assert_eq_or_internal_err!(partition, 0, "a merge has one partition");
        let (input, size) = (self.merge.input(), context.session_config().batch_size());
        let inputs = (0..input.output_partitioning().partition_count())
            .map(|part| Ok(spawn_buffered(input.execute(part, Arc::clone(&context))?, WAITING)))
            .collect::<Result<_>>()?;
        let metrics = BaselineMetrics::new(&self.metrics, 0);
        let parts = Parts::new(inputs, self.merge.expr(), &input.schema(), size, metrics)?;
        let rows = stream::try_unfold(parts, async |mut parts| Ok(parts.next().await?.map(|batch| (batch, parts))));
        Ok(Box::pin(RecordBatchStreamAdapter::new(input.schema(), rows.boxed())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::Equal
    }
}
