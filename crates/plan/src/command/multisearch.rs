//! The meaning of `multisearch`: the events of several searches, newest first. `| multisearch [search index=a] [search index=b]`
//!
//! Rows without a time that tells their order stand in the order of the searches.

use speleo_syntax::{Code, Diagnostic, command::multisearch::MultiSearch};

use crate::{
    Result,
    command::branch,
    lower::{Context, Lower},
    meet::{self, TIME},
    relation::{OrderKey, Relation, Shape},
    table,
    union::stack,
};

impl Lower for MultiSearch {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        if input.is_some() {
            let error = Diagnostic::new(Code::Position, self.span, "`multisearch` makes rows and must stand first");
            return Err(error.into());
        }
        let mut parts = Vec::with_capacity(self.searches.len());
        for search in &self.searches {
            parts.push(branch(search, cx).await?);
        }
        together(parts)
    }
}

/// Rows of several searches: events by time, anything else one after the other.
pub(super) fn together(parts: Vec<Relation>) -> Result<Relation> {
    let are_events = parts.iter().all(|part| {
        part.shape == Shape::Events
            && part.order.first() == Some(&OrderKey::descending(TIME))
            && part.data_type(TIME).is_some_and(meet::is_time)
    });
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else { return table::nothing() };
    for part in parts {
        all = stack(all, part)?;
    }
    if are_events {
        let newest = OrderKey::descending(TIME);
        if all.order.first() != Some(&newest) {
            all.order.insert(0, newest);
        }
    }
    Ok(all)
}
