//! The meaning of `filldown`: the last value above, where a field has none. `filldown host, src_*`
//!
//! Without a list the fields are all that are shown, internal ones left out. Rows before the first value stay without.

use speleo_syntax::command::filldown::FillDown;

use crate::{
    Result,
    aggregate::arrival_key,
    command::rows,
    kernel,
    lower::{Context, Lower},
    relation::{Relation, column, is_internal},
    wildcard,
    window::{self, Window},
};

impl Lower for FillDown {
    async fn lower(&self, input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "filldown", self.span)?;
        let mut names = input.fields();
        names.retain(|name| match self.fields.as_slice() {
            [] => !is_internal(name),
            fields => fields.iter().any(|field| wildcard::matches(&field.name, name)),
        });
        let key = arrival_key(&input)?;
        let (input, key) = input.hidden("arrival", key)?;
        let window = Window::so_far(&input);
        let last = kernel::aggregate("spl_last")?;
        let filled = names.iter().map(|name| window.apply(last.clone(), vec![column(name), column(&key)]));
        let (input, places) = window::add(input, "filled", filled.collect::<Result<_>>()?)?;
        input.set(names.into_iter().zip(places.iter().map(|place| column(place))).collect())
    }
}
