//! What an operator does, said in a way that does not depend on where the optimizer put it.
//!
//! A column is known by what it is made of, down to the columns of the scans: in `eval x=a+1 | where x>3` the condition is
//! `a + 1 > 3` whether it stands above the projection, below it or in the scan. So the work of one command can be found in the
//! operators of a longer search. Not here: which command that is.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use datafusion::{
    arrow::datatypes::Schema,
    common::tree_node::TreeNodeRecursion,
    datasource::{memory::MemorySourceConfig, physical_plan::FileScanConfig, source::DataSourceExec},
    physical_expr::{
        LexOrdering, PhysicalExpr, ScalarFunctionExpr,
        expressions::{BinaryExpr, CastExpr, Column, DynamicFilterPhysicalExpr, Literal},
        split_conjunction,
    },
    physical_plan::{
        ExecutionPlan,
        aggregates::{AggregateExec, AggregateInputMode, AggregateOutputMode},
        coalesce_partitions::CoalescePartitionsExec,
        filter::FilterExec,
        joins::{HashJoinExec, SortMergeJoinExec},
        limit::{GlobalLimitExec, LocalLimitExec},
        projection::ProjectionExec,
        sorts::{sort::SortExec, sort_preserving_merge::SortPreservingMergeExec},
        unnest::UnnestExec,
    },
};

use crate::{
    dictionary::{OneOf, PerValue, text_of},
    operator::{ApartExec, BroadcastExec, MergeExec, NaturalSortExec, PartialExec, RadixExec},
    trace::operators,
};

/// A value by what it is made of.
pub(super) type Id = u64;

/// The kind of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Reading a table.
    Scan,
    /// A condition on rows.
    Filter,
    /// An expression that is computed.
    Compute,
    /// Another name for a column: no work, but all that some operators do.
    Rename,
    /// A column that a window function, an unnesting or the like adds, or what it reads.
    Made,
    /// The states of an aggregate, or of its groups.
    Partial,
    /// An aggregate or its groups.
    Aggregate,
    /// A sort.
    Sort,
    /// At most so many rows.
    Limit,
    /// Rows beside rows.
    Join,
    /// Rows below rows.
    Union,
}

/// A piece of work.
pub(super) type Atom = (Kind, Id);

/// The work of a plan's operators.
pub(super) struct Work {
    /// Of each operator, inputs before what reads them.
    pub(super) atoms: Vec<Vec<Atom>>,
    /// The columns that come out.
    pub(super) columns: HashMap<String, Id>,
}

/// What comes out of an operator.
#[derive(Clone, Default)]
struct Outputs {
    names: Vec<String>,
    ids: Vec<Id>,
    /// The aggregates whose states these are.
    aggregates: Vec<Id>,
}

impl Outputs {
    fn find(&self, name: &str) -> Option<Id> {
        self.names.iter().position(|own| own == name).and_then(|place| self.ids.get(place).copied())
    }

    fn of(&self, column: &Column) -> Id {
        match self.names.get(column.index()) {
            Some(name) if name == column.name() => self.ids.get(column.index()).copied(),
            _ => self.find(column.name()),
        }
        .unwrap_or_else(|| id(("column", column.name())))
    }
}

