//! The physical optimizer rule that puts [`EventStatsExec`] in the place of window aggregates over whole partitions.

use std::sync::Arc;

use datafusion::{
    common::{
        Result,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_expr::window::{PlainAggregateWindowExpr, WindowExpr},
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{ExecutionPlan, windows::WindowAggExec},
};

use super::EventStatsExec;

/// Swaps a window operator whose expressions are all aggregates over the same whole partition.
///
/// Runs first, before the distribution and the order of inputs are enforced, so that no sort is planned for it.
#[derive(Debug)]
pub(crate) struct GatherAggregates;

impl PhysicalOptimizerRule for GatherAggregates {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let Some(window) = node.downcast_ref::<WindowAggExec>() else {
                return Ok(Transformed::no(node));
            };
            let expressions = window.window_expr();
            if !gathers(expressions) {
                return Ok(Transformed::no(node));
            }
            let operator = EventStatsExec::try_new(Arc::clone(window.input()), expressions.to_vec(), node.schema())?;
            Ok(Transformed::yes(Arc::new(operator)))
        })
        .data()
    }

    fn name(&self) -> &str {
        "gather_aggregates"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether the expressions are aggregates over one and the same whole partition that work on many groups at once.
fn gathers(expressions: &[Arc<dyn WindowExpr>]) -> bool {
    let Some(first) = expressions.first() else { return false };
    let keys = first.partition_by();
    expressions.iter().all(|expression| {
        let Some(aggregate) = expression.as_any().downcast_ref::<PlainAggregateWindowExpr>() else { return false };
        let frame = expression.get_window_frame();
        let same_keys = expression.partition_by().len() == keys.len()
            && expression.partition_by().iter().zip(keys).all(|(one, other)| one == other);
        same_keys
            && expression.order_by().is_empty()
            && frame.start_bound.is_unbounded()
            && frame.end_bound.is_unbounded()
            && aggregate.all_expressions().order_by_exprs.is_empty()
            && aggregate.get_aggregate_expr().groups_accumulator_supported()
    })
}
