//! Sums over no more columns than they read. `stats count` over a table of many
//!
//! The optimizer leaves out the others as well, when its rules have looked at each of them a dozen times: a search of few rows takes
//! less time than that. What is below a join or a window is left to it. Not done when a search becomes a plan, whose commands are found
//! in it by the nodes that they made.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::{
        Column, DFSchema, Result,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    logical_expr::{Aggregate, Expr, Filter, LogicalPlan, Projection, SubqueryAlias},
    optimizer::AnalyzerRule,
};

/// Leaves out below sums what they do not read, before other rules look at it.
#[derive(Debug)]
pub(crate) struct NarrowSums;

impl AnalyzerRule for NarrowSums {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        plan.transform_down(|node| {
            let LogicalPlan::Aggregate(Aggregate { input, group_expr, aggr_expr, schema, .. }) = node else {
                return Ok(Transformed::no(node));
            };
            let read = read_by(group_expr.iter().chain(&aggr_expr));
            let input = Arc::new(narrowed(Arc::unwrap_or_clone(input), &read)?);
            let sums = Aggregate::try_new_with_schema(input, group_expr, aggr_expr, schema)?;
            Ok(Transformed::yes(LogicalPlan::Aggregate(sums)))
        })
        .data()
    }

    fn name(&self) -> &str {
        "narrow_sums"
    }
}

/// The same rows, with these columns of theirs at least.
///
/// # Errors
/// None for plans that are whole.
fn narrowed(plan: LogicalPlan, read: &HashSet<Column>) -> Result<LogicalPlan> {
    Ok(match plan {
        LogicalPlan::Projection(Projection { expr, input, schema, .. }) => {
            let Some(places) = places(read, &schema) else {
                return Ok(LogicalPlan::Projection(Projection::try_new_with_schema(expr, input, schema)?));
            };
            let outputs = expr.into_iter().zip(schema.iter()).enumerate().filter(|(place, _)| places.contains(place));
            let (exprs, fields): (Vec<Expr>, Vec<_>) =
                outputs.map(|(_, (expr, (table, field)))| (expr, (table.cloned(), Arc::clone(field)))).unzip();
            let input = narrowed(Arc::unwrap_or_clone(input), &read_by(&exprs))?;
            if exprs.is_empty() {
                return Ok(input);
            }
            let schema = DFSchema::new_with_metadata(fields, schema.metadata().clone())?;
            LogicalPlan::Projection(Projection::try_new_with_schema(exprs, Arc::new(input), Arc::new(schema))?)
        }
        LogicalPlan::Filter(Filter { predicate, input, .. }) => {
            let read = read.iter().cloned().chain(read_by(std::iter::once(&predicate))).collect();
            let input = narrowed(Arc::unwrap_or_clone(input), &read)?;
            LogicalPlan::Filter(Filter::try_new(predicate, Arc::new(input))?)
        }
        LogicalPlan::SubqueryAlias(SubqueryAlias { input, alias, schema, .. }) => {
            let Some(places) = places(read, &schema) else {
                return Ok(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(input, alias)?));
            };
            let below = |place| Column::from(input.schema().qualified_field(place));
            let below: HashSet<Column> = places.into_iter().map(below).collect();
            let input = narrowed(Arc::unwrap_or_clone(input), &below)?;
            if below.is_empty() {
                return Ok(input);
            }
            LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(input), alias)?)
        }
        other => other,
    })
}

/// Where the columns stand that are read; none where one of them is not found.
fn places(read: &HashSet<Column>, schema: &DFSchema) -> Option<HashSet<usize>> {
    read.iter().map(|own| schema.maybe_index_of_column(own)).collect()
}

/// The columns that expressions read.
fn read_by<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> HashSet<Column> {
    exprs.into_iter().flat_map(|expr| expr.column_refs().into_iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::{
        arrow::datatypes::{DataType, Field, Schema},
        logical_expr::{LogicalPlanBuilder, col, lit, logical_plan::builder::table_scan},
    };

    use super::*;

    /// A view: of every column, one of them computed, under another name of the table.
    fn view() -> LogicalPlanBuilder {
        let fields = ["user", "host", "bytes"].map(|name| Field::new(name, DataType::Int64, true));
        let rows = table_scan(Some("files"), &Schema::new(fields.to_vec()), None).unwrap();
        let columns = vec![col("user"), col("host"), (col("bytes") * lit(2)).alias("double")];
        rows.project(columns).unwrap().alias("web").unwrap()
    }

    fn check(plan: LogicalPlanBuilder, read: &[Column], expected: &str) {
        let plan = narrowed(plan.build().unwrap(), &read.iter().cloned().collect()).unwrap();
        assert_eq!(plan.display_indent().to_string().split_whitespace().collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn columns_that_nobody_reads_are_gone() {
        let double = Column::new(Some("web"), "double");
        let computed = "SubqueryAlias: web Projection: files.bytes * Int32(2) AS double TableScan: files";
        check(view(), std::slice::from_ref(&double), computed);
        let renamed = || view().project(vec![col("web.host").alias("h"), col("web.double")]).unwrap();
        check(renamed(), &[double], &format!("Projection: web.double {computed}"));
        check(renamed(), &[], "TableScan: files");
    }

    /// What a condition reads is read.
    #[test]
    fn conditions_keep_their_columns() {
        let plan = view().filter(col("web.user").gt(lit(1))).unwrap();
        let host = Column::new(Some("web"), "host");
        let expected =
            "Filter: web.user > Int32(1) SubqueryAlias: web Projection: files.user, files.host TableScan: files";
        check(plan, &[host], expected);
    }

    /// A column of no such name may be one of a table that is not told.
    #[test]
    fn names_without_a_table_are_those_of_any() {
        check(
            view().project(vec![col("web.user"), col("web.host")]).unwrap(),
            &[Column::new_unqualified("host")],
            "Projection: web.host SubqueryAlias: web Projection: files.host TableScan: files",
        );
    }
}
