//! The meaning of `reverse`: the order of rows turned round. `sort host | reverse`

use speleo_syntax::command::reverse::Reverse;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::{OrderKey, Relation},
    window::{self, Window},
};

impl Lower for Reverse {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        reversed(rows(input, "reverse", self.span)?)
    }
}

/// The rows from the last to the first. Rows that have no order but their own are numbered for it.
pub(crate) fn reversed(mut relation: Relation) -> Result<Relation> {
    if relation.order.is_empty() {
        let number = Window::so_far(&relation).number()?;
        let names;
        (relation, names) = window::add(relation, "row", vec![number])?;
        relation.order = names.into_iter().map(OrderKey::ascending).collect();
    }
    for key in &mut relation.order {
        key.descending = !key.descending;
        key.nulls_first = !key.nulls_first;
    }
    Ok(relation)
}
