//! Whether a filter is evaluated while rows are decoded, and in which order. `index=web session=s77` is, `index=web status!=404` is not
//!
//! A scan that filters evaluates one condition after the other, each where rows passed those before, and reads its other columns only
//! where rows pass. That pays where few do. Where most pass, or the filter asks texts of dictionaries alone, it is dearer than a filter
//! above.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Schema},
    common::{Result, tree_node::Transformed},
    datasource::physical_plan::{FileGroup, FileSource},
    logical_expr::Operator,
    parquet::file::metadata::ColumnChunkMetaData,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr, conjunction,
        expressions::{BinaryExpr, Column, InListExpr, Literal},
        split_conjunction,
        utils::collect_columns,
    },
    physical_plan::ExecutionPlan,
};

use super::{ParquetScan, ranges::Footer};
use crate::dictionary::{per_value, text_of};

/// The scan that takes the filter above it, where that is best, and the filter with its conditions in the order in which they are
/// best asked; none where both stay as they are.
pub(crate) fn filtering(
    plan: &Arc<dyn ExecutionPlan>,
    filter: &Arc<dyn PhysicalExpr>,
) -> Option<(Arc<dyn ExecutionPlan>, Arc<dyn PhysicalExpr>)> {
    let scan = ParquetScan::of(plan)?;
    let schema = plan.schema();
    // With all columns read by the filter there is nothing to save.
    let has_others = schema.fields().len() > collect_columns(filter).len();
    if !has_others || !split_conjunction(filter).into_iter().any(|part| picks(part, &schema)) {
        return None;
    }
    let source = scan.source.clone().with_pushdown_filters(true);
    Some(match ordered(&scan, filter, &schema) {
        Some(filter) => (scan.with(source.with_reorder_filters(false)), filter),
        None => (scan.with(source), Arc::clone(filter)),
    })
}

/// First what compares a column with values, which costs little and may leave little to read; then patterns of texts that are not
/// repeated, and what is computed of such, which few rows meet; then all others. Of one kind, those that read least, and of the same
/// columns the shortest. A scan by itself would go by what they read alone, and match an expression with most rows because their hosts
/// are shorter than their senders. None where what a condition reads is not known.
fn ordered(scan: &ParquetScan<'_>, filter: &Arc<dyn PhysicalExpr>, schema: &Schema) -> Option<Arc<dyn PhysicalExpr>> {
    let first = scan.config.file_groups.iter().flat_map(FileGroup::iter).next()?;
    let Footer(footer) = first.extensions.get::<Footer>()?;
    let blocks = footer.row_groups().first()?.columns();
    let bytes = |column: &Column| -> i64 {
        let own =
            blocks.iter().filter(|block| block.column_path().parts().first().is_some_and(|name| name == column.name()));
        own.map(ColumnChunkMetaData::compressed_size).sum()
    };
    let mut parts = split_conjunction(filter);
    parts.sort_by_cached_key(|part| {
        let read: i64 = collect_columns(part).iter().map(bytes).sum();
        let picks = picks(part, schema);
        let kind = if is_plain(part) && !(picks && has_star(part)) {
            0
        } else if picks {
            1
        } else {
            2
        };
        (kind, read, length(part))
    });
    Some(conjunction(parts.into_iter().cloned()))
}

/// Whether a condition compares a column as it is with values. That a value is another than these says little.
fn is_plain(condition: &Arc<dyn PhysicalExpr>) -> bool {
    let is_column = |expr: &Arc<dyn PhysicalExpr>| expr.is::<Column>() || text_of(expr).is_some();
    if let Some(comparison) = condition.downcast_ref::<BinaryExpr>() {
        let (left, right) = (comparison.left(), comparison.right());
        return match comparison.op() {
            Operator::Or => is_plain(left) && is_plain(right),
            Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
                is_column(left) && right.is::<Literal>()
            }
            _ => false,
        };
    }
    if let Some(list) = condition.downcast_ref::<InListExpr>() {
        return !list.negated() && is_column(list.expr());
    }
    let Some(function) = condition.downcast_ref::<ScalarFunctionExpr>() else { return false };
    let compares = matches!(function.fun().name(), "spl_search_equals" | "spl_search_in" | "spl_search_compare");
    compares
        && function
            .args()
            .split_first()
            .is_some_and(|(value, others)| is_column(value) && others.iter().all(|other| other.is::<Literal>()))
}

/// Whether a condition asks for a pattern, which more rows may meet than one text.
fn has_star(condition: &Arc<dyn PhysicalExpr>) -> bool {
    let own = condition.downcast_ref::<Literal>().is_some_and(|literal| literal.value().to_string().contains('*'));
    own || condition.children().into_iter().any(has_star)
}

/// The number of an expression's parts.
fn length(expr: &Arc<dyn PhysicalExpr>) -> usize {
    expr.children().into_iter().map(length).sum::<usize>() + 1
}

/// The scan that evaluates what its conditions ask of a repeated text once for each text; none where a plan is something else, or it
/// does not filter. What row groups are left out by stays as it is.
///
/// # Errors
/// Where a condition has no type.
pub(crate) fn filtering_per_value(plan: &Arc<dyn ExecutionPlan>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(scan) = ParquetScan::of(plan) else { return Ok(None) };
    let Some(filter) = scan.source.filter() else { return Ok(None) };
    if !scan.source.table_parquet_options().global.pushdown_filters {
        return Ok(None);
    }
    let schema = scan.source.table_schema().table_schema();
    let (mut parts, mut changes) = (Vec::new(), false);
    for part in split_conjunction(&filter) {
        let part = match part.is::<ScalarFunctionExpr>() {
            true => per_value(Arc::clone(part), schema, false)?,
            false => Transformed::no(Arc::clone(part)),
        };
        changes |= part.transformed;
        parts.push(part.data);
    }
    Ok(changes.then(|| scan.with(scan.source.with_predicate(conjunction(parts)))))
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
