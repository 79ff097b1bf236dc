//! The physical optimizer rule that puts our operators in the place of DataFusion's window operators, or below them.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::Schema,
    common::{
        Result, ScalarValue,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    logical_expr::Operator,
    physical_expr::{
        LexOrdering, PhysicalExpr,
        expressions::{BinaryExpr, Column, Literal},
        split_conjunction,
        window::{PlainAggregateWindowExpr, StandardWindowExpr, WindowExpr},
    },
    physical_optimizer::{PhysicalOptimizerRule, pushdown_sort::PushdownSort},
    physical_plan::{
        ExecutionPlan,
        aggregates::AggregateExec,
        filter::FilterExec,
        projection::ProjectionExec,
        sorts::{sort::SortExec, sort_preserving_merge::SortPreservingMergeExec},
        unnest::UnnestExec,
        windows::{BoundedWindowAggExec, WindowAggExec, WindowUDFExpr},
    },
};

use super::{
    apart::ApartExec,
    best::BestExec,
    different,
    eventstats::{EventStatsExec, narrowed},
    first_rows::FirstRowsExec,
    functions::same_keys,
    grouped::ours,
    merge::MergeExec,
    natural_sort::NaturalSortExec,
    one_phase, over,
    partial::sunk,
    running,
    running::RunningExec,
    soonest::ends,
    transactions::tried,
    weighed::weighed,
    whole::WholeExec,
};

/// Swaps a window operator for the one of ours that means the same, drops rows early where only the first are wanted, and sums up
/// in one phase where two save nothing.
///
/// Runs first, before the distribution and the order of inputs are enforced, so that no sort is planned without need.
#[derive(Debug)]
pub(crate) struct OwnOperators;

