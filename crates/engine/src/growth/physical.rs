//! Filters below physical projections, also those of a sort with a limit. `foreach a* [eval s=if(x, s.'<<FIELD>>', s)] | sort s | head`
//!
//! The rule puts expressions in the place of columns whether it comes to anything or not. While it runs, a wall stands above a
//! projection that would bring too many.

use std::{fmt, sync::Arc};

use datafusion::{
    common::{
        Result, assert_eq_or_internal_err,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{PhysicalExpr, expressions::Column},
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, projection::ProjectionExec},
};

use super::MOST;

/// A rule that sees walls; what it gives has none.
#[derive(Debug)]
pub(crate) struct Walled(pub(crate) Arc<dyn PhysicalOptimizerRule + Send + Sync>);

impl PhysicalOptimizerRule for Walled {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let plan = self.0.optimize(with_walls(plan)?, config)?;
        plan.transform_up(|node| match node.downcast_ref::<Wall>() {
            Some(wall) => Ok(Transformed::yes(Arc::clone(&wall.input))),
            None => Ok(Transformed::no(node)),
        })
        .data()
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn schema_check(&self) -> bool {
        self.0.schema_check()
    }
}

fn with_walls(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    // The sizes of each finished input's columns: children come before their parent.
    let mut finished: Vec<Vec<usize>> = Vec::new();
    plan.transform_up(|node| {
        let inputs = finished.split_off(finished.len().saturating_sub(node.children().len()));
        let Some(projection) = node.downcast_ref::<ProjectionExec>() else {
            finished.push(passed_on(&node, &inputs));
            return Ok(Transformed::no(node));
        };
        let below = inputs.first().map(Vec::as_slice).unwrap_or_default();
        let sizes: Vec<usize> = projection.expr().iter().map(|output| size(&output.expr, below)).collect();
        if sizes.iter().all(|size| *size <= MOST) {
            finished.push(sizes);
            return Ok(Transformed::no(node));
        }
        finished.push(vec![0; sizes.len()]);
        Ok(Transformed::yes(Arc::new(Wall { input: node })))
    })
    .data()
}

/// The sizes of columns that keep their names.
fn passed_on(node: &Arc<dyn ExecutionPlan>, inputs: &[Vec<usize>]) -> Vec<usize> {
    let of_name = |name: &str| {
        node.children().iter().zip(inputs).find_map(|(child, sizes)| {
            let place = child.schema().fields().find(name).map(|(place, _)| place)?;
            sizes.get(place).copied()
        })
    };
    node.schema().fields().iter().map(|field| of_name(field.name()).unwrap_or_default()).collect()
}

/// How many expressions take the place of a column; none where it is passed on from the source.
fn size(expr: &Arc<dyn PhysicalExpr>, below: &[usize]) -> usize {
    let of = |column: &Column| below.get(column.index()).copied().unwrap_or_default();
    if let Some(column) = expr.downcast_ref::<Column>() {
        return of(column);
    }
    let mut size = 0_usize;
    // The closure never fails.
    let _ = expr.apply(|part| {
        let more = part.downcast_ref::<Column>().map_or(1, of);
        size = size.saturating_add(more);
        Ok(TreeNodeRecursion::Continue)
    });
    size
}

/// Its input, which filters cannot enter.
#[derive(Debug)]
struct Wall {
    input: Arc<dyn ExecutionPlan>,
}

impl DisplayAs for Wall {
    fn fmt_as(&self, _format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wall")
    }
}

impl ExecutionPlan for Wall {
    fn name(&self) -> &'static str {
        "Wall"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        assert_eq_or_internal_err!(children.len(), 1, "a wall has one input");
        Ok(Arc::new(Self { input: children.swap_remove(0) }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        self.input.execute(partition, context)
    }
}
