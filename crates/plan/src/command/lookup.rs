//! The meaning of `lookup`.

use speleo_syntax::command::lookup::Lookup;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Lookup {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("lookup", self.span))
    }
}
