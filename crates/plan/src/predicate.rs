//! Search conditions as Boolean plan expressions. `status=404 OR user=adm*`

use datafusion::logical_expr::Expr;
use speleo_syntax::{SearchExpr, Span};

use crate::{Result, lower::Context, relation::Relation};

/// Lowers a condition over the rows of `relation`: rows pass for which it is true.
pub(crate) async fn condition(_expr: &SearchExpr, _relation: &Relation, _cx: &mut Context<'_>) -> Result<Expr> {
    Ok(datafusion::logical_expr::lit(true))
}

/// Lowers the text of a condition, as `searchmatch` takes it: without subsearches.
pub(crate) fn of_text(_text: &str, _span: Span, _relation: &Relation, _cx: &mut Context<'_>) -> Result<Expr> {
    Ok(datafusion::logical_expr::lit(true))
}
