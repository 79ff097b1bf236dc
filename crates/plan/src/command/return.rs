//! The meaning of `return`: the first rows as the text of a condition. `return 2 user who=name $ip`
//!
//! `field` gives `field="value"`, `$field` the bare value. The items of a row stand side by side; several rows stand in
//! parentheses, joined by `OR`. No rows give no text.

use datafusion::{functions::string::expr_fn::concat, logical_expr::lit};
use speleo_syntax::{
    Field,
    command::r#return::{Return, ReturnItem},
};

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    relation::Relation,
    text,
};

impl Lower for Return {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "return", self.span)?.sorted(usize::try_from(self.count).ok())?;
        let mut items = Vec::with_capacity(self.items.len());
        let mut find = |field: &Field| field::resolve(field, &input, cx);
        for item in &self.items {
            let (name, field) = match item {
                ReturnItem::Field(field) => (Some(&field.name), field),
                ReturnItem::Alias(alias, field) => (Some(&alias.name), field),
                ReturnItem::Value(field) => (None, field),
            };
            let Some((value, data_type)) = find(field) else { continue };
            items.push(match name {
                // Of several values the first, as text.
                Some(name) => {
                    let first = text::plain(value, &data_type)?;
                    text::assignment(name, first, &datafusion::arrow::datatypes::DataType::Utf8, "OR")?
                }
                None => text::plain(value, &data_type)?,
            });
        }
        let row = text::join(items, " ")?;
        let row = if self.count > 1 { concat_if_present(row)? } else { row };
        text::collect(input, row, " OR ")
    }
}

/// The text in parentheses; null stays null, which `concat` would take for nothing.
fn concat_if_present(text: datafusion::logical_expr::Expr) -> Result<datafusion::logical_expr::Expr> {
    let inner = concat(vec![lit("("), text.clone(), lit(")")]);
    Ok(datafusion::logical_expr::when(text.is_not_null(), inner).end()?)
}
