//! The meaning of `mvexpand`: a row for each value of a field. `mvexpand recipients limit=10`
//!
//! The rows of one row's values follow each other in the order of the values, other fields are copied whole. A row without
//! a value stays as it is, as do all where the field has one value or does not exist.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions_nested::expr_fn::{array_length, array_slice, gen_series},
    logical_expr::{LogicalPlanBuilder, cast, lit},
};
use speleo_syntax::command::mvexpand::MvExpand;

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, column, is_internal},
};

impl Lower for MvExpand {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "mvexpand", self.span)?;
        let Some((values, data_type)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        if !meet::is_list(&data_type) || is_internal(&self.field.name) {
            return Ok(input);
        }
        let values = match i64::try_from(self.limit) {
            Ok(limit) if limit > 0 => array_slice(values, lit(1_i64), lit(limit), None),
            _ => values,
        };
        let (table, cell) = input.hidden("cell", values)?;
        let places = if matches!(data_type, DataType::List(_)) {
            kernel::call("spl_mvplaces", vec![column(&cell)])?
        } else {
            let count = cast(array_length(column(&cell)), DataType::Int64);
            gen_series(lit(1_i64), count, lit(1_i64))
        };
        let (mut table, place) = table.hidden("cell_place", places)?;
        let keep = UnnestOptions { null_handling: NullHandling::Preserve, recursions: Vec::new() };
        let columns = vec![Column::new_unqualified(&cell), Column::new_unqualified(&place)];
        table.plan = LogicalPlanBuilder::from(table.plan).unnest_columns_with_options(columns, keep)?.build()?;
        table.order.push(OrderKey::ascending(&place));
        table.set(vec![(self.field.name.clone(), column(&cell))])
    }
}