fn id(what: impl Hash) -> Id {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// The work of a plan.
pub(super) fn work(plan: &Arc<dyn ExecutionPlan>) -> Work {
    let mut finished: Vec<Outputs> = Vec::new();
    let mut atoms = Vec::new();
    for node in operators(plan) {
        let inputs = finished.split_off(finished.len().saturating_sub(node.children().len()));
        let mut own = Vec::new();
        finished.push(outputs(node, inputs, &mut own));
        atoms.push(own);
    }
    let Outputs { names, ids, .. } = finished.pop().unwrap_or_default();
    Work { atoms, columns: names.into_iter().zip(ids).collect() }
}

/// The identity of a sort by these columns.
pub(super) fn sort_id(keys: impl Iterator<Item = (Id, bool, bool)>) -> Id {
    id(("sort", keys.collect::<Vec<_>>()))
}

fn ordering_id(order: &LexOrdering, input: &Outputs) -> Id {
    sort_id(order.iter().map(|key| (expr_id(&key.expr, input), key.options.descending, key.options.nulls_first)))
}

fn outputs(node: &Arc<dyn ExecutionPlan>, mut inputs: Vec<Outputs>, atoms: &mut Vec<Atom>) -> Outputs {
    let schema = node.schema();
    let limit = |atoms: &mut Vec<Atom>, skip: usize, fetch: Option<usize>| {
        if skip > 0 || fetch.is_some() {
            atoms.push((Kind::Limit, id((skip, fetch))));
        }
    };
    if let Some(source) = node.downcast_ref::<DataSourceExec>() {
        return scan(source, &schema, atoms);
    }
    let all = Outputs {
        names: inputs.iter().flat_map(|input| input.names.iter().cloned()).collect(),
        ids: inputs.iter().flat_map(|input| input.ids.iter().copied()).collect(),
        aggregates: if inputs.len() == 1 { std::mem::take(&mut inputs[0].aggregates) } else { Vec::new() },
    };
    if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
        let made = projection.expr().iter().map(|output| (output.alias.as_str(), &output.expr));
        return computed(made, &all, atoms);
    }
    if let Some(aggregate) = node.downcast_ref::<AggregateExec>() {
        return aggregated(aggregate, &all, &schema, atoms);
    }
    if let Some(partial) = node.downcast_ref::<PartialExec>() {
        return aggregated(partial.aggregate(), &all, &schema, atoms);
    }
    if let Some(radix) = node.downcast_ref::<RadixExec>() {
        return aggregated(radix.aggregate(), &all, &schema, atoms);
    }
    if let Some(filter) = node.downcast_ref::<FilterExec>() {
        conditions(filter.predicate(), &all, atoms);
    } else if let Some(sort) = node.downcast_ref::<SortExec>() {
        atoms.push((Kind::Sort, ordering_id(sort.expr(), &all)));
        limit(atoms, 0, sort.fetch());
    } else if let Some(sort) = node.downcast_ref::<NaturalSortExec>() {
        atoms.push((Kind::Sort, ordering_id(sort.expr(), &all)));
    } else if let Some(merge) = node.downcast_ref::<MergeExec>() {
        atoms.push((Kind::Sort, ordering_id(merge.expr(), &all)));
    } else if let Some(merge) = node.downcast_ref::<SortPreservingMergeExec>() {
        atoms.push((Kind::Sort, ordering_id(merge.expr(), &all)));
        limit(atoms, 0, merge.fetch());
    } else if let Some(own) = node.downcast_ref::<GlobalLimitExec>() {
        limit(atoms, own.skip(), own.fetch());
    } else if let Some(own) = node.downcast_ref::<LocalLimitExec>() {
        limit(atoms, 0, Some(own.fetch()));
    } else if node.downcast_ref::<CoalescePartitionsExec>().is_some() {
        limit(atoms, 0, node.fetch());
    } else if let Some(on) = joined_on(node) {
        let pair = |(left, right): &(Arc<dyn PhysicalExpr>, Arc<dyn PhysicalExpr>)| {
            let of = |place: usize, expr| inputs.get(place).map_or(0, |input| expr_id(expr, input));
            let (left, right) = (of(0, left), of(1, right));
            // The optimizer may swap the sides.
            (left.min(right), left.max(right))
        };
        let mut pairs: Vec<_> = on.iter().map(pair).collect();
        pairs.sort_unstable();
        atoms.push((Kind::Join, id(pairs)));
    } else if matches!(node.name(), "UnionExec" | "InterleaveExec") {
        atoms.extend(std::iter::repeat_n((Kind::Union, 0), inputs.len().saturating_sub(1)));
        return beneath(&inputs, &schema);
    } else if let Some(unnest) =
        node.downcast_ref::<ApartExec>().map(ApartExec::unnest).or_else(|| node.downcast_ref::<UnnestExec>())
    {
        let mut outputs = by_name(&schema, &all);
        for list in unnest.list_column_indices() {
            let Some(&own) = all.ids.get(list.index_in_input_schema) else { continue };
            atoms.push((Kind::Made, id(("unnest", own))));
            let name = all.names.get(list.index_in_input_schema);
            if let Some(place) = outputs.names.iter().position(|output| Some(output) == name) {
                outputs.ids[place] = id(("unnest", own));
            }
        }
        return outputs;
    } else if node.name().contains("Join") {
        atoms.push((Kind::Join, 0));
    } else if !is_exchange(node.name()) {
        return made(node, &all, &schema, atoms);
    }
    by_name(&schema, &all)
}

/// Whether an operator only brings rows to other cores.
pub(super) fn is_exchange(name: &str) -> bool {
    matches!(
        name,
        "RepartitionExec"
            | "CoalescePartitionsExec"
            | "CoalesceBatchesExec"
            | "CooperativeExec"
            | "BufferExec"
            | "BestExec"
    )
}

