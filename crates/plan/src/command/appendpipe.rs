//! The meaning of `appendpipe`: what a pipeline makes of the rows comes after them. `appendpipe [stats sum(bytes) AS bytes]`
//!
//! Rows that a command made are a named step, so that they are computed once. Events are not, for there may be many: they
//! stand in the plan twice, unless a command before did the same.

use datafusion::{common::tree_node::TreeNode, logical_expr::LogicalPlan};
use speleo_syntax::command::appendpipe::AppendPipe;

use crate::{
    Result,
    command::{continued, rows},
    lower::{Context, Lower},
    relation::{Relation, Shape},
    table,
    union::stack,
};

impl Lower for AppendPipe {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "appendpipe", self.span)?;
        let input = once(input, "rows before appendpipe", cx).await?;
        let added = continued(&self.pipeline, input.clone(), cx).await?;
        stack(input, added)
    }
}

/// Rows that go two ways: a named step that runs once, or the plan itself where that is as well.
pub(crate) async fn once(input: Relation, name: &str, cx: &mut Context<'_>) -> Result<Relation> {
    if input.shape == Shape::Events && !is_union(&input.plan)? {
        return Ok(input);
    }
    let shape = input.shape;
    let rows = cx.world.rows(name, input.finish()?).await?;
    Ok(Relation { shape, ..table::of_rows("rows", &rows)? })
}

/// Whether a plan puts rows of several plans together. Each `appendpipe` that repeats its input doubles the plan.
fn is_union(plan: &LogicalPlan) -> Result<bool> {
    Ok(plan.exists(|node| Ok(matches!(node, LogicalPlan::Union(_))))?)
}
