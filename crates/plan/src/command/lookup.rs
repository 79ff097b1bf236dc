//! The meaning of `lookup`.

use async_trait::async_trait;
use speleo_syntax::command::lookup::Lookup;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

#[async_trait]
impl Lower for Lookup {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("lookup", self.span))
    }
}
