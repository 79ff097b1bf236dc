//! The meaning of `tstats`.

use speleo_syntax::command::tstats::TStats;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for TStats {
    async fn lower(&self, _input: Option<Relation>, _cx: &mut Context<'_>) -> Result<Relation> {
        Err(not_yet("tstats", self.span))
    }
}
