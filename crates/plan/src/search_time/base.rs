//! Event types and tags in the condition of events: `eventtype=failure tag=authentication`.
//!
//! A comparison with them means the searches of the event types, and the values that carry the tag. So conditions reach the scan,
//! and the fields `eventtype` and `tag` are made only where a later command reads them.

use std::collections::HashSet;

use datafusion::logical_expr::Expr;
use speleo_knowledge::{EventType, Knowledge};
use speleo_syntax::{CompareOp, SearchExpr, SearchExprKind, SearchValue};

use super::{event_type, tag};
use crate::{
    Result, kernel,
    lower::Context,
    meet,
    predicate::index::fits,
    relation::{Relation, column},
};

/// The field with the event types of an event.
pub(crate) const EVENT_TYPE: &str = "eventtype";

/// The field with the tags of all fields.
pub(crate) const TAG: &str = "tag";

/// What the fields with the tags of one field begin with.
pub(crate) const TAG_OF: &str = "tag::";

/// Whether a field is one of those that event types and tags make.
pub(crate) fn is_made(name: &str) -> bool {
    name == EVENT_TYPE || name == TAG || name.starts_with(TAG_OF)
}

/// The event types that a comparison means. The name of one with a field in it is known on an event only: it may be any.
pub(crate) fn types<'k>(op: CompareOp, pattern: &str, knowledge: &'k Knowledge) -> Vec<&'k EventType> {
    let is_wanted = |found: &&EventType| {
        event_type::is_of_fields(&found.name) || fits(pattern, &found.name) == (op == CompareOp::Equal)
    };
    knowledge.event_types.values().filter(is_wanted).collect()
}

/// Values behind those that a field has already, each once; null where there are none.
///
/// # Errors
/// Where a kernel is missing: a bug.
pub(crate) fn behind(relation: &Relation, name: &str, values: Vec<Expr>) -> Result<Expr> {
    let own = match relation.data_type(name) {
        Some(data_type) => meet::convert(column(name), data_type, &meet::list_type())?,
        None => meet::null_of(&meet::list_type())?,
    };
    let all = std::iter::once(own).chain(values).collect();
    Ok(kernel::call("spl_mvdedup", vec![kernel::call("spl_mvappend", all)?])?)
}

/// The text with which a comparison compares; none where it does not simply compare.
pub(crate) fn compared(op: CompareOp, value: &SearchValue) -> Option<&str> {
    let is_plain = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
    match value {
        SearchValue::Text { text, .. } | SearchValue::Term(text) if is_plain => Some(text),
        _ => None,
    }
}

/// Visits the fields that the condition of events reads, with those behind event types and tags.
pub(crate) fn names(expr: &SearchExpr, cx: &Context<'_>, found: &mut dyn FnMut(&str)) {
    visit(expr, &mut HashSet::new(), cx, found);
}

fn visit(expr: &SearchExpr, seen: &mut HashSet<String>, cx: &Context<'_>, found: &mut dyn FnMut(&str)) {
    let mut rest = vec![expr];
    while let Some(expr) = rest.pop() {
        match &expr.kind {
            SearchExprKind::Comparison { field, op, value } => match compared(*op, value) {
                Some(text) if is_made(&field.name) => made(&field.name, *op, text, seen, cx, found),
                _ => found(&field.name),
            },
            SearchExprKind::In { field, values, .. } => {
                for value in values {
                    match compared(CompareOp::Equal, value) {
                        Some(text) if is_made(&field.name) => {
                            made(&field.name, CompareOp::Equal, text, seen, cx, found);
                        }
                        _ => found(&field.name),
                    }
                }
            }
            SearchExprKind::And(parts) | SearchExprKind::Or(parts) => rest.extend(parts.iter().rev()),
            SearchExprKind::Not(inner) => rest.push(inner),
            _ => {}
        }
    }
}

/// Visits the fields behind a comparison with an event type or a tag.
fn made(
    name: &str,
    op: CompareOp,
    text: &str,
    seen: &mut HashSet<String>,
    cx: &Context<'_>,
    found: &mut dyn FnMut(&str),
) {
    let knowledge = cx.world.knowledge();
    if name == EVENT_TYPE {
        for event_type in types(op, text, knowledge) {
            of_type(event_type, seen, cx, found);
        }
        return;
    }
    let of_fields = event_type::of_fields(knowledge);
    for (field, value) in tag::pairs(name, op, text, knowledge) {
        if field == EVENT_TYPE {
            let own = event_type::called(value, &of_fields, knowledge);
            own.for_each(|event_type| of_type(event_type, seen, cx, found));
        } else {
            found(field);
        }
    }
}

/// Visits the fields that an event type's search reads and its name holds. One that names itself is visited once.
pub(super) fn of_type(
    event_type: &EventType,
    seen: &mut HashSet<String>,
    cx: &Context<'_>,
    found: &mut dyn FnMut(&str),
) {
    if !seen.insert(event_type.name.clone()) {
        return;
    }
    event_type::parts(&event_type.name).filter(|(_, is_field)| *is_field).for_each(|(name, _)| found(name));
    if let Ok(search) = cx.world.event_search(event_type).as_ref() {
        visit(search, seen, cx, found);
    }
}