/// The two sides of an equality that rows are joined on.
type Pair = (Arc<dyn PhysicalExpr>, Arc<dyn PhysicalExpr>);

fn joined_on(node: &Arc<dyn ExecutionPlan>) -> Option<&[Pair]> {
    let hash = node.downcast_ref::<HashJoinExec>().map(HashJoinExec::on);
    hash.or_else(|| node.downcast_ref::<SortMergeJoinExec>().map(SortMergeJoinExec::on))
        .or_else(|| node.downcast_ref::<BroadcastExec>().map(BroadcastExec::on))
}

/// Columns that keep their names; of several with one name the first stays the first.
fn by_name(schema: &Schema, inputs: &Outputs) -> Outputs {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, name) in inputs.names.iter().enumerate().rev() {
        places.entry(name).or_default().push(place);
    }
    let find = |name: &String| {
        let of_name = places.get_mut(name.as_str())?;
        let place = if of_name.len() > 1 { of_name.pop() } else { of_name.last().copied() };
        inputs.ids.get(place?).copied()
    };
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut find = find;
    let ids = names.iter().map(|name| find(name).unwrap_or_else(|| id(("made", name)))).collect();
    Outputs { names, ids, aggregates: inputs.aggregates.clone() }
}

/// Each column of rows below rows is made of those that stand in its place.
fn beneath(inputs: &[Outputs], schema: &Schema) -> Outputs {
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let of = |place: usize| inputs.iter().map(|input| input.ids.get(place).copied()).collect::<Vec<_>>();
    let ids = (0..names.len()).map(|place| id(("union", of(place)))).collect();
    Outputs { names, ids, aggregates: Vec::new() }
}

fn computed<'a>(
    exprs: impl Iterator<Item = (&'a str, &'a Arc<dyn PhysicalExpr>)>,
    inputs: &Outputs,
    atoms: &mut Vec<Atom>,
) -> Outputs {
    let mut outputs = Outputs::default();
    for (name, expr) in exprs {
        let own = expr_id(expr, inputs);
        // A repeated text is the column itself.
        match text_of(expr).unwrap_or(expr).downcast_ref::<Column>() {
            None => atoms.push((Kind::Compute, own)),
            Some(column) if column.name() != name => atoms.push((Kind::Rename, id((column.name(), name, own)))),
            Some(_) => {}
        }
        outputs.names.push(name.to_owned());
        outputs.ids.push(own);
    }
    outputs
}

fn conditions(predicate: &Arc<dyn PhysicalExpr>, inputs: &Outputs, atoms: &mut Vec<Atom>) {
    // What a sort learns while it runs is no condition of the search.
    let parts = split_conjunction(predicate).into_iter().filter(|part| !part.is::<DynamicFilterPhysicalExpr>());
    atoms.extend(parts.map(|part| (Kind::Filter, expr_id(part, inputs))));
}

fn aggregated(aggregate: &AggregateExec, inputs: &Outputs, schema: &Schema, atoms: &mut Vec<Atom>) -> Outputs {
    let kind = match aggregate.mode().output_mode() {
        AggregateOutputMode::Partial => Kind::Partial,
        AggregateOutputMode::Final => Kind::Aggregate,
    };
    let groups: Vec<Id> = aggregate.group_expr().expr().iter().map(|(expr, _)| expr_id(expr, inputs)).collect();
    let calls: Vec<Id> = match aggregate.mode().input_mode() {
        AggregateInputMode::Partial => inputs.aggregates.clone(),
        AggregateInputMode::Raw => {
            let filters = aggregate.filter_expr().iter();
            let call = |(call, filter): (&Arc<_>, &Option<_>)| {
                let call: &datafusion::physical_expr::aggregate::AggregateFunctionExpr = call;
                let args: Vec<Id> = call.expressions().iter().map(|arg| expr_id(arg, inputs)).collect();
                let orders: Vec<Id> = call.order_bys().iter().map(|key| expr_id(&key.expr, inputs)).collect();
                let filter = filter.as_ref().map(|filter| expr_id(filter, inputs));
                id(("call", call.fun().name(), call.is_distinct(), args, orders, filter))
            };
            aggregate.aggr_expr().iter().zip(filters).map(call).collect()
        }
    };
    atoms.push((kind, id(("groups", &groups))));
    atoms.extend(calls.iter().map(|call| (kind, id((call, &groups)))));
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let results = match kind {
        Kind::Aggregate => calls.iter().map(|call| id((call, &groups))).collect(),
        _ => Vec::new(),
    };
    let mut ids: Vec<Id> = groups.iter().copied().chain(results).collect();
    for name in names.iter().skip(ids.len()) {
        ids.push(id(("state", name, &calls)));
    }
    ids.truncate(names.len());
    Outputs { names, ids, aggregates: calls }
}

