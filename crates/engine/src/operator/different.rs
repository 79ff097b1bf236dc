//! `stats dc(session)`: the number of a field's different texts over all rows, as the number of groups by that field.
//!
//! Each core would find the different texts of its rows, and one core would put them together: as much work again where most are
//! different. Groups are dealt out by their hash, so that all cores put them together. A field whose texts have numbers is left
//! alone: it has few of them.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::DataType,
    common::Result,
    functions_aggregate::count::count_udaf,
    physical_expr::{Partitioning, PhysicalExpr, aggregate::AggregateExprBuilder, expressions::col},
    physical_plan::{
        ExecutionPlan, ExecutionPlanProperties,
        aggregates::{AggregateExec, AggregateMode, PhysicalGroupBy},
        coalesce_partitions::CoalescePartitionsExec,
        repartition::RepartitionExec,
    },
};

use super::grouped::ours;

/// The name of the kernel of `dc`.
const DIFFERENT: &str = "spl_dc";
/// The column of the texts.
const TEXT: &str = "__text";

/// The same count by groups; none where the aggregation is another one, or would gain nothing.
pub(super) fn by_groups(last: &AggregateExec) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(first) = first_half(last) else { return Ok(None) };
    let ([one], [None]) = (first.aggr_expr(), first.filter_expr()) else { return Ok(None) };
    let arguments = one.expressions();
    let (name, [argument]) = (one.fun().name(), arguments.as_slice()) else { return Ok(None) };
    let input = first.input();
    let cores = input.output_partitioning().partition_count();
    let counts_texts = name == DIFFERENT
        && one.order_bys().is_empty()
        && cores > 1
        && argument.data_type(&input.schema())? == DataType::Utf8;
    if !counts_texts {
        return Ok(None);
    }
    let groups = |mode, key: Arc<dyn PhysicalExpr>, input: Arc<dyn ExecutionPlan>| -> Result<Arc<dyn ExecutionPlan>> {
        let keys = PhysicalGroupBy::new_single(vec![(key, TEXT.to_owned())]);
        let schema = first.input().schema();
        let groups = AggregateExec::try_new(mode, keys, Vec::new(), Vec::new(), input, schema)?;
        Ok(ours(&groups)?.unwrap_or_else(|| Arc::new(groups)))
    };
    let own = groups(AggregateMode::Partial, Arc::clone(argument), Arc::clone(input))?;
    let key = col(TEXT, &own.schema())?;
    let dealt = RepartitionExec::try_new(own, Partitioning::Hash(vec![Arc::clone(&key)], cores))?;
    let all = groups(AggregateMode::FinalPartitioned, Arc::clone(&key), Arc::new(dealt))?;
    // The group of rows without the field does not count.
    let schema = all.schema();
    let count = AggregateExprBuilder::new(count_udaf(), vec![key]).schema(Arc::clone(&schema)).alias(one.name());
    let count = vec![Arc::new(count.build()?)];
    let sum = |mode, input: Arc<dyn ExecutionPlan>| {
        let none = PhysicalGroupBy::default();
        AggregateExec::try_new(mode, none, count.clone(), vec![None], input, Arc::clone(&schema))
    };
    let parts = sum(AggregateMode::Partial, all)?;
    let result = sum(AggregateMode::Final, Arc::new(CoalescePartitionsExec::new(Arc::new(parts))))?;
    Ok((result.schema() == last.schema()).then(|| Arc::new(result) as Arc<dyn ExecutionPlan>))
}

/// The first half of an aggregation of all rows in two.
fn first_half(last: &AggregateExec) -> Option<&AggregateExec> {
    let gathered = last.input().downcast_ref::<CoalescePartitionsExec>()?;
    let first = gathered.input().downcast_ref::<AggregateExec>()?;
    let (is_last, is_first) = (*last.mode() == AggregateMode::Final, *first.mode() == AggregateMode::Partial);
    (is_last && is_first && last.group_expr().is_empty() && first.group_expr().is_empty()).then_some(first)
}
