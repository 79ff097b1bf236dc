//! `spath` without a path where the search says which fields it wants: `spath input=body | stats sum(response.bytes) BY response.status`.
//!
//! What types the fields have need not be asked of all rows, as lists serve; whether there are any is looked for in the first rows, and
//! in all rows where these do not have them. A name that no row has is left to the reading of all fields, which knows what is meant.

use datafusion::logical_expr::{Expr, LogicalPlanBuilder, lit};
use speleo_functions::eval::fields::{ONE, SEVERAL};

use crate::{
    Result,
    extract::{self, Existing},
    field::{self, Later},
    kernel,
    lower::Context,
    relation::{Relation, column, is_hidden},
};

/// So many rows are looked at for names.
const FIRST: usize = 1_000;

/// The rows with the fields of these names, each of which the text or the rows have; none where one has neither.
pub(super) async fn of(
    input: &Relation,
    text: Expr,
    Later { mut names, texts, .. }: Later,
    cx: &mut Context<'_>,
) -> Result<Option<Relation>> {
    names.retain(|name| !is_hidden(name));
    if cx.world.is_blind() || names.is_empty() {
        return Ok(None);
    }
    let is_there = |name: &String| field::find(name, input).is_some();
    let first = LogicalPlanBuilder::from(input.plan.clone()).limit(0, Some(FIRST))?.build()?;
    let all = kernel::call("spl_fields_spath", vec![text.clone()])?;
    let known =
        names_of(&Relation { plan: first, ..input.clone() }, kernel::call("spl_fields_names", vec![all])?, cx).await?;
    names.extend(texts.into_iter().filter(|text| known.iter().any(|(known, _)| known == text)));
    let is_known = |name: &String| known.iter().any(|(known, _)| known == name);
    let asked: Vec<String> = names.iter().filter(|name| is_there(name) || !is_known(name)).cloned().collect();
    let mut held = Vec::new();
    if !asked.is_empty() {
        let arguments = std::iter::once(text.clone()).chain(asked.iter().map(|name| lit(name.as_str())));
        held = names_of(input, kernel::call("spl_spath_held", arguments.collect())?, cx).await?;
    }
    let mark = |name: &String| match held.iter().find(|(held, _)| held == name) {
        Some((_, false)) if is_there(name) => Some(ONE),
        None if is_there(name) => None,
        _ => Some(SEVERAL),
    };
    let is_nowhere = |name: &&String| !is_there(name) && held.iter().all(|(held, _)| held != *name);
    if asked.iter().any(|name| is_nowhere(&name)) {
        return Ok(None);
    }
    let wanted: Vec<(char, &String)> = names.iter().filter_map(|name| Some((mark(name)?, name))).collect();
    if wanted.is_empty() {
        return Ok(Some(input.clone()));
    }
    let marked = wanted.iter().map(|(mark, name)| lit(format!("{mark}{name}")));
    let fields = kernel::call("spl_spath_some", std::iter::once(text).chain(marked).collect())?;
    let (relation, place) = input.clone().hidden("fields", fields)?;
    let mut columns = Vec::with_capacity(wanted.len());
    for (_, name) in wanted {
        let value = kernel::call("spl_part", vec![column(&place), lit(name.as_str())])?;
        columns.push((name.clone(), extract::beside(&relation, name, value, Existing::GivesWay)?));
    }
    relation.set(columns).map(Some)
}

async fn names_of(relation: &Relation, names: Expr, cx: &mut Context<'_>) -> Result<Vec<(String, bool)>> {
    extract::names(relation, names, "spath", cx).await
}
