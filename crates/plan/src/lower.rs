//! The fold over a pipeline: each command takes a relation and gives the next.

use datafusion::logical_expr::LogicalPlan;
use speleo_syntax::{Diagnostic, Search};

use crate::{Result, TimeRange, World, relation::Relation};

/// A planned search.
#[derive(Debug, Clone)]
pub struct SearchPlan {
    /// The rows: shown columns only, in order.
    pub plan: LogicalPlan,
    /// Warnings and notes that came up while planning.
    pub notes: Vec<Diagnostic>,
}

/// What lowering carries from command to command.
pub(crate) struct Context<'a> {
    /// The outside.
    pub(crate) world: &'a dyn World,
    /// Warnings and notes so far.
    pub(crate) notes: Vec<Diagnostic>,
    /// The fields that the whole pipeline names: what an open source must extract.
    pub(crate) mentioned: Vec<String>,
    /// The patterns by which it names more of them.
    pub(crate) patterns: Vec<String>,
    /// The time range of the pipeline's events: its own, or the one asked for outside.
    pub(crate) range: TimeRange,
}

/// The meaning of a command.
pub(crate) trait Lower {
    /// Turns the rows that come in into those that go out. A generating command gets none.
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation>;
}

/// Plans a parsed search.
///
/// # Errors
/// Diagnostics about names, types and unsupported forms, and what the world reports from the steps that it runs.
pub async fn plan(search: &Search, world: &dyn World) -> Result<SearchPlan> {
    let mut cx =
        Context { world, notes: Vec::new(), mentioned: Vec::new(), patterns: Vec::new(), range: world.time_range() };
    let relation = crate::command::pipeline(search, &mut cx).await?;
    Ok(SearchPlan { plan: relation.finish()?, notes: cx.notes })
}
