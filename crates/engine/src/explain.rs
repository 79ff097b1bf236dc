//! A search at each stage: its commands, its macros, its steps, its plans, what of it reaches the files, and, once it ran, what
//! each operator did. `index=web | stats count BY host`
//!
//! How this is drawn is no affair of this crate.

mod lineage;
mod measured;
mod node;
mod owner;
mod scan;
mod sql;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, time::Duration};

use datafusion::{error::Result, execution::SessionState, logical_expr::LogicalPlan};
use speleo_syntax::{MacroCall, Outline, Span};

pub use self::{
    measured::{Measured, Read},
    node::PlanNode,
    scan::Scan,
    sql::Sql,
};
use crate::{
    run::{self, Ran},
    session::SearchSession,
    trace::{Stage, Trace, TracedStep, key, keys},
};

/// What a search becomes.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The text without macros and comments.
    pub expanded: String,
    /// The macros that were expanded.
    pub macros: Vec<MacroCall>,
    /// The commands, those in brackets after the one that they belong to.
    pub commands: Vec<Outline>,
    /// Where each of them stands in the text as typed; what came out of a macro, where the macro is called.
    pub places: Vec<Span>,
    /// The steps that ran before the plan was known.
    pub steps: Vec<Step>,
    /// The plan as lowered.
    pub logical: PlanNode,
    /// The plan as optimized; its nodes have no commands.
    pub optimized: PlanNode,
    /// The operators.
    pub physical: PlanNode,
    /// What reached each scan.
    pub scans: Vec<Scan>,
    /// The plan, for who asks for SQL.
    plan: LogicalPlan,
    /// How it ran; none where it was not run.
    pub totals: Option<Totals>,
}

impl Explanation {
    /// The plan as SQL, as far as there are words for it. It is written when it is asked for: that may take long.
    pub fn sql(&self) -> Sql {
        Sql::of(&self.plan)
    }
}

/// A plan whose rows shape the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What it is for.
    pub name: String,
    /// The command that asked for it.
    pub command: Option<usize>,
    /// Its plan.
    pub logical: PlanNode,
    /// Its operators, which ran.
    pub physical: PlanNode,
    /// What reached each scan.
    pub scans: Vec<Scan>,
    /// How it ran.
    pub totals: Totals,
}

/// How a plan ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// From the text to the plan; of a step nothing.
    pub reading: Duration,
    /// From the plan to its operators.
    pub planning: Duration,
    /// From the first operator's start to the last row.
    pub running: Duration,
    /// Events that the scans gave.
    pub events: u64,
    /// Bytes of files that they read.
    pub bytes: u64,
    /// Rows that came out.
    pub rows: u64,
}

/// What is known of a search before its plan is looked at.
pub(crate) struct Planned {
    /// The text without macros and comments.
    pub(crate) expanded: String,
    /// The macros that were expanded.
    pub(crate) macros: Vec<MacroCall>,
    /// Where each command stands in the text as typed.
    pub(crate) places: Vec<Span>,
    /// The plan.
    pub(crate) plan: LogicalPlan,
    /// From the text to the plan, without steps.
    pub(crate) reading: Duration,
}

/// Explains a plan; with `runs` it is run, and tells what it did.
pub(crate) async fn explain(
    session: &SearchSession,
    planned: Planned,
    trace: &Trace,
    runs: bool,
) -> Result<Explanation> {
    let state = session.state();
    let Planned { expanded, macros, places, plan, reading } = planned;
    let optimized = state.optimize(&plan)?;
    let start = std::time::Instant::now();
    // Boxed, here and below: planning is deep, and what waits for it must not lie on the stack beneath.
    let physical = Box::pin(state.create_physical_plan(&plan)).await?;
    let planning = start.elapsed();
    let ran = if runs { Some(run::count(session, physical.clone(), planning).await?) } else { None };
    let (stages, traced) = (trace.stages(), trace.steps());
    let of_nodes = NodeOwners::new(&stages);
    let mut steps = Vec::with_capacity(traced.len());
    for step in traced {
        steps.push(Box::pin(explain_step(state, step, &stages, &of_nodes)).await);
    }
    let owners = Box::pin(owner::owners(state, &stages, (&plan, &physical), None)).await;
    let totals = ran.map(|ran| Totals { reading, ..Totals::of(&ran) });
    Ok(Explanation {
        expanded,
        macros,
        commands: trace.commands().to_vec(),
        places,
        steps,
        logical: PlanNode::logical(&plan, &|node| of_nodes.of(node, None)),
        optimized: PlanNode::logical(&optimized, &|_| Vec::new()),
        physical: PlanNode::physical(&physical, &owners, runs),
        scans: scan::scans(&physical, &owners, runs),
        plan,
        totals,
    })
}

async fn explain_step(state: &SessionState, step: TracedStep, stages: &[Stage], of_nodes: &NodeOwners) -> Step {
    let TracedStep { name, command, plan, ran } = step;
    let owners = Box::pin(owner::owners(state, stages, (&plan, &ran.physical), command)).await;
    Step {
        name,
        command,
        logical: PlanNode::logical(&plan, &|node| of_nodes.of(node, command)),
        physical: PlanNode::physical(&ran.physical, &owners, true),
        scans: scan::scans(&ran.physical, &owners, true),
        totals: Totals::of(&ran),
    }
}

impl Totals {
    fn of(ran: &Ran) -> Self {
        let Ran { physical, planning, running, rows, scanned } = ran;
        Self {
            reading: Duration::ZERO,
            planning: *planning,
            running: *running,
            events: *scanned,
            bytes: scan::bytes(physical),
            rows: *rows,
        }
    }
}

/// The command that made each node of the plans as lowered: the first after which it is there.
struct NodeOwners(HashMap<u64, usize>);

impl NodeOwners {
    fn new(stages: &[Stage]) -> Self {
        let mut owners = HashMap::new();
        for stage in stages {
            for node in keys(&stage.plan) {
                owners.entry(node).or_insert(stage.command);
            }
        }
        Self(owners)
    }

    fn of(&self, node: &LogicalPlan, asked: Option<usize>) -> Vec<usize> {
        self.0.get(&key(node)).copied().or(asked).into_iter().collect()
    }
}
