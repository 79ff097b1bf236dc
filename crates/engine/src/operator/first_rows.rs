//! `FirstRowsExec`: leaves out rows that cannot be among the first of their group. `dedup 2 host user`
//!
//! The window that numbers the rows of each group and the filter on that number stay above it and decide: this operator only
//! spares them rows, so it may stop at any time. It keeps the first rows of each group so far, and gives them on when the
//! input ends, when the memory pool refuses more, or when nearly every row is in a group of its own.

mod keeper;
mod leading;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    common::{Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{
        SendableRecordBatchStream, TaskContext,
        memory_pool::{MemoryConsumer, MemoryReservation},
    },
    physical_expr::{EquivalenceProperties, LexOrdering, PhysicalExpr, PhysicalSortExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties, apply_expression_roots,
        execution_plan::{CardinalityEffect, EmissionType},
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
    },
};

use self::keeper::Keeper;
use super::{
    feed::{Feed, fed},
    soonest::soonest,
};

/// After so many rows it is looked at whether the operator is of use: keys that come in turn look unique at first.
const PROBE_ROWS: usize = 500_000;
/// It is where no more than this share of the rows is kept.
const USEFUL_SHARE: f64 = 0.8;

/// The first rows of each group; more rows may pass.
#[derive(Debug)]
pub(crate) struct FirstRowsExec {
    input: Arc<dyn ExecutionPlan>,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    order: LexOrdering,
    fetch: usize,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl FirstRowsExec {
    /// Keeps the first `fetch` rows by `order` of each combination of `keys`.
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        keys: Vec<Arc<dyn PhysicalExpr>>,
        order: LexOrdering,
        fetch: usize,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(input.schema()),
            input.output_partitioning().clone(),
            EmissionType::Final,
            input.boundedness(),
        );
        Self { input, keys, order, fetch, properties: Arc::new(properties), metrics: ExecutionPlanMetricsSet::new() }
    }
}

impl FirstRowsExec {
    /// The same over a scan that gives the rows that come first before the others; none where there is no such scan.
    pub(super) fn soonest(&self) -> Result<Option<Self>> {
        let input = soonest(&self.input, self.order.first())?;
        Ok(input.map(|input| Self::new(input, self.keys.clone(), self.order.clone(), self.fetch)))
    }

    /// The same of another input, whose columns are read as `read` says.
    pub(crate) fn reading(
        &self,
        input: Arc<dyn ExecutionPlan>,
        read: &dyn Fn(Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr>,
    ) -> Option<Self> {
        let keys = self.keys.iter().map(|key| read(Arc::clone(key))).collect();
        let sorted =
            |key: &PhysicalSortExpr| PhysicalSortExpr { expr: read(Arc::clone(&key.expr)), options: key.options };
        let order = LexOrdering::new(self.order.iter().map(sorted))?;
        Some(Self::new(input, keys, order, self.fetch))
    }
}

impl DisplayAs for FirstRowsExec {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(ToString::to_string).collect();
        write!(f, "FirstRowsExec: fetch={}, by=[{}], order=[{}]", self.fetch, keys.join(", "), self.order)
    }
}

impl ExecutionPlan for FirstRowsExec {
    fn name(&self) -> &'static str {
        "FirstRowsExec"
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
        apply_expression_roots(self.keys.iter().chain(self.order.iter().map(|key| &key.expr)), visit)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![false]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "the first rows are those of one input");
        Ok(Arc::new(Self::new(children.swap_remove(0), self.keys.clone(), self.order.clone(), self.fetch)))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, Arc::clone(&context))?;
        let schema = input.schema();
        let first = First {
            keeper: Some(Keeper::try_new(Arc::clone(&schema), self.keys.clone(), &self.order, self.fetch)?),
            batch_size: context.session_config().batch_size(),
            // It gives on what does not fit: operators that cannot do without memory have their share.
            reservation: MemoryConsumer::new(format!("FirstRowsExec[{partition}]"))
                .with_can_spill(true)
                .register(context.memory_pool()),
        };
        Ok(fed(input, first, schema, BaselineMetrics::new(&self.metrics, partition)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }
}

/// The state of one partition.
struct First {
    /// None where rows pass as they come.
    keeper: Option<Keeper>,
    batch_size: usize,
    reservation: MemoryReservation,
}

impl Feed for First {
    fn add(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let Some(keeper) = &mut self.keeper else { return Ok(vec![batch]) };
        keeper.add(&batch)?;
        if is_useless(keeper.seen(), keeper.kept()) {
            let kept = self.finish()?;
            self.keeper = None;
            return Ok(kept);
        }
        match self.reservation.try_resize(keeper.bytes()) {
            Ok(()) => Ok(Vec::new()),
            Err(_) => self.finish(),
        }
    }

    /// Gives the kept rows on; the keeper is as new.
    fn finish(&mut self) -> Result<Vec<RecordBatch>> {
        let kept = self.keeper.as_mut().map(|keeper| keeper.drain(self.batch_size)).transpose()?;
        // What is given on is soon with the next operator, which has an account of its own.
        self.reservation.free();
        Ok(kept.unwrap_or_default())
    }
}

/// Whether too few rows are left out for the work.
fn is_useless(seen: usize, kept: usize) -> bool {
    seen >= PROBE_ROWS && kept as f64 > seen as f64 * USEFUL_SHARE
}

#[cfg(test)]
mod tests {
    use super::is_useless;

    #[test]
    fn many_groups_of_one_row_are_of_no_use() {
        assert!(!is_useless(400_000, 400_000), "it is too early to tell");
        assert!(is_useless(500_000, 450_000));
        assert!(!is_useless(500_000, 350_000));
    }
}
