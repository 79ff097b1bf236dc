//! The meaning of `head`: the first rows. `head 5`, `head (bytes<100) keeplast=true`
//!
//! A condition counts, in the order of arrival, the rows that stop it; rows before the first of them go on.

use datafusion::{
    functions_aggregate::sum::sum_udaf,
    logical_expr::{Expr, ExprFunctionExt, LogicalPlanBuilder, WindowFrame, expr::WindowFunction, lit, when},
};
use speleo_syntax::{Code, Diagnostic, Search, SearchExpr, SearchExprKind, command::head::Head};

use crate::{
    Result,
    command::rows,
    expr,
    lower::{Context, Lower},
    relation::{Relation, column, named},
    subsearch,
};

/// How many rows where nothing is written.
const DEFAULT: u64 = 10;

/// How many rows stopped it so far, this one included.
const STOPS: &str = "__head_stops";

impl Lower for Head {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let mut input = rows(input, "head", self.span)?;
        let mut limit = self.limit;
        if let Some(search) = &self.limit_subsearch {
            limit = number(search, cx).await?;
        }
        if let Some(condition) = &self.condition {
            let condition = expr::condition(condition, &input, cx).await?;
            let stops = if self.null { condition.is_false() } else { condition.is_not_true() };
            input = until(input, stops, self.keep_last)?;
        } else {
            limit = limit.or(Some(DEFAULT));
        }
        match limit {
            // DataFusion's top-k takes no zero.
            Some(0) => input.filter(lit(false)),
            Some(limit) => input.sorted(usize::try_from(limit).ok()),
            None => Ok(input),
        }
    }
}

/// The number that a bracket returns; none where nothing is known.
async fn number(search: &Search, cx: &mut Context<'_>) -> Result<Option<u64>> {
    let bracket = SearchExpr { span: search.span, kind: SearchExprKind::Subsearch(Box::new(search.clone())) };
    let answers = subsearch::answers(&bracket, cx).await?;
    let Some(text) = subsearch::answer_text(&answers, search.span) else { return Ok(None) };
    match text.trim().parse::<f64>() {
        Ok(number) if number >= 0.0 => Ok(Some(number as u64)),
        _ => {
            let text = format!("`head` needs a number, and the subsearch returns `{text}`");
            Err(Diagnostic::new(Code::BadValue, search.span, text).help("`return $field` returns a bare value").into())
        }
    }
}

/// The rows before the first one that stops, and that one with `keep_last`.
fn until(relation: Relation, stops: Expr, keep_last: bool) -> Result<Relation> {
    let step = when(stops, lit(1_i64)).otherwise(lit(0_i64))?;
    let (mut relation, step) = relation.hidden("head_stop", step)?;
    let count = Expr::from(WindowFunction::new(sum_udaf(), vec![column(&step)]))
        .order_by(relation.sort_exprs())
        .window_frame(WindowFrame::new(Some(true)))
        .build()?;
    relation.plan = LogicalPlanBuilder::from(relation.plan).window(vec![named(count, STOPS)])?.build()?;
    let before = if keep_last { column(STOPS) - column(&step) } else { column(STOPS) };
    let columns = relation.fields().into_iter().map(|name| (name.clone(), column(&name))).collect();
    relation.filter(before.eq(lit(0_i64)))?.select(columns)
}
