//! Whether a filter is evaluated while rows are decoded. `index=web session=s77` is, `index=web status!=404` is not
//!
//! A scan that filters reads its other columns only where rows pass. That pays where few do. Where most pass, or the filter asks
//! texts of a dictionary, of which it takes a look at each, it is dearer than a filter above.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Schema},
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr,
        expressions::{BinaryExpr, Column, Literal},
        split_conjunction,
        utils::collect_columns,
    },
    physical_plan::ExecutionPlan,
};

use super::ParquetScan;

/// The scan that takes the filter above it, where that is best; none where it stays as it is.
pub(crate) fn filtering(
    plan: &Arc<dyn ExecutionPlan>,
    filter: &Arc<dyn PhysicalExpr>,
) -> Option<Arc<dyn ExecutionPlan>> {
    let scan = ParquetScan::of(plan)?;
    let schema = plan.schema();
    // With all columns read by the filter there is nothing to save.
    let has_others = schema.fields().len() > collect_columns(filter).len();
    if !has_others || !split_conjunction(filter).into_iter().any(|part| picks(part, &schema)) {
        return None;
    }
    Some(scan.with(scan.source.clone().with_pushdown_filters(true)))
}

/// Whether few rows will have what a condition asks for.
fn picks(condition: &Arc<dyn PhysicalExpr>, schema: &Schema) -> bool {
    let columns = collect_columns(condition);
    // Numbers and texts of dictionaries come again and again; a text that is not repeated is one of many.
    let is_varied =
        |column: &Column| schema.fields().get(column.index()).is_some_and(|field| *field.data_type() == DataType::Utf8);
    if columns.is_empty() || !columns.iter().all(is_varied) {
        return false;
    }
    if let Some(comparison) = condition.downcast_ref::<BinaryExpr>() {
        return match comparison.op() {
            Operator::Eq => true,
            Operator::Or => picks(comparison.left(), schema) && picks(comparison.right(), schema),
            _ => false,
        };
    }
    let Some(function) = condition.downcast_ref::<ScalarFunctionExpr>() else { return false };
    let name = function.fun().name();
    let is_value = |argument: &Arc<dyn PhysicalExpr>| argument.downcast_ref::<Literal>().is_some();
    ["spl_search_equals", "spl_search_in"].contains(&name) && function.args().iter().skip(1).all(is_value)
}
