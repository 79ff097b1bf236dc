//! Which command each operator works for.
//!
//! The search is planned once more after each of its commands. A piece of work (see [`super::lineage`]) that first appears after
//! a command is that command's: of `index=web | stats count BY host | where count>1` the aggregates appear with `stats`. An operator
//! that does the work of several commands is of all of them. What no command explains has none; nothing is guessed.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use datafusion::{
    execution::SessionState,
    logical_expr::{Expr, LogicalPlan, SortExpr},
    physical_plan::ExecutionPlan,
};

use super::lineage::{Atom, Id, Kind, Work, is_exchange, sort_id, work};
use crate::trace::{Stage, key, keys, operators};

/// Planning a long search once more for each of its commands ends here: then some commands share what appears after them.
const MOST_TIME: Duration = Duration::from_millis(1_500);

/// The commands of the operators of a plan, inputs before what reads them.
pub(super) type Owners = Vec<Vec<usize>>;

/// A command's rows, and what they hold.
struct Known {
    command: usize,
    /// The nodes of its plan.
    keys: HashSet<u64>,
    root: u64,
}

/// Who makes which piece of work, once for each time that it is done.
#[derive(Default)]
struct Book {
    atoms: HashMap<Atom, Vec<BTreeSet<usize>>>,
    /// Which command wanted rows in which order.
    orders: HashMap<Id, usize>,
    /// The commands whose rows the rows of a command are made of.
    sources: HashMap<usize, BTreeSet<usize>>,
}

/// Finds the commands of a plan's operators. Of a step, `asked` is the command that asked for it: what no command within made is its.
pub(super) async fn owners(
    state: &SessionState,
    stages: &[Stage],
    (plan, physical): (&LogicalPlan, &Arc<dyn ExecutionPlan>),
    asked: Option<usize>,
) -> Owners {
    let whole = keys(plan);
    let order_owners = order_owners(stages);
    let mut book = Book::default();
    let mut known: Vec<Known> = Vec::new();
    // The turns at which the search was planned, and what was found.
    let mut planned: Vec<(usize, HashMap<Atom, usize>)> = Vec::new();
    let relevant: Vec<usize> = (0..stages.len()).filter(|place| whole.contains(&key(&stages[*place].plan))).collect();
    let (mut stride, mut behind) = (1, 0);
    for (turn, &place) in relevant.iter().enumerate() {
        let stage = &stages[place];
        let own = Known { command: stage.command, keys: keys(&stage.plan), root: key(&stage.plan) };
        known.push(own);
        behind += 1;
        let is_last = turn + 1 == relevant.len();
        if behind < stride && !is_last {
            continue;
        }
        let start = Instant::now();
        let Some(own) = planned_work(state, &stage.plan).await else { continue };
        if turn == 0 || stride > 1 {
            let left = u32::try_from(relevant.len() - turn).unwrap_or(u32::MAX);
            let total = start.elapsed().saturating_mul(left);
            stride = usize::try_from(total.as_millis() / MOST_TIME.as_millis() + 1).unwrap_or(1);
        }
        behind = 0;
        if let Some((owner, id)) = order_owners[place].zip(order_id(stage, &own)) {
            book.orders.entry(id).or_insert(owner);
        }
        let counted = count(&own);
        let inner = contained(&known, &planned, turn);
        let commands = new_commands(&known, &inner, turn);
        let kinds = new_nodes(&stage.plan, &known, &inner);
        book.note(&counted, &planned, &inner, &commands, &kinds);
        planned.push((turn, counted));
    }
    for outer in &known {
        let inner = known.iter().filter(|inner| outer.keys.contains(&inner.root)).map(|inner| inner.command);
        book.sources.entry(outer.command).or_default().extend(inner);
    }
    let last = work(physical);
    if let Some(asked) = asked {
        known.push(Known { command: asked, root: key(plan), keys: whole });
        let inner = contained(&known, &planned, known.len() - 1);
        let kinds = new_nodes(plan, &known, &inner);
        book.note(&count(&last), &planned, &inner, &BTreeSet::from([asked]), &kinds);
    }
    book.assign(&last, physical)
}

async fn planned_work(state: &SessionState, plan: &LogicalPlan) -> Option<Work> {
    Box::pin(state.create_physical_plan(plan)).await.ok().map(|physical| work(&physical))
}

fn count(work: &Work) -> HashMap<Atom, usize> {
    let mut counted = HashMap::new();
    for atom in work.atoms.iter().flatten() {
        *counted.entry(*atom).or_default() += 1;
    }
    counted
}

/// The planned stages, by their turns, that a stage builds on: those within it that are within no other one.
fn contained(known: &[Known], planned: &[(usize, HashMap<Atom, usize>)], turn: usize) -> Vec<usize> {
    let Some(own) = known.get(turn) else { return Vec::new() };
    let within = |outer: &Known, inner: usize| known.get(inner).is_some_and(|inner| outer.keys.contains(&inner.root));
    let inner: Vec<usize> = planned.iter().map(|(turn, _)| *turn).filter(|inner| within(own, *inner)).collect();
    let is_outermost = |place: &usize| {
        // Of stages with the same rows the last counts.
        !inner.iter().any(|other| other > place && known.get(*other).is_some_and(|other| within(other, *place)))
    };
    inner.iter().copied().filter(is_outermost).collect()
}

