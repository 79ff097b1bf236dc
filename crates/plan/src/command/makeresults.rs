//! The meaning of `makeresults`.

use speleo_syntax::command::makeresults::MakeResults;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for MakeResults {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("makeresults", self.span))
    }
}
