//! The meaning of `uniq`: a row goes where it equals the one before it in every field. `sort host | uniq`
//!
//! Internal fields count too; two nulls are equal.

use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};
use speleo_syntax::command::uniq::Uniq;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for Uniq {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "uniq", self.span)?;
        let shown = input.fields();
        let values = shown.iter().filter_map(|name| Some(meet::whole(column(name), input.data_type(name)?)));
        let values: Vec<Expr> = values.collect();
        let window = Window::so_far(&input);
        let mut windows = values.iter().map(|value| window.lag(value.clone(), 1)).collect::<Result<Vec<_>>>()?;
        windows.push(window.number()?);
        let (input, mut places) = window::add(input, "previous", windows)?;
        let number = places.pop().unwrap_or_default();
        let pairs = values.into_iter().zip(&places);
        let changed = pairs.map(|(value, place)| binary_expr(value, Operator::IsDistinctFrom, column(place)));
        let first = column(&number).eq(lit(1_u64));
        let kept = changed.fold(first, Expr::or);
        input.filter(kept)?.select(shown.into_iter().map(|name| (name.clone(), column(&name))).collect())
    }
}