/// The commands after those that a stage builds on, up to its own.
fn new_commands(known: &[Known], inner: &[usize], turn: usize) -> BTreeSet<usize> {
    let Some(own) = known.get(turn) else { return BTreeSet::new() };
    let is_covered = |one: &Known, place: usize| {
        inner
            .iter()
            .any(|inner| *inner >= place && known.get(*inner).is_some_and(|inner| inner.keys.contains(&one.root)))
    };
    let new = known
        .iter()
        .enumerate()
        .take(turn + 1)
        .filter(|(place, one)| *place == turn || (own.keys.contains(&one.root) && !is_covered(one, *place)));
    new.map(|(_, one)| one.command).collect()
}

/// What kinds of work the nodes can mean that a plan has beyond what it builds on; [`Kind::Scan`], [`Kind::Compute`] and limits
/// are not looked at.
fn new_nodes(plan: &LogicalPlan, known: &[Known], inner: &[usize]) -> HashSet<Kind> {
    let is_old = |key: &u64| inner.iter().any(|inner| known.get(*inner).is_some_and(|inner| inner.keys.contains(key)));
    let mut kinds = HashSet::new();
    let mut seen = HashSet::new();
    let mut rest = vec![plan];
    while let Some(node) = rest.pop() {
        let own = key(node);
        if is_old(&own) || !seen.insert(own) {
            continue;
        }
        kinds.extend(match node {
            LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) => [Kind::Aggregate, Kind::Partial].as_slice(),
            LogicalPlan::Filter(_) => &[Kind::Filter, Kind::Join, Kind::Made],
            LogicalPlan::Join(_) => &[Kind::Join, Kind::Filter, Kind::Aggregate, Kind::Partial],
            LogicalPlan::Union(_) => &[Kind::Union],
            LogicalPlan::Window(_) => &[Kind::Made, Kind::Sort],
            LogicalPlan::Sort(_) => &[Kind::Sort],
            LogicalPlan::Unnest(_) | LogicalPlan::Extension(_) | LogicalPlan::TableScan(_) => {
                &[Kind::Made, Kind::Filter]
            }
            LogicalPlan::EmptyRelation(_) | LogicalPlan::Values(_) => &[Kind::Made],
            _ => &[],
        });
        rest.extend(node.inputs());
    }
    kinds
}

/// Of each stage, the command that its rows have their order from.
fn order_owners(stages: &[Stage]) -> Vec<Option<usize>> {
    let mut owners: Vec<Option<usize>> = Vec::with_capacity(stages.len());
    let mut roots: HashMap<u64, usize> = HashMap::new();
    for (place, stage) in stages.iter().enumerate() {
        let before = earlier(stage, &roots);
        let kept = before.filter(|(before, names)| {
            let old = &stages[*before].order;
            let same = |(old, (new, name)): (&SortExpr, (&_, &String))| {
                let new: &SortExpr = new;
                (old.asc, old.nulls_first) == (new.asc, new.nulls_first)
                    && matches!(&old.expr, Expr::Column(column) if column.name == *name)
            };
            old.len() == stage.order.len() && old.iter().zip(stage.order.iter().zip(names)).all(same)
        });
        owners.push(match kept {
            _ if stage.order.is_empty() => None,
            Some((before, _)) => owners[before],
            None => Some(stage.command),
        });
        roots.insert(key(&stage.plan), place);
    }
    owners
}

/// The stage that all columns of an order come from unchanged, and their names there.
fn earlier(stage: &Stage, roots: &HashMap<u64, usize>) -> Option<(usize, Vec<String>)> {
    let mut found: Option<usize> = None;
    let mut names = Vec::with_capacity(stage.order.len());
    for sort in &stage.order {
        let Expr::Column(column) = &sort.expr else { return None };
        let (mut node, mut name) = (&stage.plan, column.name.as_str());
        let place = loop {
            if let Some(place) = roots.get(&key(node)) {
                break *place;
            }
            node = match node {
                LogicalPlan::Projection(projection) => {
                    let place = projection.schema.fields().iter().position(|field| field.name() == name)?;
                    let mut expr = projection.expr.get(place)?;
                    while let Expr::Alias(alias) = expr {
                        expr = &alias.expr;
                    }
                    let Expr::Column(column) = expr else { return None };
                    name = &column.name;
                    &projection.input
                }
                LogicalPlan::Filter(filter) => &filter.input,
                LogicalPlan::Sort(sort) => &sort.input,
                LogicalPlan::Limit(limit) => &limit.input,
                LogicalPlan::Window(window)
                    if window.input.schema().fields().iter().any(|field| field.name() == name) =>
                {
                    &window.input
                }
                _ => return None,
            };
        };
        if *found.get_or_insert(place) != place {
            return None;
        }
        names.push(name.to_owned());
    }
    found.map(|place| (place, names))
}

