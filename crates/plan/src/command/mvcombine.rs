//! The meaning of `mvcombine`.

use speleo_syntax::command::mvcombine::MvCombine;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for MvCombine {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("mvcombine", self.span))
    }
}
