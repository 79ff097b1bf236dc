//! The meaning of `top`.

use speleo_syntax::command::top::Top;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Top {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("top", self.span))
    }
}
