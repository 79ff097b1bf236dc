//! `PartialExec`: the first of two aggregations. `stats count BY host`
//!
//! DataFusion's finds the group of a row by the values of its keys. Here a row's group is looked up by numbers, where keys have some:
//! those of texts, which of repeated ones the scan gives, and those of whole numbers and times. Groups go on to the final
//! aggregation when the input ends, and before where memory is short or they are too many to be worth it; that one puts them together whatever came when.

mod summing;
mod sunk;

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::datatypes::Schema,
    common::{Result, assert_eq_or_internal_err, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, PlanProperties,
        aggregates::{AggregateExec, AggregateMode},
        execution_plan::CardinalityEffect,
        metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet},
    },
};

use self::summing::Summing;
pub(super) use self::sunk::sunk;
use super::{
    feed::fed,
    grouped::is_plain,
    groups::{Numbered, Values, derivation},
    over,
};
use crate::dictionary::{Alone, text_of};

/// A partial aggregation in the place of DataFusion's.
#[derive(Debug)]
pub(crate) struct PartialExec {
    aggregate: Arc<AggregateExec>,
    metrics: ExecutionPlanMetricsSet,
}

impl PartialExec {
    /// In the place of an aggregation; none where that is not a first one, or its keys have no numbers.
    pub(crate) fn in_place_of(aggregate: &AggregateExec) -> Result<Option<Self>> {
        if *aggregate.mode() != AggregateMode::Partial || !is_plain(aggregate) {
            return Ok(None);
        }
        let input = aggregate.input().schema();
        let (keys, derivations) = keys(aggregate);
        let fields = keys.iter().map(|key| key.return_field(&input)).collect::<Result<Vec<_>>>()?;
        if values(&Schema::new(fields), &derivations).is_none() {
            return Ok(None);
        }
        let aggregate = Arc::new(aggregate.clone());
        Ok(Some(Self { aggregate, metrics: ExecutionPlanMetricsSet::new() }))
    }

    /// The aggregation that it does.
    pub(crate) fn aggregate(&self) -> &AggregateExec {
        &self.aggregate
    }
}

/// The keys as columns whose values have numbers, and for each of them what its texts are made of it by, if they are.
fn keys(aggregate: &AggregateExec) -> (Vec<Arc<dyn PhysicalExpr>>, Vec<Option<Alone>>) {
    let input = aggregate.input().schema();
    let key = |(key, _): &(Arc<dyn PhysicalExpr>, String)| match derivation(key, &input) {
        Some(derivation) => (Arc::clone(&derivation.column), Some(derivation)),
        None => (Arc::clone(text_of(key).unwrap_or(key)), None),
    };
    aggregate.group_expr().expr().iter().map(key).unzip()
}

/// What tells groups of such keys apart; none where DataFusion's aggregation is left alone.
fn values(keys: &Schema, derivations: &[Option<Alone>]) -> Option<Values> {
    Numbered::with(keys, derivations).map(Values::Numbered)
}

impl DisplayAs for PartialExec {
    fn fmt_as(&self, form: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialExec: ")?;
        self.aggregate.fmt_as(form, f)
    }
}

impl ExecutionPlan for PartialExec {
    fn name(&self) -> &'static str {
        "PartialExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.aggregate.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![self.aggregate.input()]
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
        let own: Arc<dyn ExecutionPlan> = Arc::<AggregateExec>::clone(&self.aggregate);
        let aggregate = over(&own, children)?;
        let other = aggregate.downcast_ref::<AggregateExec>().map(Self::in_place_of).transpose()?.flatten();
        Ok(other.map_or(aggregate, |own| Arc::new(own) as Arc<dyn ExecutionPlan>))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.aggregate.input().execute(partition, Arc::clone(&context))?;
        let summing = Summing::try_new(&self.aggregate, &context, partition)?;
        Ok(fed(input, summing, self.aggregate.schema(), BaselineMetrics::new(&self.metrics, partition)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn cardinality_effect(&self) -> CardinalityEffect {
        CardinalityEffect::LowerEqual
    }
}
