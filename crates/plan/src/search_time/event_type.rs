//! The field `eventtype`: the names of the event types whose searches an event satisfies, by priority and then by name.
//!
//! `%user%` in a name stands for the event's field. Types of which the origin of an index's events says that they cannot hold are
//! not looked at.

use std::{collections::HashSet, sync::Arc};

use datafusion::logical_expr::{Expr, lit, when};
use speleo_knowledge::{EventType, Knowledge};
use speleo_syntax::{CompareOp, SearchExpr, SearchExprKind, Span};

use super::{
    base::{self, EVENT_TYPE, TAG, TAG_OF, compared},
    group::{Groups, HOST, SOURCE, SOURCETYPE},
    warning::{tell, warn},
};
use crate::{
    EventSearch, Origin, Result, field, kernel, lower::Context, meet, predicate, predicate::index::fits,
    relation::Relation, subsearch::Answers,
};

const FILE: &str = "eventtypes.conf";

/// The parts of a name by turns: texts, and fields between percent signs.
pub(super) fn parts(name: &str) -> impl Iterator<Item = (&str, bool)> {
    let is_closed = |place: usize| name.match_indices('%').count() > place;
    name.split('%').enumerate().map(move |(place, part)| (part, place % 2 == 1 && is_closed(place)))
}

/// Whether a name holds a field.
pub(crate) fn is_of_fields(name: &str) -> bool {
    name.contains('%') && parts(name).any(|(part, is_field)| is_field && !part.is_empty())
}

/// The name as an event has it; null where a field in it is missing.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn shown(name: &str, relation: &Relation) -> Result<Expr> {
    if !is_of_fields(name) {
        return Ok(lit(name));
    }
    let mut texts = Vec::new();
    for (part, is_field) in parts(name) {
        texts.push(match field::find(part, relation) {
            Some((value, _)) if is_field => value,
            None if is_field => meet::null_of(&datafusion::arrow::datatypes::DataType::Utf8)?,
            _ => lit(part),
        });
    }
    Ok(kernel::call("spl_concat", texts)?)
}

/// The event types whose names hold fields: each may have any value.
pub(crate) fn of_fields(knowledge: &Knowledge) -> Vec<&EventType> {
    knowledge.event_types.values().filter(|event_type| is_of_fields(&event_type.name)).collect()
}

/// The event types that an event with this value of `eventtype` may have; `of_fields` are those of [`of_fields`].
pub(crate) fn called<'k>(
    value: &str,
    of_fields: &[&'k EventType],
    knowledge: &'k Knowledge,
) -> impl Iterator<Item = &'k EventType> {
    let exact = knowledge.event_types.get(value).filter(|event_type| !is_of_fields(&event_type.name));
    exact.into_iter().chain(of_fields.iter().copied())
}

/// The event types that a search wants of an index, with their searches.
pub(super) struct Types<'k>(Vec<(&'k EventType, Arc<EventSearch>)>);

impl<'k> Types<'k> {
    /// Those that can hold for any event of the groups: all where the field is wanted, those with tags where tags are.
    pub(super) fn wanted(wanted: &[String], index: &str, groups: &Groups, cx: &mut Context<'k>) -> Self {
        let knowledge = cx.world.knowledge();
        let wants = |name: &str| wanted.iter().any(|wanted| wanted == name);
        let by_tag = wants(TAG) || wants(&format!("{TAG_OF}{EVENT_TYPE}"));
        if !wants(EVENT_TYPE) && !by_tag {
            return Self(Vec::new());
        }
        let tagged: HashSet<&str> =
            knowledge.tags.keys().filter(|(field, _)| field == EVENT_TYPE).map(|(_, value)| value.as_str()).collect();
        let is_tagged = |name: &str| tagged.contains(name) || (!tagged.is_empty() && is_of_fields(name));
        let mut found = Vec::new();
        for event_type in knowledge.event_types.values() {
            if !wants(EVENT_TYPE) && !is_tagged(&event_type.name) {
                continue;
            }
            let search = cx.world.event_search(event_type);
            match search.as_ref() {
                Ok(own) if may_hold(own, index, groups) => found.push((event_type, search)),
                Ok(_) => {}
                Err(problem) => {
                    let message = format!("the event type `{}` is left out: {}", event_type.name, problem.message);
                    warn(FILE, &event_type.place, &message, cx);
                }
            }
        }
        Self(found)
    }

    /// Adds the names of the fields that they read.
    pub(super) fn names(&self, cx: &Context<'_>, all: &mut Vec<String>) {
        let mut seen = HashSet::new();
        let mut known: HashSet<String> = all.iter().cloned().collect();
        for (event_type, _) in &self.0 {
            base::of_type(event_type, &mut seen, cx, &mut |name| {
                if !known.contains(name) {
                    known.insert(name.to_owned());
                    all.push(name.to_owned());
                }
            });
        }
    }

    /// Adds the field; values that it has already come first.
    pub(super) fn add(&self, relation: Relation, index: &str, span: Span, cx: &mut Context<'_>) -> Result<Relation> {
        if self.0.is_empty() {
            return Ok(relation);
        }
        let mut values = Vec::new();
        for (event_type, search) in &self.0 {
            let Ok(search) = search.as_ref() else { continue };
            match predicate::of_foreign(search, span, &Answers::default(), &relation, Some(index), cx) {
                Ok(condition) => {
                    values.push(when(condition.is_true(), shown(&event_type.name, &relation)?).end()?);
                }
                Err(error) => {
                    let what = format!("the event type `{}`", event_type.name);
                    tell(FILE, &event_type.place, &what, error, cx)?;
                }
            }
        }
        let types = base::behind(&relation, EVENT_TYPE, values)?;
        relation.set(vec![(EVENT_TYPE.to_owned(), types)])
    }
}

/// Whether a search can hold for events of an index, as far as that is known from where they are from.
fn may_hold(search: &SearchExpr, index: &str, groups: &Groups) -> bool {
    let mut origins = groups.all.iter().flat_map(|group| &group.origins).peekable();
    // Without origins nothing is known but the index; source types that are shown under another name are not compared here.
    if origins.peek().is_none() || groups.renames() {
        return holds(search, index, &Origin::default()) != Some(false);
    }
    origins.any(|origin| holds(search, index, origin) != Some(false))
}

/// Whether a search holds for events of an origin; none where that is not known.
fn holds(search: &SearchExpr, index: &str, origin: &Origin) -> Option<bool> {
    match &search.kind {
        SearchExprKind::And(parts) => decided(parts, index, origin, false),
        SearchExprKind::Or(parts) => decided(parts, index, origin, true),
        SearchExprKind::Not(inner) => holds(inner, index, origin).map(|holds| !holds),
        SearchExprKind::Comparison { field, op, value } => {
            let own = match field.name.as_str() {
                "index" => Some(index),
                SOURCE => origin.source.as_deref(),
                HOST => origin.host.as_deref(),
                SOURCETYPE => origin.sourcetype.as_deref(),
                _ => None,
            };
            Some(fits(compared(*op, value)?, own?) == (*op == CompareOp::Equal))
        }
        _ => None,
    }
}

fn decided(parts: &[SearchExpr], index: &str, origin: &Origin, decisive: bool) -> Option<bool> {
    let mut answer = Some(!decisive);
    for part in parts {
        match holds(part, index, origin) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => answer = None,
        }
    }
    answer
}
