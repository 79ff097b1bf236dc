//! Comparisons of event types and tags in the condition of events, as what they mean: `eventtype=failure tag=authentication`.

use speleo_knowledge::EventType;
use speleo_syntax::{Code, CompareOp, Diagnostic, Field, SearchValue, Span};

use datafusion::logical_expr::{Expr, lit};
use indexmap::IndexMap;

use super::{Lowering, any, compare::compare};
use crate::{
    Result,
    expr::Typed,
    field,
    search_time::{self, EVENT_TYPE},
    suggest,
};

impl Lowering<'_, '_> {
    /// `eventtype=x`, `tag=x` or `tag::field=x` on the events of an index. What events hold under these names themselves counts, too.
    pub(super) fn made(
        &mut self,
        span: Span,
        name: &Field,
        op: CompareOp,
        value: &SearchValue,
    ) -> Result<Option<Expr>> {
        let Some(text) = search_time::compared(op, value) else { return Ok(None) };
        let knowledge = self.cx.world.knowledge();
        let mut tests = Vec::new();
        let is_own = self.index.is_none() || self.cx.stored_made.contains(&name.name);
        if is_own && let Some((column, data_type)) = field::find(&name.name, self.relation) {
            tests.push(compare(&Typed::field(column, data_type), op, value)?);
        }
        if name.name == EVENT_TYPE {
            let types = search_time::types(op, text, knowledge);
            if types.is_empty() && tests.is_empty() && !text.contains('*') {
                self.note_unknown_type(name, text);
            }
            for event_type in types {
                tests.push(self.event_type(span, event_type, op, value)?);
            }
            return Ok(Some(any(tests)));
        }
        let of_fields = search_time::of_fields(knowledge);
        let mut fields: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for (field, value) in search_time::tag_pairs(&name.name, op, text, knowledge) {
            fields.entry(field).or_default().push(value);
        }
        for (field, values) in fields {
            if field != EVENT_TYPE {
                tests.push(search_time::has_any(self.relation, field, &values)?);
                continue;
            }
            for value in values {
                let exact = SearchValue::Case(value.to_owned());
                for event_type in search_time::called(value, &of_fields, knowledge) {
                    tests.push(self.event_type(span, event_type, CompareOp::Equal, &exact)?);
                }
            }
        }
        Ok(Some(any(tests)))
    }

    /// A name that no event type has: the comparison holds for no event.
    fn note_unknown_type(&mut self, name: &Field, text: &str) {
        let knowledge = self.cx.world.knowledge();
        if self.cx.world.is_blind() {
            return;
        }
        let note = Diagnostic::new(Code::UnknownEventType, name.span, format!("no event type is called `{text}`"));
        let note = match suggest::nearest(text, knowledge.event_types.keys().map(String::as_str)) {
            Some(near) => note.help(format!("`{near}` is one")),
            None => note.help("event types are the stanzas of `eventtypes.conf`"),
        };
        if !self.cx.notes.contains(&note) {
            self.cx.notes.push(note);
        }
    }

    /// Whether an event is of a type, and the type's name compares so where a field is part of it.
    fn event_type(&mut self, span: Span, event_type: &EventType, op: CompareOp, value: &SearchValue) -> Result<Expr> {
        // A type that needs itself holds for nothing.
        if self.types.contains(&event_type.name) {
            return Ok(lit(false));
        }
        let search = self.cx.world.event_search(event_type);
        let Ok(search) = search.as_ref() else { return Ok(lit(false)) };
        self.types.push(event_type.name.clone());
        let condition = self.foreign(search, span);
        self.types.pop();
        let condition = condition?.is_true();
        if !search_time::is_of_fields(&event_type.name) {
            return Ok(condition);
        }
        let name = search_time::shown(&event_type.name, self.relation)?;
        let name = Typed::field(name, datafusion::arrow::datatypes::DataType::Utf8);
        Ok(super::all(vec![condition, compare(&name, op, value)?]))
    }
}
