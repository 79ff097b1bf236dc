//! The meaning of `search`.

use speleo_syntax::command::search::SearchCommand;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for SearchCommand {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("search", self.span))
    }
}
