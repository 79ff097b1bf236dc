//! `sort 10 -bytes | stats min(bytes)`: rows that are equal to all that is taken of them are in any order.
//!
//! A sort ends in keys that put equal rows in the order in which they came. Where what stands above takes nothing but columns of the
//! keys before those, equal rows cannot be told apart: the sort goes by the keys that are taken, and the others need not be read.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::{
        Column, Result,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Expr, LogicalPlan, Sort},
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
};

/// Leaves out the keys of a sort that nobody can see the effect of.
#[derive(Debug)]
pub(crate) struct SortKeys;

impl OptimizerRule for SortKeys {
    fn name(&self) -> &str {
        "sort_keys"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        // Of these it is known which columns they take; others pass all of them on.
        let (LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_)) = &plan else { return Ok(Transformed::no(plan)) };
        let [input] = plan.inputs()[..] else { return Ok(Transformed::no(plan)) };
        let mut taken = HashSet::new();
        take(&plan, &mut taken)?;
        let Some(input) = shortened(input, taken)? else { return Ok(Transformed::no(plan)) };
        let expressions = plan.expressions();
        Ok(Transformed::yes(plan.with_new_exprs(expressions, vec![input])?))
    }
}

/// Adds the columns that a plan's expressions take.
fn take(plan: &LogicalPlan, taken: &mut HashSet<Column>) -> Result<()> {
    for expression in plan.expressions() {
        expression.apply(|part| {
            if let Expr::Column(column) = part {
                taken.insert(column.clone());
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
    }
    Ok(())
}

/// The plan with a sort by fewer keys, which may stand below conditions and limits; none where all keys matter.
fn shortened(plan: &LogicalPlan, mut taken: HashSet<Column>) -> Result<Option<LogicalPlan>> {
    match plan {
        LogicalPlan::Sort(sort) => Ok(needed(sort, taken).map(|count| {
            let expr = sort.expr.iter().take(count).cloned().collect();
            LogicalPlan::Sort(Sort { expr, input: Arc::clone(&sort.input), fetch: sort.fetch })
        })),
        LogicalPlan::Filter(_) | LogicalPlan::Limit(_) => {
            let [input] = plan.inputs()[..] else { return Ok(None) };
            take(plan, &mut taken)?;
            let Some(input) = shortened(input, taken)? else { return Ok(None) };
            plan.with_new_exprs(plan.expressions(), vec![input]).map(Some)
        }
        _ => Ok(None),
    }
}

/// How many of a sort's keys put rows in an order that can be seen; none where that is all of them.
fn needed(sort: &Sort, mut taken: HashSet<Column>) -> Option<usize> {
    let last = sort.expr.iter().position(|key| {
        if let Expr::Column(column) = &key.expr {
            taken.remove(column);
        }
        taken.is_empty()
    })?;
    let count = last + 1;
    (count < sort.expr.len()).then_some(count)
}
