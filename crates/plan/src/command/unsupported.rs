//! The meaning of `unsupported`.

use speleo_syntax::command::unsupported::Unsupported;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Unsupported {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("unsupported", self.span))
    }
}
