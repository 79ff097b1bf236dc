//! The scan below an operator: which of its columns one is, and the same scan with one more condition.

use std::sync::Arc;

use datafusion::{
    common::Result,
    datasource::physical_plan::FileSource,
    physical_expr::{PhysicalExpr, conjunction, expressions::Column},
    physical_plan::{ExecutionPlan, filter::FilterExec, projection::ProjectionExec},
};

use super::{ParquetScan, ranges::cut};
use crate::operator::over;

/// The column of a file that a column of a plan is; none where it is computed, or rows come from elsewhere.
pub(crate) fn of_files(plan: &Arc<dyn ExecutionPlan>, place: usize) -> Option<Arc<dyn PhysicalExpr>> {
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let place = match filter.projection() {
            Some(places) => *places.get(place)?,
            None => place,
        };
        return of_files(filter.input(), place);
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let source = projection.expr().get(place)?.expr.downcast_ref::<Column>()?;
        return of_files(projection.input(), source.index());
    }
    let ParquetScan { source, .. } = ParquetScan::of(plan)?;
    let output = source.projection()?.iter().nth(place)?;
    let own = output.expr.downcast_ref::<Column>()?;
    let in_files = own.index() < source.table_schema().file_schema().fields().len();
    in_files.then(|| Arc::clone(&output.expr))
}

/// Rows that a filter may hold back below an operator that learns from them what the scan can leave out.
const HELD_BACK: usize = 64;

/// The plan whose scan leaves out what does not meet a condition on the order by a key as well, and has its cores take what comes
/// first by it in turn; `order` is the key and whether large values come first. Filters between pass on what few rows they keep: they would
/// wait for a batch of them, and the scan would be over.
///
/// # Errors
/// Where an operator does not take its input anew.
pub(crate) fn leaving_out(
    plan: &Arc<dyn ExecutionPlan>,
    condition: &Arc<dyn PhysicalExpr>,
    order: (&Arc<dyn PhysicalExpr>, bool),
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if plan.is::<FilterExec>() || plan.is::<ProjectionExec>() {
        let [input] = plan.children()[..] else { return Ok(None) };
        let Some(input) = leaving_out(input, condition, order)? else { return Ok(None) };
        let plan = over(plan, vec![input])?;
        return Ok(Some(match plan.downcast_ref::<FilterExec>() {
            Some(filter) => Arc::new(filter.with_batch_size(HELD_BACK)?),
            None => plan,
        }));
    }
    let Some(scan) = ParquetScan::of(plan) else { return Ok(None) };
    let all = conjunction(scan.source.filter().into_iter().chain([Arc::clone(condition)]));
    Ok(Some(scan.over(scan.source.with_predicate(all), cut(scan.config, order.0, order.1)?)))
}
