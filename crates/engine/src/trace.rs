//! What is remembered of a search that is explained: which command gave which rows, and which plans ran on the way.
//!
//! Of `index=web | stats count BY host | sort -count` the plans after each of the three commands. They hold the same nodes, so a
//! node of the whole plan is known to be of the command after which it first appears. Other searches remember nothing.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    mem::{Discriminant, discriminant},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use datafusion::{
    logical_expr::{LogicalPlan, SortExpr},
    physical_plan::ExecutionPlan,
};
use speleo_syntax::{Command, Outline, identity};

use crate::run::Ran;

/// The rows after a command.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    /// The command, as its place in the outline.
    pub(crate) command: usize,
    /// Its rows.
    pub(crate) plan: LogicalPlan,
    /// The order in which they would come.
    pub(crate) order: Vec<SortExpr>,
}

/// A plan whose rows shaped the rest.
#[derive(Debug, Clone)]
pub(crate) struct TracedStep {
    /// What it is for.
    pub(crate) name: String,
    /// The command that asked for it.
    pub(crate) command: Option<usize>,
    /// Its plan.
    pub(crate) plan: LogicalPlan,
    /// How it ran.
    pub(crate) ran: Ran,
}

/// The memory of one search.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    commands: Vec<Outline>,
    /// The commands that are being lowered, outermost first.
    open: Mutex<Vec<Option<usize>>>,
    stages: Mutex<Vec<Stage>>,
    steps: Mutex<Vec<TracedStep>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Trace {
    /// Of a search with these commands.
    pub(crate) fn new(commands: Vec<Outline>) -> Self {
        Self { commands, ..Self::default() }
    }

    /// The search's commands.
    pub(crate) fn commands(&self) -> &[Outline] {
        &self.commands
    }

    /// A command begins. One of another text, such as that of a saved search, counts as the one that brought it.
    pub(crate) fn begin(&self, command: &Command) {
        let identity = identity(command);
        let mut open = locked(&self.open);
        let own = self.commands.iter().position(|known| known.is(&identity));
        let known = own.or_else(|| open.last().copied().flatten());
        open.push(known);
    }

    /// The innermost command ends with these rows.
    pub(crate) fn end(&self, plan: &LogicalPlan, order: &[SortExpr]) {
        if let Some(command) = locked(&self.open).pop().flatten() {
            locked(&self.stages).push(Stage { command, plan: plan.clone(), order: order.to_vec() });
        }
    }

    /// A step ran.
    pub(crate) fn step(&self, name: &str, plan: LogicalPlan, ran: Ran) {
        let command = locked(&self.open).last().copied().flatten();
        locked(&self.steps).push(TracedStep { name: name.to_owned(), command, plan, ran });
    }

    /// What was heard of commands, in the order in which they were lowered.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        locked(&self.stages).clone()
    }

    /// The steps in order.
    pub(crate) fn steps(&self) -> Vec<TracedStep> {
        locked(&self.steps).clone()
    }
}

/// What tells a node of a plan from all others that are alive: where its inputs are, and what it does with them.
pub(crate) fn key(node: &LogicalPlan) -> u64 {
    let mut hasher = DefaultHasher::new();
    let kind: Discriminant<LogicalPlan> = discriminant(node);
    kind.hash(&mut hasher);
    for input in node.inputs() {
        std::ptr::from_ref(input).hash(&mut hasher);
    }
    match node {
        LogicalPlan::Filter(_) | LogicalPlan::Sort(_) | LogicalPlan::Limit(_) => {
            node.display().to_string().hash(&mut hasher);
        }
        // A copy of a node has the same schema, and no other node has it.
        _ => Arc::as_ptr(node.schema()).hash(&mut hasher),
    }
    hasher.finish()
}

/// The keys of all nodes of a plan.
pub(crate) fn keys(plan: &LogicalPlan) -> HashSet<u64> {
    let mut found = HashSet::new();
    let mut rest = vec![plan];
    while let Some(node) = rest.pop() {
        if found.insert(key(node)) {
            rest.extend(node.inputs());
        }
    }
    found
}

/// The operators of a plan and below, inputs before what reads them.
pub(crate) fn operators(plan: &Arc<dyn ExecutionPlan>) -> Vec<&Arc<dyn ExecutionPlan>> {
    let mut found = Vec::new();
    let mut rest = vec![plan];
    while let Some(node) = rest.pop() {
        found.push(node);
        rest.extend(node.children());
    }
    found.reverse();
    found
}