impl PhysicalOptimizerRule for OwnOperators {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            if let Some(window) = node.downcast_ref::<WindowAggExec>() {
                return Ok(match swapped(window)? {
                    Some(operator) => Transformed::yes(operator),
                    None => Transformed::no(node),
                });
            }
            if let Some(aggregate) = node.downcast_ref::<AggregateExec>() {
                if let Some(only) = one_phase::in_one(aggregate)? {
                    return Ok(Transformed::yes(only));
                }
                return Ok(match sunk(aggregate)? {
                    Some(first) => Transformed::yes(Arc::new(first) as _),
                    None => Transformed::no(node),
                });
            }
            if let Some(projection) = node.downcast_ref::<ProjectionExec>()
                && let Some(tried) = tried(projection)?
            {
                return Ok(Transformed::yes(tried));
            }
            if let Some(window) = node.downcast_ref::<BoundedWindowAggExec>()
                && runs(window.window_expr(), &window.input().schema())
            {
                let (input, functions) = (Arc::clone(window.input()), window.window_expr().to_vec());
                return Ok(Transformed::yes(Arc::new(RunningExec::new(input, functions, node.schema()))));
            }
            if let Some(filter) = node.downcast_ref::<FilterExec>()
                && let Some(input) = first_rows_below(filter)?
            {
                return Ok(Transformed::yes(over(&node, vec![input])?));
            }
            Ok(Transformed::no(node))
        })
        .data()
    }

    fn name(&self) -> &str {
        "own_operators"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Lets every sort of all rows look first whether they stand in order.
///
/// Runs when limits are in their places and before orders are pushed into scans: a scan that turns its row groups round, but not
/// the rows of each, would leave them in no order at all.
#[derive(Debug)]
pub(crate) struct NaturalSorts;

impl NaturalSorts {
    /// Takes its place among the rules.
    pub(crate) fn join(rules: &mut Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>>) {
        let place = rules.iter().position(|rule| rule.name() == PushdownSort::new().name()).unwrap_or(rules.len());
        rules.insert(place, Arc::new(Self));
    }
}

impl PhysicalOptimizerRule for NaturalSorts {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| match node.downcast_ref::<SortExec>() {
            Some(sort) if sort.fetch().is_none() => {
                Ok(Transformed::yes(Arc::new(NaturalSortExec::new(sort.clone())) as Arc<dyn ExecutionPlan>))
            }
            _ => Ok(Transformed::no(node)),
        })
        .data()
    }

    fn name(&self) -> &str {
        "natural_sorts"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Lets every merge look first whether rows follow each other; sorts with a limit leave out what comes behind, first aggregations
/// work with numbers and count different rows where they can, last ones have many small tables, lists come apart without a copy, first
/// rows are asked for first, and rows that wait for sums keep what is still read of them.
///
/// Runs last: rules that push limits, sorts and aggregates know DataFusion's.
#[derive(Debug)]
pub(crate) struct LateOperators;

impl PhysicalOptimizerRule for LateOperators {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            Ok(match late(&node)? {
                Some(operator) => Transformed::yes(operator),
                None => Transformed::no(node),
            })
        })
        .data()
    }

    fn name(&self) -> &str {
        "late_operators"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The operator of ours in place of one, where it takes it.
fn late(node: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(sort) = node.downcast_ref::<SortExec>() {
        return Ok(BestExec::below(sort)?.map(|sort| Arc::new(sort) as _));
    }
    if let Some(merge) = node.downcast_ref::<SortPreservingMergeExec>() {
        return Ok(MergeExec::in_place_of(merge).map(|merge| Arc::new(merge) as _));
    }
    if let Some(unnest) = node.downcast_ref::<UnnestExec>() {
        return Ok(ApartExec::in_place_of(unnest).map(|apart| Arc::new(apart) as _));
    }
    if let Some(narrow) = narrowed(node)? {
        return Ok(Some(narrow));
    }
    if let Some(first) = node.downcast_ref::<FirstRowsExec>() {
        return Ok(first.soonest()?.map(|first| Arc::new(first) as _));
    }
    let Some(aggregate) = node.downcast_ref::<AggregateExec>() else { return Ok(None) };
    if let Some(counted) = different::by_groups(aggregate)? {
        return Ok(Some(counted));
    }
    if let Some(weighed) = weighed(aggregate)? {
        return Ok(ours(&weighed)?.or_else(|| Some(Arc::new(weighed))));
    }
    let asked = ends(aggregate)?.map(|input| over(node, vec![input])).transpose()?;
    let Some(aggregate) = asked.as_ref().unwrap_or(node).downcast_ref::<AggregateExec>() else { return Ok(None) };
    Ok(ours(aggregate)?.or(asked))
}

/// The operator of ours for a window over all rows of each group.
fn swapped(window: &WindowAggExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let (input, expressions) = (Arc::clone(window.input()), window.window_expr());
    Ok(if gathers(expressions) {
        Some(Arc::new(EventStatsExec::try_new(input, expressions.to_vec(), window.schema())?))
    } else if sees_all(expressions)? {
        Some(Arc::new(WholeExec::new(input, expressions.to_vec(), window.schema())))
    } else {
        None
    })
}

/// Whether the expressions are aggregates over one and the same whole partition that work on many groups at once.
fn gathers(expressions: &[Arc<dyn WindowExpr>]) -> bool {
    let Some(first) = expressions.first() else { return false };
    expressions.iter().all(|expression| {
        let Some(aggregate) = expression.as_any().downcast_ref::<PlainAggregateWindowExpr>() else { return false };
        let frame = expression.get_window_frame();
        same_keys(expression, first)
            && expression.order_by().is_empty()
            && frame.start_bound.is_unbounded()
            && frame.end_bound.is_unbounded()
            && aggregate.all_expressions().order_by_exprs.is_empty()
            && aggregate.get_aggregate_expr().groups_accumulator_supported()
    })
}

/// Whether the expressions are functions that take all rows, in one order, as they do not look at a frame.
fn sees_all(expressions: &[Arc<dyn WindowExpr>]) -> Result<bool> {
    let Some(first) = expressions.first() else { return Ok(false) };
    for expression in expressions {
        let Some(function) = expression.as_any().downcast_ref::<StandardWindowExpr>() else { return Ok(false) };
        let evaluator = function.get_standard_func_expr().create_evaluator()?;
        let by_itself = !evaluator.uses_window_frame() && !evaluator.include_rank();
        if !by_itself || !expression.partition_by().is_empty() || expression.order_by() != first.order_by() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the expressions are functions that run, over the same groups in the same order.
fn runs(expressions: &[Arc<dyn WindowExpr>], input: &Schema) -> bool {
    let Some(first) = expressions.first() else { return false };
    let same = |one: &Arc<dyn WindowExpr>| same_keys(one, first) && one.order_by() == first.order_by();
    !first.order_by().is_empty() && expressions.iter().all(|one| same(one) && running::is_supported(one, input))
}

/// The input of a filter that keeps rows by their number in a group, with [`FirstRowsExec`] below the numbering.
fn first_rows_below(filter: &FilterExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    for condition in split_conjunction(filter.predicate()) {
        if let Some((column, most)) = most(condition)
            && let Some(input) = limited(filter.input(), column, most)?
        {
            return Ok(Some(input));
        }
    }
    Ok(None)
}

/// The column and the number of `column <= number`.
fn most(condition: &Arc<dyn PhysicalExpr>) -> Option<(usize, usize)> {
    let comparison = condition.downcast_ref::<BinaryExpr>()?;
    let column = comparison.left().downcast_ref::<Column>()?;
    let literal = comparison.right().downcast_ref::<Literal>()?;
    match (comparison.op(), literal.value()) {
        (Operator::LtEq, ScalarValue::UInt64(Some(most))) => Some((column.index(), usize::try_from(*most).ok()?)),
        _ => None,
    }
}

/// The node with the first rows alone below the window that numbers them in `column`; none where the column is something else.
fn limited(node: &Arc<dyn ExecutionPlan>, column: usize, most: usize) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(projection) = node.downcast_ref::<ProjectionExec>() {
        let source = projection.expr().get(column).and_then(|output| output.expr.downcast_ref::<Column>());
        let Some(source) = source else { return Ok(None) };
        let input = limited(projection.input(), source.index(), most)?;
        return input.map(|input| over(node, vec![input])).transpose();
    }
    let Some(window) = node.downcast_ref::<BoundedWindowAggExec>() else { return Ok(None) };
    let [numbering] = window.window_expr() else { return Ok(None) };
    let is_the_number = column == window.input().schema().fields().len();
    let order = LexOrdering::new(numbering.order_by().iter().cloned());
    let (true, true, Some(order)) = (is_the_number, numbers_rows(numbering), order) else { return Ok(None) };
    let keys = numbering.partition_by().to_vec();
    if keys.is_empty() {
        return Ok(None);
    }
    let first = FirstRowsExec::new(Arc::clone(window.input()), keys, order, most);
    over(node, vec![Arc::new(first)]).map(Some)
}

/// Whether the function is `row_number`.
fn numbers_rows(expression: &Arc<dyn WindowExpr>) -> bool {
    let function = expression.as_any().downcast_ref::<StandardWindowExpr>();
    let function = function.and_then(|function| {
        function.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>().map(WindowUDFExpr::fun)
    });
    function.is_some_and(|function| function.name() == "row_number")
}
