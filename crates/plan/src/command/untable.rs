//! The meaning of `untable`: a row for each cell of a table. `chart count OVER host BY code | untable host code count`
//!
//! Internal columns and cells without a value make no rows. The cells of a row come in the order of the columns.

use datafusion::{
    arrow::datatypes::DataType,
    common::{Column, NullHandling, UnnestOptions},
    functions_nested::make_array::make_array,
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};
use speleo_syntax::command::untable::UnTable;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{OrderKey, Relation, Shape, column, is_internal},
};

impl Lower for UnTable {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "untable", self.span)?;
        let names: Vec<String> =
            input.fields().into_iter().filter(|name| *name != self.row.name && !is_internal(name)).collect();
        let stays = match input.data_type(&self.row.name) {
            Some(_) => column(&self.row.name),
            None => meet::null_of(&DataType::Utf8)?,
        };
        let stays_type = input.data_type(&self.row.name).cloned().unwrap_or(DataType::Utf8);
        let mut common = DataType::Null;
        for data_type in names.iter().filter_map(|name| input.data_type(name)) {
            common = meet::meet(&common, data_type);
        }
        if common == DataType::Null {
            common = DataType::Utf8;
        }
        let mut cells = Vec::with_capacity(names.len());
        for name in &names {
            let own = input.data_type(name).cloned().unwrap_or(DataType::Utf8);
            cells.push(meet::convert(column(name), &own, &common)?);
        }
        let (mut cell, mut title) = (meet::null_of(&common)?, lit(""));
        let mut table = input;
        if !names.is_empty() {
            let titles: Vec<Expr> = names.iter().map(|name| lit(name.as_str())).collect();
            let places: Vec<Expr> = (0_i64..).take(names.len()).map(lit).collect();
            let arrays = [("cell", cells), ("title", titles), ("place", places)];
            let mut unnested = Vec::new();
            for (stem, values) in arrays {
                let name;
                (table, name) = table.hidden(stem, make_array(values))?;
                unnested.push(name);
            }
            let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
            let columns = unnested.iter().map(Column::new_unqualified).collect();
            table.plan = LogicalPlanBuilder::from(table.plan).unnest_columns_with_options(columns, drop)?.build()?;
            if let [cells, titles, places] = unnested.as_slice() {
                (cell, title) = (column(cells), column(titles));
                table.order.push(OrderKey::ascending(places));
            }
        }
        table = table.filter(cell.clone().is_not_null())?;
        table.shape = Shape::Results;
        table.select(vec![
            (self.row.name.clone(), meet::stored(&self.row.name, stays, &stays_type)?),
            (self.column.name.clone(), title),
            (self.value.name.clone(), meet::stored(&self.value.name, cell, &common)?),
        ])
    }
}
