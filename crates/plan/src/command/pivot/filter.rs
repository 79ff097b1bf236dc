//! The filters of `pivot`, as conditions of the search language. `FILTER host startsWith web`, `FILTER status in (404, 500)`
//!
//! Texts compare as in `search`: without case, `*` for any run of characters.

use datafusion::logical_expr::lit;
use speleo_functions::eval::pattern;
use speleo_syntax::{
    Code, CompareOp, Diagnostic, SearchExpr, SearchExprKind, SearchValue, Spanned,
    command::pivot::{Filter, Test},
};

use crate::{Result, field, kernel, lower::Context, predicate, relation::Relation};

/// The events that pass.
pub(super) async fn apply(filter: &Filter, events: Relation, cx: &mut Context<'_>) -> Result<Relation> {
    if filter.test == Test::Regex {
        return matching(filter, events);
    }
    let condition = predicate::condition(&condition(filter), &events, cx).await?;
    events.filter(condition)
}

/// Not anchored, and case counts.
fn matching(filter: &Filter, events: Relation) -> Result<Relation> {
    let Some(written) = filter.values.first() else { return Ok(events) };
    pattern::check(&written.node)
        .map_err(|reason| Diagnostic::new(Code::Regex, written.span, "this is no regular expression").label(reason))?;
    match field::find(&filter.field.name, &events) {
        Some((value, _)) => events.filter(kernel::call("spl_match", vec![value, lit(written.node.as_str())])?),
        None => events.filter(lit(false)),
    }
}

fn condition(filter: &Filter) -> SearchExpr {
    let expr = |kind| SearchExpr { span: filter.field.span, kind };
    let text = |text: String| SearchValue::Text { text, quoted: true };
    let compare = |op, value| expr(SearchExprKind::Comparison { field: filter.field.clone(), op, value: text(value) });
    let not = |inner| expr(SearchExprKind::Not(Box::new(inner)));
    let value = filter.values.first().map_or("", |value| value.node.as_str());
    let among = |negated| {
        let values = filter.values.iter().map(|Spanned { node, .. }| text(node.clone())).collect();
        expr(SearchExprKind::In { field: filter.field.clone(), values, negated })
    };
    match filter.test {
        Test::Is | Test::Regex => compare(CompareOp::Equal, value.to_owned()),
        Test::IsNot => compare(CompareOp::NotEqual, value.to_owned()),
        Test::Less => compare(CompareOp::Less, value.to_owned()),
        Test::LessOrEqual => compare(CompareOp::LessOrEqual, value.to_owned()),
        Test::Greater => compare(CompareOp::Greater, value.to_owned()),
        Test::GreaterOrEqual => compare(CompareOp::GreaterOrEqual, value.to_owned()),
        Test::Contains => compare(CompareOp::Equal, format!("*{value}*")),
        Test::DoesNotContain => compare(CompareOp::NotEqual, format!("*{value}*")),
        Test::StartsWith => compare(CompareOp::Equal, format!("{value}*")),
        Test::EndsWith => compare(CompareOp::Equal, format!("*{value}")),
        Test::IsNull => not(compare(CompareOp::Equal, "*".to_owned())),
        Test::IsNotNull => compare(CompareOp::Equal, "*".to_owned()),
        Test::In => among(false),
        Test::NotIn => among(true),
    }
}
