//! The meaning of `search` after a pipe: rows that satisfy a condition. `| search status=404 OR user=adm*`
//!
//! First in a pipeline it retrieves events: see [`crate::source`].

use speleo_syntax::command::search::SearchCommand;

use crate::{
    Result,
    command::not_yet,
    lower::{Context, Lower},
    predicate,
    relation::Relation,
};

impl Lower for SearchCommand {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        match input {
            Some(input) => {
                let condition = predicate::condition(&self.expr, &input, cx).await?;
                input.filter(condition)
            }
            None => Err(not_yet("search", self.span)),
        }
    }
}
