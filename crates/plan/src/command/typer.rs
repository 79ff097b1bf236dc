//! The meaning of `typer`: which event types an event has, in the field `eventtype`. `index=web | typer`
//!
//! A type's search is a condition on the event. An event of several types gets several values, by priority and then by name,
//! behind those that it had.

use datafusion::logical_expr::{lit, when};
use indexmap::IndexMap;
use speleo_knowledge::EventType;
use speleo_syntax::{Code, Diagnostic, SearchExpr, command::typer::Typer, parse_search_expr};

use crate::{
    Result,
    command::rows,
    field, kernel,
    lower::{Context, Lower},
    meet, predicate,
    relation::{Relation, column},
    wildcard,
};

/// The field.
const EVENT_TYPE: &str = "eventtype";

impl Lower for Typer {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "typer", self.span)?;
        let mut values = Vec::new();
        if let Some(data_type) = input.data_type(EVENT_TYPE) {
            values.push(meet::convert(column(EVENT_TYPE), data_type, &meet::list_type())?);
        }
        for (name, search) in searches(self, cx)? {
            let condition = predicate::condition(&search, &input, cx).await?;
            values.push(when(condition.is_true(), lit(name)).end()?);
        }
        if values.is_empty() {
            values.push(meet::null_of(&meet::list_type())?);
        }
        let types = kernel::call("spl_mvdedup", vec![kernel::call("spl_mvappend", values)?])?;
        input.set(vec![(EVENT_TYPE.to_owned(), types)])
    }
}

/// The searches of the types that are asked for.
///
/// # Errors
/// E0504 where one cannot be read.
fn searches(typer: &Typer, cx: &Context<'_>) -> Result<Vec<(String, SearchExpr)>> {
    let types: &IndexMap<String, EventType> = &cx.world.knowledge().event_types;
    let is_wanted =
        |name: &str| typer.types.is_empty() || typer.types.iter().any(|wanted| wildcard::matches(wanted, name));
    let mut searches = Vec::new();
    for found in types.values().filter(|found| is_wanted(&found.name)) {
        let (text, mut problems) = cx.world.expand(&found.search);
        let (search, more) = parse_search_expr(&text);
        problems.extend(more);
        if let Some(problem) = problems.into_iter().find(Diagnostic::is_error) {
            let text = format!("in the event type `{}`: {}", found.name, problem.message);
            let error = Diagnostic::new(Code::Knowledge, typer.span, text);
            return Err(error.help(format!("its search is `{}`", found.search)).into());
        }
        searches.push((found.name.clone(), search));
    }
    Ok(searches)
}

/// The fields that the searches name, which an open source must extract; none of a search that cannot be read.
pub(super) fn names(typer: &Typer, cx: &Context<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (_, search) in searches(typer, cx).unwrap_or_default() {
        field::of_search(&search, &mut |field| names.push(field.name.clone()));
    }
    names
}
