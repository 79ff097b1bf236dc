//! The meaning of `search`: retrieves events when it stands first, and keeps the rows that satisfy it elsewhere.
//! `index=web status=404 | search user=adm*`

use datafusion::logical_expr::lit;
use speleo_syntax::command::search::SearchCommand;

use crate::{
    Result,
    lower::{Context, Lower},
    predicate,
    relation::Relation,
    source,
};

impl Lower for SearchCommand {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        cx.terms.extend(predicate::words(&self.expr));
        let Some(input) = input else { return source::events(&self.expr, self.span, cx).await };
        let condition = predicate::condition(&self.expr, &input, cx).await?;
        if condition == lit(true) { Ok(input) } else { input.filter(condition) }
    }
}
