//! The meaning of `multikv`: a row for each line of the text table in `_raw`. `multikv fields pid command filter root`
//!
//! The line becomes the row's `_raw`. Which columns there are depends on the data: a named step asks for them.

use datafusion::{
    common::{Column, NullHandling, UnnestOptions},
    logical_expr::{Expr, LogicalPlanBuilder, lit},
};
use speleo_syntax::command::multikv::MultiKv;

use crate::{
    Result,
    command::{
        join::{numbered, unused},
        rows,
    },
    extract::{self, Existing, Repeated},
    field, kernel,
    lower::{Context, Lower},
    relation::{OrderKey, Relation, column, is_internal},
    union::stack,
};

const RAW: &str = "_raw";
/// The column of a line with its header. No search can name it: names have no blank in front.
const LINE: &str = " line";

impl Lower for MultiKv {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "multikv", self.span)?;
        let Some((text, _)) = field::find(RAW, &input) else { return Ok(input) };
        let original = input.clone();
        let header = match (self.no_header, self.header_line) {
            (true, _) => -1,
            (false, line) => line.and_then(|line| i64::try_from(line).ok()).unwrap_or(0),
        };
        let mut args = vec![text, lit(header)];
        args.extend(self.filter.iter().map(|text| lit(text.as_str())));
        let lines = kernel::call("spl_table_lines", args)?;
        let order_place = unused(&input, "event");
        let mut table = numbered(input, Vec::new(), &order_place)?;
        table.order = vec![OrderKey::ascending(&order_place)];
        let kept: Vec<String> = if self.copy_attributes {
            table.fields()
        } else {
            table.fields().into_iter().filter(|name| is_internal(name)).collect()
        };
        let mut columns: Vec<(String, Expr)> = kept.into_iter().map(|name| (name.clone(), column(&name))).collect();
        columns.push((LINE.to_owned(), lines));
        table = table.select(columns)?;
        let drop = UnnestOptions { null_handling: NullHandling::Drop, recursions: Vec::new() };
        table.plan = LogicalPlanBuilder::from(table.plan)
            .unnest_column_with_options(Column::new_unqualified(LINE), drop)?
            .build()?;
        // Lines of one event stand in their order: each begins with its number.
        table.order.push(OrderKey::ascending(LINE));
        let mut args = vec![column(LINE)];
        args.extend(self.fields.iter().map(|field| lit(field.name.as_str())));
        let fields = kernel::call("spl_table_fields", args)?;
        let table = extract::all_fields(table, fields, Existing::GivesWay, Repeated::First, "multikv", cx).await?;
        let raw = kernel::call("spl_table_text", vec![column(LINE)])?;
        let table = table.set(vec![(RAW.to_owned(), raw)])?;
        let shown = table.fields().into_iter().filter(|name| name != LINE);
        let columns = shown.map(|name| (name.clone(), column(&name))).collect();
        let table = table.select(columns)?;
        if self.remove_original { Ok(table) } else { stack(table, original) }
    }
}
