//! `dedup host | stats count`: of rows that come once for each key nothing but the keys is wanted.
//!
//! Which row of a key is the first makes no difference then: in the place of the window that numbers the rows of each key, and the
//! filter on that number, stand groups by the keys. What tells the first row, its time and its place, need not be read.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::{
        Column, Result, ScalarValue,
        tree_node::{Transformed, TreeNode, TreeNodeRecursion},
    },
    logical_expr::{
        Aggregate, BinaryExpr, Expr, Filter, LogicalPlan, Operator, Projection, Window, WindowFunctionDefinition,
        utils::{conjunction, split_conjunction},
    },
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
};

/// Puts groups in the place of first rows.
#[derive(Debug)]
pub(crate) struct DedupKeys;

impl OptimizerRule for DedupKeys {
    fn name(&self) -> &str {
        "dedup_keys"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        // Of these it is known which columns they take; others pass all of them on.
        let input = match &plan {
            LogicalPlan::Projection(projection) => &projection.input,
            LogicalPlan::Aggregate(aggregate) => &aggregate.input,
            _ => return Ok(Transformed::no(plan)),
        };
        let LogicalPlan::Filter(filter) = input.as_ref() else { return Ok(Transformed::no(plan)) };
        let taken = columns(&plan.expressions())?;
        let Some(groups) = groups(filter, taken)? else { return Ok(Transformed::no(plan)) };
        let expressions = plan.expressions();
        Ok(Transformed::yes(plan.with_new_exprs(expressions, vec![groups])?))
    }
}

/// The columns of expressions.
fn columns(expressions: &[Expr]) -> Result<HashSet<Column>> {
    let mut found = HashSet::new();
    for expression in expressions {
        expression.apply(|part| {
            if let Expr::Column(column) = part {
                found.insert(column.clone());
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
    }
    Ok(found)
}

/// The filter's rows as groups; none where it does not keep first rows, or more than their keys is taken.
fn groups(filter: &Filter, mut taken: HashSet<Column>) -> Result<Option<LogicalPlan>> {
    let (first, others): (Vec<&Expr>, Vec<&Expr>) =
        split_conjunction(&filter.predicate).into_iter().partition(|part| keeps_first(part).is_some());
    let [first] = first.as_slice() else { return Ok(None) };
    let Some(number) = keeps_first(first) else { return Ok(None) };
    let others: Vec<Expr> = others.into_iter().cloned().collect();
    taken.extend(columns(&others)?);
    let (renamed, window, number) = match filter.input.as_ref() {
        LogicalPlan::Window(window) => (None, window, number),
        LogicalPlan::Projection(projection) => {
            let LogicalPlan::Window(window) = projection.input.as_ref() else { return Ok(None) };
            let made = projection.schema.index_of_column(number).ok().and_then(|place| projection.expr.get(place));
            let Some(Expr::Column(number)) = made else { return Ok(None) };
            (Some(projection), window, number)
        }
        _ => return Ok(None),
    };
    let Some(keys) = numbered_by(window, number) else { return Ok(None) };
    let is_key = |column: &Column| keys.iter().any(|key| matches!(key, Expr::Column(key) if key == column));
    let grouped = LogicalPlan::Aggregate(Aggregate::try_new(Arc::clone(&window.input), keys.to_vec(), Vec::new())?);
    let below = match renamed {
        None if taken.iter().all(is_key) => grouped,
        Some(projection) => {
            let mut kept = Vec::new();
            for (made, (qualifier, field)) in projection.expr.iter().zip(projection.schema.iter()) {
                if taken.contains(&Column::from((qualifier, field))) {
                    kept.push(made.clone());
                }
            }
            if kept.len() != taken.len() || !columns(&kept)?.iter().all(is_key) {
                return Ok(None);
            }
            LogicalPlan::Projection(Projection::try_new(kept, Arc::new(grouped))?)
        }
        None => return Ok(None),
    };
    Ok(Some(match conjunction(others) {
        Some(condition) => LogicalPlan::Filter(Filter::try_new(condition, Arc::new(below))?),
        None => below,
    }))
}

/// The column of `column <= 1`.
fn keeps_first(condition: &Expr) -> Option<&Column> {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::LtEq, right }) = condition else { return None };
    let (Expr::Column(column), Expr::Literal(ScalarValue::UInt64(Some(1)), _)) = (left.as_ref(), right.as_ref()) else {
        return None;
    };
    Some(column)
}

/// The keys within which a window numbers rows in a column; none where it does something else, or the keys are no columns.
fn numbered_by<'w>(window: &'w Window, number: &Column) -> Option<&'w [Expr]> {
    let [expression] = window.window_expr.as_slice() else { return None };
    let place = window.schema.index_of_column(number).ok()?;
    let function = match expression {
        Expr::Alias(alias) => alias.expr.as_ref(),
        other => other,
    };
    let Expr::WindowFunction(function) = function else { return None };
    let is_number = matches!(&function.fun, WindowFunctionDefinition::WindowUDF(udf) if udf.name() == "row_number");
    let keys = &function.params.partition_by;
    let fits = is_number
        && place == window.input.schema().fields().len()
        && !keys.is_empty()
        && keys.iter().all(|key| matches!(key, Expr::Column(_)));
    fits.then_some(keys)
}
