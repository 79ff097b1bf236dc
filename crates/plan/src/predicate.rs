//! Search conditions as Boolean plan expressions. `status=404 OR user=adm*`
//!
//! A missing field satisfies neither `=` nor `!=`: both are null, and `NOT` turns what is not true into true. A comparison
//! that means the same on a column's type becomes DataFusion's own, so that a scan can prune by it; the others call the
//! `spl_search_…` kernels. Not here: which indexes a condition reads ([`index`] decides, [`crate::source`] reads).

mod answer;
mod compare;
pub(crate) mod index;
mod made;
mod term;
#[cfg(test)]
mod tests;
pub(crate) mod time;

pub(crate) use term::words;

use datafusion::{
    common::{
        ScalarValue,
        tree_node::{TreeNode, TreeNodeRecursion},
    },
    logical_expr::{Expr, Operator, lit},
};
use indexmap::IndexMap;
use speleo_syntax::{
    Code, CompareOp, Diagnostic, Field, SearchExpr, SearchExprKind, SearchValue, Span, parse_search_expr,
};

use crate::{
    Error, Result,
    expr::balanced,
    lower::Context,
    relation::Relation,
    subsearch::{self, Answers},
};

/// How deeply conditions may nest: the plans below recurse over expressions.
const DEPTH: usize = 200;

/// With more alternatives than this for one field, a lookup serves better than a comparison each.
const MANY: usize = 16;

/// How many conditions may hold together: the optimizer makes a chain of them, as deep as they are many.
const MAX_CONDITIONS: usize = 2_000;

/// Lowers a condition over the rows of `relation`: rows pass for which it is true. Its brackets run first.
///
/// # Errors
/// Diagnostics about times and unsupported forms, and what running the brackets reports.
pub(crate) async fn condition(expr: &SearchExpr, relation: &Relation, cx: &mut Context<'_>) -> Result<Expr> {
    let answers = subsearch::answers(expr, cx).await?;
    of_index(expr, &answers, relation, None, cx)
}

/// Lowers a condition whose brackets have run. Where the rows are those of one index, comparisons of `index` are
/// constants.
pub(crate) fn of_index(
    expr: &SearchExpr,
    answers: &Answers,
    relation: &Relation,
    index: Option<&str>,
    cx: &mut Context<'_>,
) -> Result<Expr> {
    Lowering::new(relation, cx, answers, index).lower(expr)
}

/// As [`of_index`] for a condition from elsewhere, such as the search of an event type: it speaks through `span`.
pub(crate) fn of_foreign(
    expr: &SearchExpr,
    span: Span,
    answers: &Answers,
    relation: &Relation,
    index: Option<&str>,
    cx: &mut Context<'_>,
) -> Result<Expr> {
    let mut lowering = Lowering::new(relation, cx, answers, index);
    lowering.expands = true;
    lowering.foreign(expr, span)
}

/// Lowers the text of a condition, as `searchmatch` takes it: without subsearches. `span` is where the text stands.
pub(crate) fn of_text(text: &str, span: Span, relation: &Relation, cx: &mut Context<'_>) -> Result<Expr> {
    let answers = Answers::default();
    Lowering::new(relation, cx, &answers, None).spliced(text, span)
}

/// What lowering a condition carries.
struct Lowering<'a, 'w> {
    /// The rows that it is evaluated on.
    relation: &'a Relation,
    /// The search around it.
    cx: &'a mut Context<'w>,
    /// What its brackets returned.
    answers: &'a Answers,
    /// The index that all rows are from, where there is one.
    index: Option<&'a str>,
    /// How deep in the condition it is.
    depth: usize,
    /// The event types whose searches are being lowered, the outermost first.
    types: Vec<String>,
    /// Whether a comparison of an event type or a tag means the searches and values behind it.
    expands: bool,
}

impl<'a, 'w> Lowering<'a, 'w> {
    fn new(relation: &'a Relation, cx: &'a mut Context<'w>, answers: &'a Answers, index: Option<&'a str>) -> Self {
        Self { relation, cx, answers, index, depth: 0, types: Vec::new(), expands: index.is_some() }
    }

