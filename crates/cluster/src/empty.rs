//! Relations without rows, on their way to a scheduler. `index=web | where 1=2 | append [search index=mail]`
//!
//! The optimizer turns what has no rows into a node that says its columns alone, and these are not in the bytes of a plan. A table
//! without rows has them.

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{FieldRef, Schema},
    common::{
        Result, TableReference,
        tree_node::{Transformed, TransformedResult},
    },
    datasource::{MemTable, provider_as_source},
    logical_expr::{EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, ident},
    optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule},
};

/// The last rule of the optimizer before a plan travels.
#[derive(Debug)]
pub(crate) struct EmptyTables;

impl OptimizerRule for EmptyTables {
    fn name(&self) -> &str {
        "empty_tables"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        filled(plan)
    }
}

/// A plan whose columns travel also where they have no rows.
///
/// # Errors
/// None that a plan of ours gives.
pub fn with_empty_tables(plan: LogicalPlan) -> Result<LogicalPlan> {
    plan.transform_up_with_subqueries(filled).data()
}

fn filled(node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    match node {
        LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema }) if !schema.fields().is_empty() => {
            // Columns of two tables may have one name.
            let name = |place: usize| format!("c{place}");
            let numbered = |(place, field): (usize, &FieldRef)| Arc::new(field.as_ref().clone().with_name(name(place)));
            let fields: Vec<FieldRef> = schema.fields().iter().enumerate().map(numbered).collect();
            let table = MemTable::try_new(Arc::new(Schema::new(fields)), vec![Vec::new()])?;
            let columns = schema
                .iter()
                .enumerate()
                .map(|(place, (table, field))| ident(name(place)).alias_qualified(table.cloned(), field.name()));
            let columns: Vec<Expr> = columns.collect();
            let scan =
                LogicalPlanBuilder::scan(TableReference::bare("empty"), provider_as_source(Arc::new(table)), None)?;
            Ok(Transformed::yes(scan.project(columns)?.build()?))
        }
        other => Ok(Transformed::no(other)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use datafusion::{
        arrow::datatypes::{DataType, Field},
        common::DFSchema,
    };

    use super::*;

    #[test]
    fn columns_stay_with_the_names_of_their_tables() {
        let field = |name: &str| Arc::new(Field::new(name, DataType::Int64, true));
        let fields = vec![(Some("a".into()), field("x")), (Some("b".into()), field("x")), (None, field("y"))];
        let schema = Arc::new(DFSchema::new_with_metadata(fields, Default::default()).unwrap());
        let empty = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema: Arc::clone(&schema) });
        let table = with_empty_tables(empty).unwrap();
        assert_eq!(table.schema(), &schema);
        assert!(matches!(table, LogicalPlan::Projection(_)), "{table}");
    }

    #[test]
    fn one_row_without_columns_stays() {
        let row = LogicalPlanBuilder::empty(true).build().unwrap();
        assert_eq!(with_empty_tables(row.clone()).unwrap(), row);
    }
}
