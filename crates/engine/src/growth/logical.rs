//! Conditions below logical projections: the parts of a condition that are too large stay above, the others go on.

use std::sync::Arc;

use datafusion::{
    common::{
        Result,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::{
        Expr, Filter, LogicalPlan, Projection,
        utils::{conjunction, split_conjunction},
    },
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
};

use super::MOST;

/// A rule that sees no condition that would grow beyond measure.
#[derive(Debug)]
pub(crate) struct Kept(pub(crate) Arc<dyn OptimizerRule + Send + Sync>);

impl OptimizerRule for Kept {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = plan else { return self.0.rewrite(plan, config) };
        let parts = split_conjunction(&filter.predicate);
        // Another rule only looks at conditions, and moves none.
        let moves = self.0.name() == "push_down_filter";
        let (small, large): (Vec<&Expr>, Vec<&Expr>) = parts
            .into_iter()
            .partition(|part| (!moves || pays(part, &filter.input)) && spend(part, &filter.input, &mut MOST.clone()));
        let Some(large) = conjunction(large.into_iter().cloned()) else {
            return self.0.rewrite(LogicalPlan::Filter(filter), config);
        };
        let Some(small) = conjunction(small.into_iter().cloned()) else {
            return Ok(Transformed::no(LogicalPlan::Filter(filter)));
        };
        let below = self.0.rewrite(LogicalPlan::Filter(Filter::try_new(small, Arc::clone(&filter.input))?), config)?;
        if !below.transformed {
            return Ok(Transformed::no(LogicalPlan::Filter(filter)));
        }
        below.map_data(|plan| Ok(LogicalPlan::Filter(Filter::try_new(large, Arc::new(plan))?)))
    }
}

/// Whether it is worth while to evaluate a condition further below. That a value is there at all is known once it is computed:
/// below the computation the same work would be done twice, and no file is left out for it.
fn pays(part: &Expr, plan: &LogicalPlan) -> bool {
    let Expr::IsNotNull(value) = part else { return true };
    let Expr::Column(column) = value.as_ref() else { return true };
    let (mut name, mut plan) = (&column.name, plan);
    loop {
        match plan {
            LogicalPlan::Projection(projection) => match made(name, projection) {
                Some(Expr::Column(own)) => (name, plan) = (&own.name, &projection.input),
                Some(Expr::ScalarFunction(_) | Expr::Case(_)) => return false,
                _ => return true,
            },
            LogicalPlan::Filter(filter) => plan = &filter.input,
            LogicalPlan::Sort(sort) => plan = &sort.input,
            _ => return true,
        }
    }
}

/// Whether the budget holds all expressions that would take the place of the columns of `expr`.
fn spend(expr: &Expr, plan: &LogicalPlan, budget: &mut usize) -> bool {
    let mut holds = true;
    // The closure never fails.
    let _ = expr.apply(|part| {
        if let Expr::Column(read) = part {
            holds = follow(&read.name, plan, budget);
        }
        Ok(if holds { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    holds
}

/// Whether the budget holds what takes the place of a column of `plan`.
///
/// Every expression costs something, so that it goes no deeper than the budget is large; columns that are passed on cost
/// nothing and are followed in a loop.
fn follow(name: &str, plan: &LogicalPlan, budget: &mut usize) -> bool {
    let (mut name, mut plan) = (name, plan);
    loop {
        match plan {
            LogicalPlan::Projection(projection) => match made(name, projection) {
                Some(Expr::Column(own)) => (name, plan) = (&own.name, &projection.input),
                Some(expr) if !expr.is_volatile() => {
                    let Some(rest) = budget.checked_sub(parts(expr)) else { return false };
                    *budget = rest;
                    return spend(expr, &projection.input, budget);
                }
                _ => return true,
            },
            LogicalPlan::Filter(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Aggregate(_) => {
                let has = |input: &&LogicalPlan| input.schema().fields().iter().any(|field| field.name() == name);
                match plan.inputs().into_iter().find(has) {
                    Some(input) => plan = input,
                    None => return true,
                }
            }
            _ => return true,
        }
    }
}

/// What a projection makes a column of.
fn made<'p>(name: &str, projection: &'p Projection) -> Option<&'p Expr> {
    let place = projection.schema.fields().iter().position(|field| field.name() == name)?;
    projection.expr.get(place).map(bare)
}

/// An expression without its names.
fn bare(expr: &Expr) -> &Expr {
    let mut expr = expr;
    while let Expr::Alias(alias) = expr {
        expr = &alias.expr;
    }
    expr
}

/// How many expressions it is made of.
fn parts(expr: &Expr) -> usize {
    let mut parts = 0;
    // The closure never fails.
    let _ = expr.apply(|_| {
        parts += 1;
        Ok(TreeNodeRecursion::Continue)
    });
    parts
}
