//! The physical optimizer rule that keeps repeated texts as they are for as long as that serves.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, SchemaRef},
    common::{Result, config::ConfigOptions, tree_node::TransformedResult},
    physical_expr::{
        PhysicalExpr,
        aggregate::AggregateFunctionExpr,
        expressions::{CastExpr, Column},
        projection::ProjectionExpr,
    },
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ExecutionPlan, Partitioning,
        aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy},
        coalesce_partitions::CoalescePartitionsExec,
        filter::{FilterExec, FilterExecBuilder},
        joins::HashJoinExec,
        limit::{GlobalLimitExec, LocalLimitExec},
        projection::ProjectionExec,
        repartition::RepartitionExec,
    },
};

use speleo_functions::stats::takes_repeated;

use super::{one_of::one_of, per_value, repeated_text, text_of};
use crate::{
    operator::{BroadcastExec, EventStatsExec, FirstRowsExec, over},
    parquet_scan::filtering,
    substitution::substituted,
    whole_text::with_whole_texts,
};

/// Takes the cast of a repeated text to text above projections, filters and the like, and into aggregates.
///
/// Runs first: what a scan is asked for then is the column as it is, and its conditions still are those that prune.
#[derive(Debug)]
pub(crate) struct LateTexts;

impl PhysicalOptimizerRule for LateTexts {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        lift(plan)?.texts()
    }

    fn name(&self) -> &str {
        "late_texts"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// A plan whose columns may be repeated texts where those above expect texts.
struct Lifted {
    plan: Arc<dyn ExecutionPlan>,
    repeated: Vec<bool>,
}

impl Lifted {
    fn plain(plan: Arc<dyn ExecutionPlan>) -> Self {
        let repeated = vec![false; plan.schema().fields().len()];
        Self { plan, repeated }
    }

    /// The plan with texts where they are expected.
    fn texts(&self) -> Result<Arc<dyn ExecutionPlan>> {
        if !self.repeated.contains(&true) {
            return Ok(Arc::clone(&self.plan));
        }
        let schema = self.plan.schema();
        let outputs = schema.fields().iter().enumerate().map(|(place, field)| {
            let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), place));
            ProjectionExpr { expr: self.text(column), alias: field.name().clone() }
        });
        Ok(Arc::new(ProjectionExec::try_new(outputs.collect::<Vec<_>>(), Arc::clone(&self.plan))?))
    }

    /// An expression over the columns as they are expected, over what they are.
    fn text(&self, expr: Arc<dyn PhysicalExpr>) -> Arc<dyn PhysicalExpr> {
        let read = substituted(&expr, |column| {
            let is_repeated = self.repeated.get(column.index()) == Some(&true);
            is_repeated.then(|| Arc::new(CastExpr::new(Arc::new(column.clone()), DataType::Utf8, None)) as _)
        });
        // Every part takes its parts as texts.
        read.unwrap_or(expr)
    }

    fn schema(&self) -> SchemaRef {
        self.plan.schema()
    }
}

fn lift(plan: Arc<dyn ExecutionPlan>) -> Result<Lifted> {
    let children: Vec<Lifted> =
        plan.children().into_iter().map(|child| lift(Arc::clone(child))).collect::<Result<_>>()?;
    if let [input] = children.as_slice() {
        if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
            return projected(projection, input);
        }
        if let Some(filter) = plan.downcast_ref::<FilterExec>() {
            return filtered(filter, input);
        }
        if let Some(aggregate) = plan.downcast_ref::<AggregateExec>()
            && input.repeated.contains(&true)
            && let Some(aggregate) = aggregated(aggregate, input)?
        {
            return Ok(Lifted::plain(aggregate));
        }
        if let Some(first) = plan.downcast_ref::<FirstRowsExec>()
            && let Some(first) = first.reading(Arc::clone(&input.plan), &|expr| input.text(expr))
        {
            return Ok(Lifted { plan: Arc::new(first), repeated: input.repeated.clone() });
        }
        if let Some(beside) = plan.downcast_ref::<EventStatsExec>()
            && input.repeated.contains(&true)
        {
            let own = plan.schema().fields().len() - input.repeated.len();
            let repeated = input.repeated.iter().copied().chain(std::iter::repeat_n(false, own)).collect();
            let beside = beside.reading(Arc::clone(&input.plan), &|expr| input.text(expr));
            return Ok(Lifted { plan: Arc::new(beside), repeated });
        }
        if passes_on(&plan) {
            return Ok(Lifted { plan: over(&plan, vec![Arc::clone(&input.plan)])?, repeated: input.repeated.clone() });
        }
    }
    if let (Some(join), [many, few]) = (plan.downcast_ref::<HashJoinExec>(), children.as_slice()) {
        let few = few.texts()?;
        let of_few = few.schema();
        let read = |expr| many.text(expr);
        if let Some(broadcast) = BroadcastExec::in_place_of(join, Arc::clone(&many.plan), few, &read)? {
            let texts = of_few.fields().iter().map(|field| *field.data_type() == DataType::Utf8);
            let repeated = many.repeated.iter().copied().chain(texts).collect();
            return Ok(Lifted { plan: Arc::new(broadcast), repeated });
        }
    }
    let texts = children.iter().map(Lifted::texts).collect::<Result<Vec<_>>>()?;
    over(&plan, texts).map(Lifted::plain)
}

