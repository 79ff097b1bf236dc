//! The fields `tag` and `tag::host`: the tags of the values that an event has.
//!
//! Values are compared as they are; each value of a field with several counts.

use datafusion::{
    functions_nested::{array_has::array_has_any, make_array::make_array},
    logical_expr::{Expr, lit, when},
};
use indexmap::IndexMap;
use speleo_knowledge::Knowledge;
use speleo_syntax::CompareOp;

use super::base::{TAG, TAG_OF, behind};
use crate::{Result, field, kernel, lower::Context, meet, predicate::index::fits, relation::Relation};

/// The field whose tags a field holds; none for `tag`, which holds those of all.
fn owner(name: &str) -> Option<&str> {
    name.strip_prefix(TAG_OF)
}

/// The fields and values with a tag that a comparison of the field `name` means.
pub(crate) fn pairs<'k>(
    name: &'k str,
    op: CompareOp,
    pattern: &'k str,
    knowledge: &'k Knowledge,
) -> impl Iterator<Item = (&'k str, &'k str)> {
    let is_wanted = move |tag: &String| fits(pattern, tag) == (op == CompareOp::Equal);
    knowledge
        .tags
        .iter()
        .filter(move |((field, _), tags)| owner(name).is_none_or(|owner| owner == field) && tags.iter().any(is_wanted))
        .map(|((field, value), _)| (field.as_str(), value.as_str()))
}

/// Adds the names of the fields that have tags, where tags are wanted.
pub(super) fn names(wanted: &[String], all: &mut Vec<String>, cx: &Context<'_>) {
    let fields: Vec<&String> = cx.world.knowledge().tags.keys().map(|(field, _)| field).collect();
    for name in wanted {
        let wants = |field: &str| name == TAG || owner(name) == Some(field);
        for field in &fields {
            if wants(field) && !all.contains(field) {
                all.push((*field).clone());
            }
        }
    }
}

/// Adds the fields of tags that are wanted. Tags that an event has already come first.
pub(super) fn add(relation: Relation, wanted: &[String], cx: &Context<'_>) -> Result<Relation> {
    let mut columns = Vec::new();
    for name in wanted.iter().filter(|name| *name == TAG || owner(name).is_some()) {
        let takes = |field: &str| owner(name).is_none_or(|owner| owner == field);
        let found = tagged(&relation, cx, |field, _, tag| takes(field).then(|| tag.to_owned()))?;
        let all: Vec<Expr> = found.into_iter().flat_map(|(_, tags)| tags).collect();
        if !all.is_empty() {
            columns.push((name.clone(), behind(&relation, name, vec![list(all)?])?));
        }
    }
    if columns.is_empty() { Ok(relation) } else { relation.set(columns) }
}

/// For each field that the rows have its tags, each null on rows whose values do not carry it. `shown` gets field, value and tag, and
/// says how the tag is written; none leaves it out.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn tagged<'k>(
    relation: &Relation,
    cx: &Context<'k>,
    shown: impl Fn(&str, &str, &str) -> Option<String>,
) -> Result<Vec<(&'k str, Vec<Expr>)>> {
    let mut fields: IndexMap<&str, IndexMap<String, Vec<&str>>> = IndexMap::new();
    for ((field, value), tags) in &cx.world.knowledge().tags {
        for tag in tags.iter().filter_map(|tag| shown(field, value, tag)) {
            fields.entry(field).or_default().entry(tag).or_default().push(value);
        }
    }
    let mut found = Vec::new();
    for (field, tags) in fields {
        if field::find(field, relation).is_none() {
            continue;
        }
        let mut all = Vec::with_capacity(tags.len());
        for (tag, values) in tags {
            all.push(when(has_any(relation, field, &values)?, lit(tag)).end()?);
        }
        found.push((field, all));
    }
    Ok(found)
}

/// Whether a field has one of some values.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn has_any(relation: &Relation, field: &str, values: &[&str]) -> Result<Expr> {
    let Some((own, data_type)) = field::find(field, relation) else { return Ok(lit(false)) };
    if meet::is_list(&data_type) {
        let values = make_array(values.iter().map(|value| lit(*value)).collect());
        return Ok(array_has_any(own, values).is_true());
    }
    let mut any = Vec::with_capacity(values.len());
    for value in values {
        any.push(match meet::is_text(&data_type) {
            // An equality that a scan understands.
            true => own.clone().eq(lit(*value)),
            false => kernel::call("spl_eq", vec![own.clone(), lit(*value), lit("text")])?,
        });
    }
    Ok(crate::predicate::any(any).is_true())
}

/// The values that there are, each once, in their order; null where there is none.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn list(values: Vec<Expr>) -> Result<Expr> {
    if values.is_empty() {
        return meet::null_of(&meet::list_type());
    }
    let values = kernel::call("spl_mvappend", values)?;
    Ok(kernel::call("spl_mvsort", vec![kernel::call("spl_mvdedup", vec![values])?])?)
}
