//! Names of tables that travel. `| inputlookup people.csv`
//!
//! In the bytes of a plan a column says its table in one text, and `people.csv.user` is then `user` of a table `csv` in a schema
//! `people`. So a point in a table's name becomes one in the middle of the line, which ends no name.

use datafusion::{
    common::{
        Column, Result, TableReference,
        tree_node::{Transformed, TransformedResult, TreeNode},
    },
    logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, SubqueryAlias},
};

/// A plan whose tables have names that come back as they went.
///
/// # Errors
/// None that a plan of ours gives.
pub(crate) fn named(plan: LogicalPlan) -> Result<LogicalPlan> {
    if !plan.exists(|node| Ok(own_name(node).is_some_and(|name| plain(name).is_some())))? {
        return Ok(plan);
    }
    plan.transform_up_with_subqueries(renamed).data()
}

/// The name that a node gives to the columns of its rows.
fn own_name(node: &LogicalPlan) -> Option<&TableReference> {
    match node {
        LogicalPlan::TableScan(scan) => Some(&scan.table_name),
        LogicalPlan::SubqueryAlias(alias) => Some(&alias.alias),
        _ => None,
    }
}

/// The name that travels in place of another; none where that one does.
fn plain(name: &TableReference) -> Option<TableReference> {
    let TableReference::Bare { table } = name else { return None };
    let is_plain = TableReference::parse_str_normalized(table, true) == *name;
    (!is_plain).then(|| TableReference::bare(table.replace('.', "·").replace('"', "'")))
}

fn renamed(node: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let node = match node {
        LogicalPlan::TableScan(mut scan) => {
            let Some(name) = plain(&scan.table_name) else { return Ok(Transformed::no(LogicalPlan::TableScan(scan))) };
            let filters = std::mem::take(&mut scan.filters).into_iter().map(|filter| of_renamed(filter).data());
            let filters = filters.collect::<Result<_>>()?;
            let builder =
                LogicalPlanBuilder::scan_with_filters_fetch(name, scan.source, scan.projection, filters, scan.fetch)?;
            builder.build()?
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let name = plain(&alias.alias).unwrap_or(alias.alias);
            LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(alias.input, name)?)
        }
        other => other.map_expressions(of_renamed)?.data.recompute_schema()?,
    };
    Ok(Transformed::yes(node))
}

/// An expression that calls its columns by the names that travel.
fn of_renamed(expr: Expr) -> Result<Transformed<Expr>> {
    expr.transform(|part| {
        Ok(match part {
            Expr::Column(column) => match column.relation.as_ref().and_then(plain) {
                Some(name) => Transformed::yes(Expr::Column(Column { relation: Some(name), ..column })),
                None => Transformed::no(Expr::Column(column)),
            },
            other => Transformed::no(other),
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_name_with_a_point_becomes_one_that_is_read_as_a_whole() {
        for name in ["web", "Web", "my-index", "two words", "1st", "select", ".x", "a\"b"] {
            assert_eq!(plain(&TableReference::bare(name)), None, "{name}");
        }
        for (name, expected) in [("people.csv", "people·csv"), ("a.b.c", "a·b·c"), ("\"a\"", "'a'")] {
            let found = plain(&TableReference::bare(name)).unwrap();
            assert_eq!(found, TableReference::bare(expected));
            assert_eq!(plain(&found), None, "{expected}");
        }
    }
}
