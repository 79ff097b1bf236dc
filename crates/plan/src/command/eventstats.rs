//! The meaning of `eventstats`.

use speleo_syntax::command::eventstats::EventStats;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for EventStats {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("eventstats", self.span))
    }
}
