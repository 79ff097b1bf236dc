//! The meaning of `fillnull`.

use speleo_syntax::command::fillnull::FillNull;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for FillNull {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("fillnull", self.span))
    }
}
