//! The physical optimizer rule that lets filters look at each repeated text once. `search host=web1*`

use std::sync::Arc;

use datafusion::{
    common::{
        Result,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan,
        filter::{FilterExec, FilterExecBuilder},
    },
};

use super::per_value;
use crate::parquet_scan::filtering_per_value;

/// Evaluates what a filter, or a scan that filters, asks of a repeated text once for each text.
///
/// Runs late: a scan prunes by conditions that it knows.
#[derive(Debug)]
pub(crate) struct PerValueFilters;

impl PhysicalOptimizerRule for PerValueFilters {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            if let Some(scan) = filtering_per_value(&node)? {
                return Ok(Transformed::yes(scan));
            }
            let Some(filter) = node.downcast_ref::<FilterExec>() else { return Ok(Transformed::no(node)) };
            let predicate = per_value(Arc::clone(filter.predicate()), &filter.input().schema(), false)?;
            if !predicate.transformed {
                return Ok(Transformed::no(node));
            }
            let filter = FilterExecBuilder::from(filter).with_predicate(predicate.data).build()?;
            Ok(Transformed::yes(Arc::new(filter) as Arc<dyn ExecutionPlan>))
        })
        .data()
    }

    fn name(&self) -> &str {
        "per_value_filters"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
