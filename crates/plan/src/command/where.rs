//! The meaning of `where`: rows for which an expression is true. `where bytes > 3 * mean`

use speleo_syntax::command::r#where::Where;

use crate::{
    Result,
    command::rows,
    expr,
    lower::{Context, Lower},
    relation::Relation,
};

impl Lower for Where {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "where", self.span)?;
        let condition = expr::condition(&self.expr, &input, cx).await?;
        input.filter(condition)
    }
}
