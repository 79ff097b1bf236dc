//! A search as SQL, as far as SQL can say it. `stats count BY host` is `SELECT … GROUP BY host`.
//!
//! Functions of speleo's own keep their names: a database lacks them, and they are listed.

use std::collections::BTreeSet;

use datafusion::{
    common::tree_node::{TreeNode, TreeNodeRecursion},
    error::DataFusionError,
    logical_expr::{Expr, LogicalPlan},
    sql::unparser::{expr_to_sql, plan_to_sql},
};

/// So many characters of a failure are told.
const MOST_TOLD: usize = 120;

/// A search as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sql {
    /// The statement, or what it fails for.
    pub statement: Result<String, String>,
    /// The functions in it that databases do not have.
    pub own_functions: Vec<String>,
}

/// The writer of SQL goes down a plan by recursion, with much to hold at each step. Only what is used takes memory.
const STACK: usize = 512 << 20;

impl Sql {
    /// Of a plan.
    pub(super) fn of(plan: &LogicalPlan) -> Self {
        let failed = |why: String| Self { statement: Err(why), own_functions: own_functions(plan) };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("sql".to_owned()).stack_size(STACK);
            match thread.spawn_scoped(scope, || Self::written(plan)) {
                Ok(writing) => {
                    writing.join().unwrap_or_else(|_| failed("its writer failed, which is a bug".to_owned()))
                }
                Err(error) => failed(format!("there is no thread to write it: {error}")),
            }
        })
    }

    fn written(plan: &LogicalPlan) -> Self {
        let statement = match plan_to_sql(plan) {
            Ok(statement) => Ok(statement.to_string()),
            Err(error) => Err(reason(plan).unwrap_or_else(|| told(&error))),
        };
        Self { statement, own_functions: own_functions(plan) }
    }
}

/// The deepest node, or the function in it, that cannot be written.
fn reason(plan: &LogicalPlan) -> Option<String> {
    if let Some(below) = plan.inputs().into_iter().find_map(reason) {
        return Some(below);
    }
    for expr in plan.expressions() {
        if let Err(error) = expr_to_sql(&expr) {
            return Some(format!("there are no words for `{}`: {}", culprit(&expr), told(&error)));
        }
    }
    plan_to_sql(plan).err()?;
    let line = plan.display().to_string();
    let operator = line.split([':', ' ']).next().unwrap_or_default();
    Some(format!("there are no words for the operator {operator} as it stands here"))
}

/// A failure on one line; DataFusion adds the whole plan.
fn told(error: &DataFusionError) -> String {
    let text = error.strip_backtrace();
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(MOST_TOLD).collect()
}

/// The innermost part of an expression that cannot be written.
fn culprit(expr: &Expr) -> String {
    let mut found = expr;
    // The closure never fails.
    let _ = expr.apply(|part| {
        if expr_to_sql(part).is_err() {
            found = part;
        }
        Ok(TreeNodeRecursion::Continue)
    });
    found.to_string()
}

fn own_functions(plan: &LogicalPlan) -> Vec<String> {
    let mut names = BTreeSet::new();
    // The closures never fail.
    let _ = plan.apply(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                let name = match part {
                    Expr::ScalarFunction(call) => call.func.name(),
                    Expr::AggregateFunction(call) => call.func.name(),
                    Expr::WindowFunction(call) => call.fun.name(),
                    _ => "",
                };
                if name.starts_with("spl_") {
                    names.insert(name.to_owned());
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    });
    names.into_iter().collect()
}
