//! Joins of many rows with many, under a memory limit: both sides are sorted by their keys. `join session [search index=proxy]`
//!
//! DataFusion's hash join holds one side and never spills. Its sorts do, and its sort-merge join holds the rows of one key. A hash
//! join stays where one side is known to be small, or sums up: sorting the other would take much longer.

use std::sync::Arc;

use datafusion::{
    arrow::{compute::SortOptions, datatypes::DataType},
    common::{
        JoinType, NullEquality, Result,
        config::ConfigOptions,
        stats::Precision,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan, ExecutionPlanProperties,
        aggregates::AggregateExec,
        execution_plan::CardinalityEffect,
        joins::{HashJoinExec, SortMergeJoinExec},
        statistics::{StatisticsArgs, StatisticsContext},
        union::UnionExec,
    },
};

/// A row of a hash join may take so many bytes, and the side that is held this share of the limit.
const ROW_BYTES: usize = 1 << 10;
const SHARE: usize = 4;

/// Sorts both sides of joins that may not fit.
///
/// Runs before rows are dealt out and sorts are put in, and before sides that are few are broadcast.
#[derive(Debug)]
pub(crate) struct SortedJoins {
    /// How many rows fit for certain.
    rows: usize,
}

impl SortedJoins {
    /// For a memory limit of so many bytes.
    pub(crate) fn within(limit: usize) -> Self {
        Self { rows: limit / SHARE / ROW_BYTES }
    }
}

impl PhysicalOptimizerRule for SortedJoins {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let Some(join) = node.downcast_ref::<HashJoinExec>() else { return Ok(Transformed::no(node)) };
            let is_small = |side: &Arc<dyn ExecutionPlan>| at_most(side).is_some_and(|rows| rows <= self.rows);
            if !is_plain(join)? || is_small(join.left()) || is_small(join.right()) {
                return Ok(Transformed::no(node));
            }
            let sorted = SortMergeJoinExec::try_new(
                Arc::clone(join.left()),
                Arc::clone(join.right()),
                join.on().to_vec(),
                join.filter().cloned(),
                *join.join_type(),
                vec![SortOptions::default(); join.on().len()],
                join.null_equality(),
            )?;
            Ok(Transformed::yes(Arc::new(sorted) as Arc<dyn ExecutionPlan>))
        })
        .data()
    }

    fn name(&self) -> &str {
        "sorted_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Whether a join is one of rows with rows, by keys of which two are equal where neither comes before the other. Of floating-point
/// numbers that is not certain.
fn is_plain(join: &HashJoinExec) -> Result<bool> {
    let schema = join.left().schema();
    for (key, _) in join.on() {
        let data_type = key.data_type(&schema)?;
        if !data_type.is_integer() && !matches!(data_type, DataType::Utf8 | DataType::Timestamp(..)) {
            return Ok(false);
        }
    }
    Ok(matches!(join.join_type(), JoinType::Left | JoinType::Inner)
        && join.null_equality() == NullEquality::NullEqualsNothing
        && !join.contains_projection())
}

/// The most rows that a plan gives, where that is known. Groups are taken to be few.
fn at_most(plan: &Arc<dyn ExecutionPlan>) -> Option<usize> {
    if plan.is::<AggregateExec>() {
        return Some(0);
    }
    let limit = plan.fetch().map(|rows| rows.saturating_mul(plan.output_partitioning().partition_count()));
    let inputs = plan.children();
    let all = match inputs.as_slice() {
        [] => match StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::default()).ok()?.num_rows {
            Precision::Exact(rows) => Some(rows),
            _ => None,
        },
        [input] if matches!(plan.cardinality_effect(), CardinalityEffect::Equal | CardinalityEffect::LowerEqual) => {
            at_most(input)
        }
        inputs if plan.is::<UnionExec>() => inputs.iter().map(|input| at_most(input)).sum(),
        _ => None,
    };
    match (limit, all) {
        (Some(limit), Some(all)) => Some(limit.min(all)),
        (limit, all) => limit.or(all),
    }
}