/// Whether rows go through whatever their columns are.
fn passes_on(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let deals = plan.downcast_ref::<RepartitionExec>();
    plan.is::<CoalescePartitionsExec>()
        || plan.is::<LocalLimitExec>()
        || plan.is::<GlobalLimitExec>()
        || deals.is_some_and(|deals| matches!(deals.partitioning(), Partitioning::RoundRobinBatch(_)))
}

fn projected(projection: &ProjectionExec, input: &Lifted) -> Result<Lifted> {
    let schema = input.schema();
    let mut repeated = Vec::with_capacity(projection.expr().len());
    let mut outputs = Vec::with_capacity(projection.expr().len());
    for output in projection.expr() {
        let expr = input.text(Arc::clone(&output.expr));
        let column = text_of(&expr).filter(|column| column.data_type(&schema).is_ok_and(|own| own == repeated_text()));
        let expr = match column {
            Some(column) => Arc::clone(column),
            None => {
                let expr = per_value(Arc::clone(&expr), &schema, true)?.data;
                one_of(&expr).unwrap_or(expr)
            }
        };
        let expected = output.expr.data_type(&projection.input().schema())?;
        let stays = expr.data_type(&schema)? == repeated_text() && expected == DataType::Utf8;
        repeated.push(stays);
        outputs.push(ProjectionExpr { expr, alias: output.alias.clone() });
    }
    let plan = Arc::new(ProjectionExec::try_new(outputs, Arc::clone(&input.plan))?);
    Ok(Lifted { plan, repeated })
}

fn filtered(filter: &FilterExec, input: &Lifted) -> Result<Lifted> {
    let repeated = match filter.projection() {
        Some(places) => places.iter().map(|place| input.repeated.get(*place) == Some(&true)).collect(),
        None => input.repeated.clone(),
    };
    let predicate = with_whole_texts(&input.text(Arc::clone(filter.predicate())), &input.schema());
    let (below, predicate) = filtering(&input.plan, &predicate).unwrap_or_else(|| (Arc::clone(&input.plan), predicate));
    let builder = FilterExecBuilder::from(filter).with_input(below).with_predicate(predicate);
    Ok(Lifted { plan: Arc::new(builder.build()?), repeated })
}

/// The first of two aggregations, or the only one, over repeated texts.
fn aggregated(aggregate: &AggregateExec, input: &Lifted) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let mode = *aggregate.mode();
    if !matches!(mode, AggregateMode::Partial | AggregateMode::Single | AggregateMode::SinglePartitioned) {
        return Ok(None);
    }
    let group_by = aggregate.group_expr();
    let named = |(expr, name): &(Arc<dyn PhysicalExpr>, String)| (input.text(Arc::clone(expr)), name.clone());
    let keys = PhysicalGroupBy::new(
        group_by.expr().iter().map(named).collect(),
        group_by.null_expr().iter().map(named).collect(),
        group_by.groups().to_vec(),
        group_by.has_grouping_set(),
    );
    let mut functions = Vec::with_capacity(aggregate.aggr_expr().len());
    for function in aggregate.aggr_expr() {
        let Some(function) = reading(function, input)? else { return Ok(None) };
        functions.push(Arc::new(function));
    }
    let filters = aggregate.filter_expr().iter();
    let filters = filters.map(|filter| filter.as_ref().map(|filter| input.text(Arc::clone(filter)))).collect();
    let plan = Arc::clone(&input.plan);
    let rewritten = AggregateExec::try_new(mode, keys, functions, filters, plan, aggregate.input_schema())?
        .with_limit_options(aggregate.limit_options());
    Ok((rewritten.schema() == aggregate.schema()).then(|| Arc::new(rewritten) as Arc<dyn ExecutionPlan>))
}

fn reading(function: &AggregateFunctionExpr, input: &Lifted) -> Result<Option<AggregateFunctionExpr>> {
    let expressions = function.all_expressions();
    let schema = input.schema();
    let read = |expr: Arc<dyn PhysicalExpr>| per_value(input.text(expr), &schema, false).data();
    let read_all = |all: Vec<Arc<dyn PhysicalExpr>>| all.into_iter().map(read).collect::<Result<Vec<_>>>();
    let mut arguments = read_all(expressions.args)?;
    if let Some(first) = arguments.first_mut()
        && takes_repeated(function.fun().name())
        && let Some(column) = text_of(first).map(Arc::clone)
    {
        *first = column;
    }
    Ok(function.with_new_expressions(arguments, read_all(expressions.order_by_exprs)?))
}
