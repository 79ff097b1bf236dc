//! The meaning of `tags`: the tags of the values of fields. `index=web | tags host`
//!
//! `tag::host` has the tags of the host, `tag` those of all fields. Each value of a field with several counts; values are compared
//! as they are.

use std::collections::BTreeSet;

use datafusion::logical_expr::{Expr, lit, when};
use indexmap::IndexMap;
use speleo_syntax::command::tags::Tags;

use crate::{
    Result,
    command::rows,
    kernel,
    lower::{Context, Lower},
    meet,
    relation::{Relation, column},
    wildcard,
};

/// The field for the tags of all fields.
const TAG: &str = "tag";

impl Lower for Tags {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "tags", self.span)?;
        // For each field the tags and the values that have them.
        let mut fields: IndexMap<&str, IndexMap<String, Vec<&str>>> = IndexMap::new();
        let known = &cx.world.knowledge().tags;
        for ((field, value), tags) in known {
            if !input.has(field) || !self.takes(field) {
                continue;
            }
            for tag in tags.iter().filter(|tag| self.allowed.is_empty() || self.allowed.contains(tag)) {
                fields.entry(field).or_default().entry(self.shown(field, value, tag)).or_default().push(value);
            }
        }
        let mut all = Vec::new();
        let mut columns = Vec::new();
        for (field, tags) in fields {
            let mut own = Vec::new();
            for (tag, values) in tags {
                own.push(when(has_any(&input, field, &values)?, lit(tag)).end()?);
            }
            if self.output.is_none() {
                columns.push((format!("{TAG}::{field}"), list(own.clone())?));
            }
            all.extend(own);
        }
        let output = self.output.as_ref().map_or(TAG, |field| field.name.as_str());
        columns.push((output.to_owned(), list(all)?));
        input.set(columns)
    }
}

/// What the options say of a tag.
trait Shown {
    fn takes(&self, field: &str) -> bool;
    /// The tag as it is written.
    fn shown(&self, field: &str, value: &str, tag: &str) -> String;
}

impl Shown for Tags {
    fn takes(&self, field: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|wanted| wildcard::matches(&wanted.name, field))
    }

    fn shown(&self, field: &str, value: &str, tag: &str) -> String {
        let whole = self.output.is_some();
        let parts = [(self.with_name && whole, field), (self.with_value && whole, value), (true, tag)];
        let written: Vec<&str> =
            parts.into_iter().filter(|(is_written, _)| *is_written).map(|(_, part)| part).collect();
        written.join("::")
    }
}

/// Whether a field has one of some values.
fn has_any(input: &Relation, field: &str, values: &[&str]) -> Result<Expr> {
    let mut any: Option<Expr> = None;
    for value in values {
        let equal = kernel::call("spl_eq", vec![column(field), lit(*value), lit("text")])?.is_true();
        any = Some(match any {
            Some(any) => any.or(equal),
            None => equal,
        });
    }
    Ok(any.filter(|_| input.has(field)).unwrap_or_else(|| lit(false)))
}

/// The values that there are, each once, in their order; null where there is none.
fn list(values: Vec<Expr>) -> Result<Expr> {
    if values.is_empty() {
        return meet::null_of(&meet::list_type());
    }
    let values = kernel::call("spl_mvappend", values)?;
    Ok(kernel::call("spl_mvsort", vec![kernel::call("spl_mvdedup", vec![values])?])?)
}

/// The fields that have tags, which an open source must extract.
pub(super) fn names(tags: &Tags, cx: &Context<'_>) -> Vec<String> {
    let known: BTreeSet<&String> = cx.world.knowledge().tags.keys().map(|(field, _)| field).collect();
    known.into_iter().filter(|field| tags.takes(field)).cloned().collect()
}
