//! Plans without the columns that nobody reads. `stats count` over a table of many
//!
//! The optimizer finds these as well, when its rules have looked at each of them a dozen times: a search of few rows takes less time
//! than that. What is below a join or a window is left to it.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    common::{Column, DFSchema, Result},
    logical_expr::{Expr, Filter, LogicalPlan, Projection, SubqueryAlias},
};

/// The same rows, with these columns of theirs at least.
///
/// # Errors
/// None for plans that are whole.
pub(crate) fn narrowed(plan: LogicalPlan, read: &HashSet<Column>) -> Result<LogicalPlan> {
    Ok(match plan {
        LogicalPlan::Projection(Projection { expr, input, schema, .. }) => {
            let outputs = expr.into_iter().zip(schema.iter());
            let kept = outputs.filter(|(_, (table, field))| {
                read.iter().any(|own| {
                    own.name == *field.name()
                        && own.relation.as_ref().is_none_or(|own| table.is_none_or(|table| table == own))
                })
            });
            let (exprs, fields): (Vec<Expr>, Vec<_>) =
                kept.map(|(expr, (table, field))| (expr, (table.cloned(), Arc::clone(field)))).unzip();
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
            let below = |own: &Column| {
                let place = schema.maybe_index_of_column(own)?;
                Some(Column::from(input.schema().qualified_field(place)))
            };
            let Some(below) = read.iter().map(below).collect::<Option<HashSet<Column>>>() else {
                return Ok(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(input, alias)?));
            };
            let input = narrowed(Arc::unwrap_or_clone(input), &below)?;
            if below.is_empty() {
                return Ok(input);
            }
            LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(input), alias)?)
        }
        other => other,
    })
}

/// The columns that expressions read.
pub(crate) fn read_by<'e>(exprs: impl IntoIterator<Item = &'e Expr>) -> HashSet<Column> {
    exprs.into_iter().flat_map(|expr| expr.column_refs().into_iter().cloned()).collect()
}
