//! The meaning of `stats`.

use speleo_syntax::command::stats::Stats;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Stats {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("stats", self.span))
    }
}
