//! The meaning of `autoregress`: values of earlier rows beside each row. `autoregress bytes p=1-3`
//!
//! Null where there is no such row.

use speleo_syntax::command::autoregress::AutoRegress;

use crate::{
    Result,
    command::rows,
    field,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    window::{self, Window},
};

impl Lower for AutoRegress {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "autoregress", self.span)?;
        let Some((value, data_type)) = field::resolve(&self.field, &input, cx) else { return Ok(input) };
        let window = Window::so_far(&input);
        let copies = (self.first..=self.last).map(|distance| window.lag(value.clone(), distance));
        let (input, places) = window::add(input, "earlier", copies.collect::<Result<_>>()?)?;
        let mut columns = Vec::with_capacity(places.len());
        for (distance, place) in (self.first..=self.last).zip(places) {
            let own = || format!("{}_p{distance}", self.field.name);
            let name = self.alias.as_ref().map_or_else(own, |alias| alias.name.clone());
            let copy = meet::stored(&name, column(&place), &data_type)?;
            columns.push((name, copy));
        }
        input.set(columns)
    }
}
