//! The scan below an operator: which of its columns one is, and the same scan with one more condition.

use std::sync::Arc;

use datafusion::{
    common::Result,
    datasource::{
        physical_plan::{FileScanConfig, FileScanConfigBuilder, FileSource, ParquetSource},
        source::DataSourceExec,
    },
    physical_expr::{PhysicalExpr, conjunction, expressions::Column},
    physical_plan::{
        ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions, filter::FilterExec, projection::ProjectionExec,
    },
};

/// The column of a file that a column of a plan is; none where it is computed, or rows come from elsewhere.
pub(super) fn column(plan: &Arc<dyn ExecutionPlan>, place: usize) -> Option<Arc<dyn PhysicalExpr>> {
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        let place = match filter.projection() {
            Some(places) => *places.get(place)?,
            None => place,
        };
        return column(filter.input(), place);
    }
    if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        let source = projection.expr().get(place)?.expr.downcast_ref::<Column>()?;
        return column(projection.input(), source.index());
    }
    let source = parquet(plan)?;
    let output = source.projection()?.iter().nth(place)?;
    let own = output.expr.downcast_ref::<Column>()?;
    let in_files = own.index() < source.table_schema().file_schema().fields().len();
    in_files.then(|| Arc::clone(&output.expr))
}

/// The plan whose scan leaves out what does not meet a condition as well.
///
/// # Errors
/// Where an operator does not take its input anew.
pub(super) fn filtered(
    plan: &Arc<dyn ExecutionPlan>,
    condition: &Arc<dyn PhysicalExpr>,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if plan.is::<FilterExec>() || plan.is::<ProjectionExec>() {
        let [input] = plan.children()[..] else { return Ok(None) };
        let Some(input) = filtered(input, condition)? else { return Ok(None) };
        let options = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
        return Arc::clone(plan).replace_children(vec![input], options).map(Some);
    }
    let Some((source, scan)) = parquet(plan).zip(scan(plan)) else { return Ok(None) };
    let all = conjunction(source.filter().into_iter().chain([Arc::clone(condition)]));
    let scan = FileScanConfigBuilder::from(scan.clone()).with_source(Arc::new(source.with_predicate(all))).build();
    Ok(Some(DataSourceExec::from_data_source(scan)))
}

fn scan(plan: &Arc<dyn ExecutionPlan>) -> Option<&FileScanConfig> {
    plan.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref()
}

fn parquet(plan: &Arc<dyn ExecutionPlan>) -> Option<&ParquetSource> {
    scan(plan)?.file_source().downcast_ref()
}
