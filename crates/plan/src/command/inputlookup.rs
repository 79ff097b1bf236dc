//! The meaning of `inputlookup`.

use speleo_syntax::command::inputlookup::InputLookup;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for InputLookup {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("inputlookup", self.span))
    }
}