/// Any other operator: what it reads, and the columns that its inputs do not have.
fn made(node: &Arc<dyn ExecutionPlan>, inputs: &Outputs, schema: &Schema, atoms: &mut Vec<Atom>) -> Outputs {
    let mut read = Vec::new();
    // The closure never fails.
    let _ = node.apply_expressions(&mut |expr| {
        if !expr.is::<Literal>() {
            read.push(expr_id(expr, inputs));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    let mut outputs = by_name(schema, inputs);
    let inputs: HashMap<&str, ()> = inputs.names.iter().map(|name| (name.as_str(), ())).collect();
    for (name, own) in outputs.names.iter().zip(&mut outputs.ids) {
        if !inputs.contains_key(name.as_str()) {
            *own = id(("made", name, &read));
            atoms.push((Kind::Made, id(("made", name))));
        }
    }
    atoms.extend(read.into_iter().map(|read| (Kind::Made, read)));
    outputs
}

fn scan(source: &DataSourceExec, schema: &Schema, atoms: &mut Vec<Atom>) -> Outputs {
    let source = source.data_source();
    if let Some(config) = source.downcast_ref::<FileScanConfig>() {
        let first = config.file_groups.iter().flat_map(|group| group.iter()).next();
        let table = id(("file", first.map(|file| file.object_meta.location.to_string())));
        let file_source = config.file_source();
        let fields = file_source.table_schema().table_schema().fields();
        let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
        let ids = names.iter().map(|name| id((table, name))).collect();
        let whole = Outputs { names, ids, aggregates: Vec::new() };
        atoms.push((Kind::Scan, table));
        if let Some(predicate) = file_source.filter() {
            conditions(&predicate, &whole, atoms);
        }
        if let Some(most) = config.limit {
            atoms.push((Kind::Limit, id((0_usize, Some(most)))));
        }
        return match file_source.projection() {
            Some(projection) => {
                computed(projection.iter().map(|output| (output.alias.as_str(), &output.expr)), &whole, atoms)
            }
            None => by_name(schema, &whole),
        };
    }
    let fields = match source.downcast_ref::<MemorySourceConfig>() {
        Some(config) => config.original_schema().fields().clone(),
        None => schema.fields().clone(),
    };
    let table = id(("rows", fields.iter().map(|field| field.name().clone()).collect::<Vec<_>>()));
    atoms.push((Kind::Scan, table));
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let ids = names.iter().map(|name| id((table, name))).collect();
    Outputs { names, ids, aggregates: Vec::new() }
}

/// An expression by what its columns are made of.
fn expr_id(expr: &Arc<dyn PhysicalExpr>, inputs: &Outputs) -> Id {
    if let Some(column) = expr.downcast_ref::<Column>() {
        return inputs.of(column);
    }
    if let Some(repeated) = text_of(expr).or_else(|| text_of_repeated(expr)) {
        return expr_id(repeated, inputs);
    }
    if let Some(once) = expr.downcast_ref::<PerValue>() {
        let own = expr_id(&once.alone().column, inputs);
        return expr_id(
            &once.alone().inner,
            &Outputs { names: vec![String::new()], ids: vec![own], aggregates: Vec::new() },
        );
    }
    if let Some(written) = expr.downcast_ref::<OneOf>().and_then(OneOf::written) {
        return expr_id(&written, inputs);
    }
    let children: Vec<Id> = expr.children().into_iter().map(|child| expr_id(child, inputs)).collect();
    if let Some(binary) = expr.downcast_ref::<BinaryExpr>() {
        return id((binary.op().to_string(), children));
    }
    if let Some(function) = expr.downcast_ref::<ScalarFunctionExpr>() {
        return id((function.fun().name(), children));
    }
    // What its text is without the texts of its parts.
    let mut shape = expr.to_string();
    for child in expr.children() {
        shape = shape.replacen(&child.to_string(), "\0", 1);
    }
    id((shape, children))
}

/// The expression whose repeated texts a cast makes plain.
fn text_of_repeated(expr: &Arc<dyn PhysicalExpr>) -> Option<&Arc<dyn PhysicalExpr>> {
    let inner = expr.downcast_ref::<CastExpr>()?.expr();
    (inner.is::<OneOf>() || inner.is::<PerValue>()).then_some(inner)
}
