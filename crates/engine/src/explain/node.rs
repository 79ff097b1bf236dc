//! A plan as a tree of nodes with a reader's words: `sum up groups (AggregateExec)`, for whoever draws it.

use std::{fmt, sync::Arc};

use datafusion::{
    logical_expr::LogicalPlan,
    physical_plan::{ExecutionPlan, display::DisplayableExecutionPlan},
};

use super::{measured::Measured, owner::Owners};

/// A node of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanNode {
    /// What it does, in a reader's words.
    pub name: &'static str,
    /// DataFusion's name.
    pub operator: String,
    /// How it does it, in DataFusion's words.
    pub details: String,
    /// The commands that it works for, by their places in the outline; none where no single command made it.
    pub commands: Vec<usize>,
    /// What it did; none where it did not run.
    pub measured: Option<Measured>,
    /// What it reads from.
    pub inputs: Vec<PlanNode>,
}

impl PlanNode {
    /// Visits the node and those below, the node first.
    pub fn each<'n>(&'n self, visit: &mut dyn FnMut(&'n PlanNode)) {
        let mut rest = vec![self];
        while let Some(node) = rest.pop() {
            visit(node);
            rest.extend(node.inputs.iter().rev());
        }
    }

    /// Operators, with their commands where these are known.
    pub(super) fn physical(plan: &Arc<dyn ExecutionPlan>, owners: &Owners, runs: bool) -> Self {
        let mut owners = owners.iter();
        Self::operators(plan, &mut owners, runs)
    }

    /// `owners` are those of inputs before what reads them.
    fn operators(plan: &Arc<dyn ExecutionPlan>, owners: &mut std::slice::Iter<Vec<usize>>, runs: bool) -> Self {
        let inputs = plan.children().into_iter().map(|child| Self::operators(child, owners, runs)).collect();
        let line = DisplayableExecutionPlan::new(plan.as_ref()).one_line().to_string();
        let details = line.trim_end().split_once(": ").map_or("", |(_, details)| details);
        Self {
            name: operator_name(plan.name(), details),
            operator: plan.name().to_owned(),
            details: details.to_owned(),
            commands: owners.next().cloned().unwrap_or_default(),
            measured: runs.then(|| Measured::of(plan)),
            inputs,
        }
    }

    /// Nodes of a logical plan; `owner` knows their commands.
    pub(super) fn logical(plan: &LogicalPlan, owner: &dyn Fn(&LogicalPlan) -> Vec<usize>) -> Self {
        let line = plan.display().to_string();
        let (operator, details) = line.split_once(':').unwrap_or((&line, ""));
        Self {
            name: node_name(plan),
            operator: operator.trim().to_owned(),
            details: details.trim().to_owned(),
            commands: owner(plan),
            measured: None,
            inputs: plan.inputs().into_iter().map(|input| Self::logical(input, owner)).collect(),
        }
    }
}

/// The plan as DataFusion writes it, a node a line.
impl fmt::Display for PlanNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = vec![(0, self)];
        while let Some((depth, node)) = rest.pop() {
            let colon = if node.details.is_empty() { "" } else { ": " };
            writeln!(f, "{:depth$}{}{colon}{}", "", node.operator, node.details, depth = depth * 2)?;
            rest.extend(node.inputs.iter().rev().map(|input| (depth + 1, input)));
        }
        Ok(())
    }
}

/// What a node of a logical plan does.
fn node_name(plan: &LogicalPlan) -> &'static str {
    match plan {
        LogicalPlan::Projection(_) => "make columns",
        LogicalPlan::Filter(_) => "keep rows",
        LogicalPlan::Window(_) => "look at other rows",
        LogicalPlan::Aggregate(_) => "sum up",
        LogicalPlan::Sort(sort) if sort.fetch.is_some() => "first rows in order",
        LogicalPlan::Sort(_) => "sort",
        LogicalPlan::Join(_) => "join",
        LogicalPlan::Repartition(_) => "deal out to cores",
        LogicalPlan::Union(_) => "rows below rows",
        LogicalPlan::TableScan(_) => "read",
        LogicalPlan::EmptyRelation(_) => "no table",
        LogicalPlan::SubqueryAlias(_) => "give a name",
        LogicalPlan::Limit(_) => "first rows",
        LogicalPlan::Values(_) => "rows of the search itself",
        LogicalPlan::Distinct(_) => "each row once",
        LogicalPlan::Unnest(_) => "a row for each value",
        _ => "other work",
    }
}

/// What an operator does.
fn operator_name(name: &str, details: &str) -> &'static str {
    match name {
        "DataSourceExec" => "read",
        "FilterExec" => "keep rows",
        "ProjectionExec" => "make columns",
        "AggregateExec" if details.contains("mode=Partial") => "sum up, a part a core",
        "AggregateExec" if details.contains("mode=Final") => "sum up the parts",
        "BestExec" => "drop rows behind the first",
        "BroadcastExec" => "join",
        "PartialExec" => "sum up, a part a core",
        "RadixExec" if details.contains("mode=Final") => "deal out and sum up the parts",
        "RadixExec" => "deal out and sum up",
        "AggregateExec" => "sum up",
        name if name.starts_with("SortExec") && details.contains("TopK") => "first rows in order",
        "SortExec" | "NaturalSortExec" | "PartialSortExec" => "sort",
        "MergeExec" | "SortPreservingMergeExec" => "merge in order",
        "RepartitionExec" => "deal out to cores",
        "CoalescePartitionsExec" => "gather from cores",
        "CoalesceBatchesExec" => "gather into larger batches",
        "CooperativeExec" => "give way to others",
        "GlobalLimitExec" | "LocalLimitExec" => "first rows",
        "HashJoinExec" | "SortMergeJoinExec" | "NestedLoopJoinExec" | "CrossJoinExec" | "PiecewiseMergeJoinExec" => {
            "join"
        }
        "UnionExec" | "InterleaveExec" => "rows below rows",
        "WindowAggExec" | "BoundedWindowAggExec" => "look at other rows",
        "EventStatsExec" => "sum up beside the rows",
        "RunningExec" => "sum up the rows so far",
        "WholeExec" => "look at all rows at once",
        "TrialExec" => "try the first, else do the second",
        "FirstRowsExec" => "first rows of each group",
        "UnnestExec" | "ApartExec" => "a row for each value",
        "EmptyExec" => "no rows",
        "PlaceholderRowExec" => "one row",
        _ => "other work",
    }
}