/// The sort that would bring a stage's rows into their order.
fn order_id(stage: &Stage, work: &Work) -> Option<Id> {
    let key = |sort: &SortExpr| match &sort.expr {
        Expr::Column(column) => Some((*work.columns.get(&column.name)?, !sort.asc, sort.nulls_first)),
        _ => None,
    };
    let keys: Option<Vec<_>> = stage.order.iter().map(key).collect();
    keys.map(|keys| sort_id(keys.into_iter()))
}

impl Book {
    /// Notes what appears with some commands beyond what is counted of the stages that they build on.
    fn note(
        &mut self,
        counted: &HashMap<Atom, usize>,
        planned: &[(usize, HashMap<Atom, usize>)],
        inner: &[usize],
        commands: &BTreeSet<usize>,
        kinds: &HashSet<Kind>,
    ) {
        for (atom, count) in counted {
            let before: usize = planned
                .iter()
                .filter(|(turn, _)| inner.contains(turn))
                .map(|(_, counted)| counted.get(atom).copied().unwrap_or(0))
                .sum();
            let is_plausible =
                matches!(atom.0, Kind::Scan | Kind::Compute | Kind::Rename | Kind::Limit) || kinds.contains(&atom.0);
            if is_plausible {
                let owners = self.atoms.entry(*atom).or_default();
                owners.extend(std::iter::repeat_n(commands.clone(), count.saturating_sub(before)));
            }
        }
    }

    /// The commands of the operators of a plan.
    fn assign(&self, work: &Work, physical: &Arc<dyn ExecutionPlan>) -> Owners {
        let operators = operators(physical);
        let counted = count(work);
        let joins = work.atoms.iter().flatten().any(|(kind, _)| *kind == Kind::Join);
        let mut met: HashMap<Atom, usize> = HashMap::new();
        let mut owners: Vec<Vec<usize>> = Vec::with_capacity(operators.len());
        let mut doubtful: Vec<bool> = Vec::with_capacity(operators.len());
        for atoms in &work.atoms {
            let mut is_doubtful = false;
            let (mut own, mut renamed) = (BTreeSet::new(), BTreeSet::new());
            for atom in atoms {
                let own = if atom.0 == Kind::Rename { &mut renamed } else { &mut own };
                let number = met.entry(*atom).or_default();
                *number += 1;
                if let (Kind::Sort, Some(owner)) = (atom.0, self.orders.get(&atom.1)) {
                    own.insert(*owner);
                } else if let Some(all) = self.atoms.get(atom) {
                    // The optimizer may swap the sides of a join, or need one of them no more.
                    match all.get(*number - 1) {
                        Some(one) if !joins && counted.get(atom) == Some(&all.len()) => own.extend(one),
                        _ => {
                            is_doubtful |= all.iter().any(|one| Some(one) != all.first());
                            own.extend(all.iter().flatten());
                        }
                    }
                }
            }
            // A name that a column gets on the way is no work of the command that wants it.
            let is_scan = atoms.iter().any(|(kind, _)| *kind == Kind::Scan);
            let own = if own.is_empty() && !is_scan { renamed } else { own };
            owners.push(own.into_iter().collect());
            doubtful.push(is_doubtful);
        }
        self.settle(&operators, &mut owners, &doubtful);
        pass_down(&operators, &mut owners);
        owners
    }
}

impl Book {
    /// The same work done for commands of several branches: an operator is of those whose rows its reader's command has.
    fn settle(&self, operators: &[&Arc<dyn ExecutionPlan>], owners: &mut [Vec<usize>], doubtful: &[bool]) {
        let readers = readers(operators);
        for place in (0..owners.len()).rev().filter(|place| doubtful[*place]) {
            let mut reader = readers[place];
            while let Some(above) = reader {
                reader = readers[above];
                let is_source = |command: &usize| {
                    owners[above]
                        .iter()
                        .any(|own| self.sources.get(own).is_some_and(|sources| sources.contains(command)))
                };
                let left: Vec<usize> = owners[place].iter().copied().filter(is_source).collect();
                if !left.is_empty() && !doubtful[above] {
                    owners[place] = left;
                }
            }
        }
    }
}

/// The place of each operator's reader.
fn readers(operators: &[&Arc<dyn ExecutionPlan>]) -> Vec<Option<usize>> {
    let mut readers = vec![None; operators.len()];
    let mut finished: Vec<usize> = Vec::new();
    for (place, node) in operators.iter().enumerate() {
        let inputs = finished.split_off(finished.len().saturating_sub(node.children().len()));
        inputs.into_iter().for_each(|input| readers[input] = Some(place));
        finished.push(place);
    }
    readers
}

/// What brings rows to other cores is of the operator that wants them so.
fn pass_down(operators: &[&Arc<dyn ExecutionPlan>], owners: &mut [Vec<usize>]) {
    for (own, reader) in readers(operators).into_iter().enumerate().rev() {
        if let Some(reader) = reader.filter(|_| is_exchange(operators[own].name()) && owners[own].is_empty()) {
            owners[own] = owners[reader].clone();
        }
    }
}
