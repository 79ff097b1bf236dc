//! The meaning of `tags`: the tags of the values of fields. `index=web | tags host`
//!
//! `tag::host` has the tags of the host, `tag` those of all fields. Each value of a field with several counts; values are compared
//! as they are.

use std::collections::BTreeSet;

use datafusion::logical_expr::{lit, when};
use indexmap::IndexMap;
use speleo_syntax::command::tags::Tags;

use crate::{
    Result,
    command::rows,
    lower::{Context, Lower},
    relation::Relation,
    search_time::{self, TAG},
    wildcard,
};

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
                own.push(when(search_time::has_any(&input, field, &values)?, lit(tag)).end()?);
            }
            if self.output.is_none() {
                columns.push((format!("{TAG}::{field}"), search_time::list(own.clone())?));
            }
            all.extend(own);
        }
        let output = self.output.as_ref().map_or(TAG, |field| field.name.as_str());
        columns.push((output.to_owned(), search_time::list(all)?));
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

/// The fields that have tags, which an open source must extract.
pub(super) fn names(tags: &Tags, cx: &Context<'_>) -> Vec<String> {
    let known: BTreeSet<&String> = cx.world.knowledge().tags.keys().map(|(field, _)| field).collect();
    known.into_iter().filter(|field| tags.takes(field)).cloned().collect()
}
