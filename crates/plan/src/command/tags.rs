//! The meaning of `tags`: the tags of the values of fields. `index=web | tags host`
//!
//! `tag::host` has the tags of the host, `tag` those of all fields. Tags that a row has already come first. Each value of a field with several
//! counts; values are compared as they are.

use std::collections::BTreeSet;

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
        let found = search_time::tagged(&input, cx, |field, value, tag| self.shown(field, value, tag))?;
        let output = self.output.as_ref().map_or(TAG, |field| field.name.as_str());
        let mut columns = Vec::with_capacity(found.len() + 1);
        let mut all = Vec::new();
        for (field, tags) in found {
            if self.output.is_none() {
                let name = format!("{TAG}::{field}");
                let tags = search_time::behind(&input, &name, vec![search_time::list(tags.clone())?])?;
                columns.push((name, tags));
            }
            all.extend(tags);
        }
        let all = search_time::behind(&input, output, vec![search_time::list(all)?])?;
        columns.push((output.to_owned(), all));
        input.set(columns)
    }
}

/// What the options say of a tag.
trait Shown {
    fn takes(&self, field: &str) -> bool;
    /// The tag as it is written; none where it does not count.
    fn shown(&self, field: &str, value: &str, tag: &str) -> Option<String>;
}

impl Shown for Tags {
    fn takes(&self, field: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|wanted| wildcard::matches(&wanted.name, field))
    }

    fn shown(&self, field: &str, value: &str, tag: &str) -> Option<String> {
        if !self.takes(field) || !(self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == tag)) {
            return None;
        }
        let whole = self.output.is_some();
        let parts = [(self.with_name && whole, field), (self.with_value && whole, value), (true, tag)];
        let written: Vec<&str> =
            parts.into_iter().filter(|(is_written, _)| *is_written).map(|(_, part)| part).collect();
        Some(written.join("::"))
    }
}

/// The fields that have tags, which an open source must extract.
pub(super) fn names(tags: &Tags, cx: &Context<'_>) -> Vec<String> {
    let known: BTreeSet<&String> = cx.world.knowledge().tags.keys().map(|(field, _)| field).collect();
    known.into_iter().filter(|field| tags.takes(field)).cloned().collect()
}