    fn lower(&mut self, expr: &SearchExpr) -> Result<Expr> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Diagnostic::new(Code::TooDeep, expr.span, "the condition is nested too deeply").into());
        }
        let lowered = self.lower_kind(expr)?;
        self.depth -= 1;
        Ok(lowered)
    }

    fn lower_kind(&mut self, expr: &SearchExpr) -> Result<Expr> {
        match &expr.kind {
            SearchExprKind::All => Ok(lit(true)),
            // The parser reported an error, and a search with errors is not run.
            SearchExprKind::Nothing | SearchExprKind::Error => Ok(lit(false)),
            SearchExprKind::And(parts) => self.group(parts),
            SearchExprKind::Or(parts) => self.alternatives(parts),
            SearchExprKind::Not(inner) => Ok(not(self.lower(inner)?)),
            SearchExprKind::Comparison { field, op, value } => self.comparison(expr.span, field, *op, value),
            SearchExprKind::In { field, values, negated } => {
                let found = self.membership(field, &values.iter().collect::<Vec<_>>())?;
                Ok(if *negated { not(found) } else { found })
            }
            SearchExprKind::Term { text, quoted } => self.term(text, if *quoted { "phrase" } else { "term" }),
            SearchExprKind::TermDirective(text) => self.term(text, "TERM"),
            SearchExprKind::CaseDirective(text) => self.term(text, "CASE"),
            SearchExprKind::TimeModifier { .. } => self.group(std::slice::from_ref(expr)),
            SearchExprKind::Subsearch(search) => self.answer(search.span),
        }
    }

    /// Any of several conditions. Many values of one field are looked up at once, as those of `IN` are.
    fn alternatives(&mut self, parts: &[SearchExpr]) -> Result<Expr> {
        let mut lists: IndexMap<&str, (&Field, Vec<&SearchValue>)> = IndexMap::new();
        for (field, value) in parts.iter().filter_map(plain_equality) {
            lists.entry(field.name.as_str()).or_insert_with(|| (field, Vec::new())).1.push(value);
        }
        lists.retain(|_, (_, values)| values.len() > MANY);
        let mut conditions = Vec::new();
        for part in parts {
            let listed = plain_equality(part).is_some_and(|(field, _)| lists.contains_key(field.name.as_str()));
            if !listed {
                conditions.push(self.lower(part)?);
            }
        }
        for (field, values) in lists.values() {
            conditions.push(self.membership(field, values)?);
        }
        Ok(any(conditions))
    }

    /// All of several conditions; time modifiers among them bound the group together.
    fn group(&mut self, parts: &[SearchExpr]) -> Result<Expr> {
        if let Some(surplus) = parts.get(MAX_CONDITIONS) {
            let message = format!("more than {MAX_CONDITIONS} conditions hold together");
            let help = "many values of a field are excluded by `NOT field IN (…)`";
            return Err(Diagnostic::new(Code::TooDeep, surplus.span, message).help(help).into());
        }
        let mut conditions = Vec::with_capacity(parts.len());
        if let Some(range) = time::range(parts, self.answers, self.cx)? {
            conditions.push(time::within(range, self.relation)?);
        }
        for part in parts.iter().filter(|part| !matches!(part.kind, SearchExprKind::TimeModifier { .. })) {
            conditions.push(self.lower(part)?);
        }
        // What is cheap comes first: the rest is asked of the rows that are left.
        conditions.sort_by_key(cost);
        Ok(all(conditions))
    }

    /// A condition given as text; problems in it belong to the place that it comes from.
    fn spliced(&mut self, text: &str, span: Span) -> Result<Expr> {
        let (expr, diagnostics) = parse_search_expr(text);
        if let Some(problem) = diagnostics.into_iter().find(Diagnostic::is_error) {
            return Err(subsearch::unreadable(text, &problem, span));
        }
        self.foreign(&expr, span)
    }

    /// A condition whose places are not those of the search: it speaks through the place that it comes from.
    fn foreign(&mut self, expr: &SearchExpr, span: Span) -> Result<Expr> {
        let notes = self.cx.notes.len();
        let lowered = self.lower(expr);
        self.cx.notes.truncate(notes);
        lowered.map_err(|error| match error {
            Error::Diagnostics(list) => {
                Error::Diagnostics(list.into_iter().map(|problem| problem.retold(span, &*problem.message)).collect())
            }
            other => other,
        })
    }
}

/// `field=value` where the value is a text.
fn plain_equality(part: &SearchExpr) -> Option<(&Field, &SearchValue)> {
    match &part.kind {
        SearchExprKind::Comparison {
            field,
            op: CompareOp::Equal,
            value: value @ (SearchValue::Text { .. } | SearchValue::Term(_)),
        } => Some((field, value)),
        _ => None,
    }
}

/// What a condition costs beside the others: a comparison of values little, a look at values as texts more, a search through
/// raw events most.
fn cost(condition: &Expr) -> u8 {
    let mut cost = 0;
    // The walk has no errors of its own.
    let _ = condition.apply(|expr| {
        if let Expr::ScalarFunction(call) = expr {
            cost = cost.max(if call.name() == "spl_search_term" { 2 } else { 1 });
        }
        Ok(TreeNodeRecursion::Continue)
    });
    cost
}

/// The condition that no row satisfies and of which nothing more is known.
fn unknown() -> Expr {
    lit(ScalarValue::Boolean(None))
}

/// Its value where it is a constant; null counts as false, as no row satisfies either.
fn constant(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Literal(ScalarValue::Boolean(value), _) => Some(value.unwrap_or(false)),
        _ => None,
    }
}

/// All of the conditions; constants fold, so that what an index settles is not evaluated.
pub(crate) fn all(mut parts: Vec<Expr>) -> Expr {
    if parts.iter().any(|part| constant(part) == Some(false)) {
        return lit(false);
    }
    parts.retain(|part| constant(part).is_none());
    balanced(Operator::And, parts).unwrap_or_else(|| lit(true))
}

/// Any of the conditions.
pub(crate) fn any(mut parts: Vec<Expr>) -> Expr {
    if parts.iter().any(|part| constant(part) == Some(true)) {
        return lit(true);
    }
    parts.retain(|part| constant(part).is_none());
    balanced(Operator::Or, parts).unwrap_or_else(|| lit(false))
}

/// `NOT`: true wherever the condition is not true, so also where a field is missing.
fn not(condition: Expr) -> Expr {
    match constant(&condition) {
        Some(value) => lit(!value),
        None => condition.is_not_true(),
    }
}
