//! The meaning of `typer`: which event types an event has, in the field `eventtype`. `index=web | typer`
//!
//! A type's search is a condition on the event. An event of several types gets several values, by priority and then by name,
//! behind those that it had.

use std::sync::Arc;

use datafusion::logical_expr::when;
use speleo_syntax::{Code, Diagnostic, command::typer::Typer};

use crate::{
    EventSearch, Result,
    command::rows,
    lower::{Context, Lower},
    predicate,
    relation::Relation,
    search_time::{self, EVENT_TYPE},
    subsearch::Answers,
    wildcard,
};

impl Lower for Typer {
    async fn lower(&self, input: Option<Relation>, cx: &mut Context<'_>) -> Result<Relation> {
        let input = rows(input, "typer", self.span)?;
        let mut values = Vec::new();
        for (name, search) in searches(self, cx)? {
            let Ok(search) = search.as_ref() else { continue };
            let answers = Answers::default();
            let condition = predicate::of_foreign(search, self.span, &answers, &input, None, cx)?;
            values.push(when(condition.is_true(), search_time::shown(name, &input)?).end()?);
        }
        let types = search_time::behind(&input, EVENT_TYPE, values)?;
        input.set(vec![(EVENT_TYPE.to_owned(), types)])
    }
}

/// The searches of the types that are asked for.
///
/// # Errors
/// E0504 where one cannot be read.
fn searches<'k>(typer: &Typer, cx: &Context<'k>) -> Result<Vec<(&'k str, Arc<EventSearch>)>> {
    let types = &cx.world.knowledge().event_types;
    let is_wanted =
        |name: &str| typer.types.is_empty() || typer.types.iter().any(|wanted| wildcard::matches(wanted, name));
    let mut searches = Vec::new();
    for found in types.values().filter(|found| is_wanted(&found.name)) {
        let search = cx.world.event_search(found);
        match search.as_ref() {
            Ok(_) => searches.push((found.name.as_str(), search)),
            Err(problem) => {
                let text = format!("in the event type `{}`: {}", found.name, problem.message);
                let error = Diagnostic::new(Code::Knowledge, typer.span, text);
                return Err(error.help(format!("its search is `{}`", found.search)).into());
            }
        }
    }
    Ok(searches)
}

/// The fields that the searches name, which an open source must extract; none of a search that cannot be read.
pub(super) fn names(typer: &Typer, cx: &Context<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for (_, search) in searches(typer, cx).unwrap_or_default() {
        if let Ok(search) = search.as_ref() {
            search_time::names(search, cx, &mut |name| names.push(name.to_owned()));
        }
    }
    names
}
