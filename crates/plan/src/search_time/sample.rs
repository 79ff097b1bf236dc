//! The fields of an index that no column lists: which ones its events have. `index=raw | table *`
//!
//! A step reads all events that the search reaches, so that no field is missed; the search reads them again.

use datafusion::{
    functions_aggregate::count::count_udaf,
    logical_expr::{Expr, LogicalPlanBuilder},
};
use speleo_functions::value::{Lists, Numbers};
use speleo_syntax::Span;

use super::{
    Reading, apply,
    base::{EVENT_TYPE, TAG, TAG_OF},
    group::HOST,
    step::Action,
};
use crate::{
    Result,
    aggregate::Call,
    kernel,
    lower::Context,
    relation::{Relation, column, is_hidden, named},
    wildcard,
};

/// The column of the names that texts say.
const NAMES: &str = "names";

/// The names that a pattern of the pipeline takes and no stored column has, in alphabetical order.
pub(super) async fn names(
    reading: &Reading<'_>,
    condition: &Expr,
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Vec<String>> {
    let said = said(reading, cx);
    let mut wanted = [cx.mentioned.clone(), said.clone()].concat();
    for step in &reading.steps {
        if let Action::Take(taking) = &step.action {
            wanted.extend(taking.sources.iter().cloned());
        }
    }
    let events = reading.fields(&wanted, span, cx).await?;
    let events =
        if *condition == datafusion::logical_expr::lit(true) { events } else { events.filter(condition.clone())? };
    let mut outputs = Vec::with_capacity(said.len() + 1);
    if let Some(held) = held(reading, &events)? {
        let all = Call { function: kernel::aggregate("spl_values")?, args: vec![held] }.aggregate();
        outputs.push(named(all, NAMES));
    }
    let said: Vec<String> = said.into_iter().filter(|name| events.has(name)).collect();
    for (place, name) in said.iter().enumerate() {
        let count = Call { function: count_udaf(), args: vec![column(name)] }.aggregate();
        outputs.push(named(count, &place.to_string()));
    }
    let mut names = remade(reading, cx);
    if outputs.is_empty() {
        return Ok(names);
    }
    let plan = LogicalPlanBuilder::from(events.plan.clone()).aggregate(Vec::<Expr>::new(), outputs)?.build()?;
    let found = cx.world.rows(&format!("fields of {}", reading.index), plan).await?;
    for batch in &found.batches {
        if let Some(values) = batch.column_by_name(NAMES) {
            let lists = Lists::new(values)?;
            let values = (0..batch.num_rows()).filter_map(|row| lists.get(row)).flatten();
            names.extend(values.filter(|name| is_new(name, &reading.stored, cx)).map(str::to_owned));
        }
        for (place, name) in said.iter().enumerate() {
            let Some(count) = batch.column_by_name(&place.to_string()) else { continue };
            let count = Numbers::new(count)?;
            let is_there = (0..batch.num_rows()).any(|row| count.get(row).is_some_and(|count| count > 0.0));
            if is_there && !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names.sort();
    Ok(names)
}

/// The names that steps, event types and tags say whatever the events hold, as far as a pattern takes them.
fn said(reading: &Reading<'_>, cx: &Context<'_>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if is_new(name, &reading.stored, cx) && !said.iter().any(|known| known == name) {
            said.push(name.to_owned());
        }
    };
    for step in &reading.steps {
        match &step.action {
            Action::Take(taking) => taking.names.iter().for_each(|name| add(name)),
            Action::Alias { alias, .. } => add(alias),
            Action::Eval { field, .. } => add(field),
            Action::Lookup { outputs, .. } => outputs.iter().for_each(|(_, field)| add(field)),
            Action::Split { .. } => {}
        }
    }
    let knowledge = cx.world.knowledge();
    if !knowledge.event_types.is_empty() {
        add(EVENT_TYPE);
    }
    if !knowledge.tags.is_empty() {
        add(TAG);
        knowledge.tags.keys().for_each(|(field, _)| add(&format!("{TAG_OF}{field}")));
    }
    said
}

/// The stored columns that a pattern takes and a step gives other values.
fn remade(reading: &Reading<'_>, cx: &Context<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let is_asked = cx.patterns.iter().any(|pattern| wildcard::matches(pattern, name));
        let is_known = is_hidden(name) || cx.mentioned.iter().chain(&names).any(|known| known == name);
        if is_asked && !is_known && reading.stored.has(name) {
            names.push(name.to_owned());
        }
    };
    for step in &reading.steps {
        match &step.action {
            Action::Take(taking) if taking.adds => taking.names.iter().for_each(|name| add(name)),
            Action::Take(_) => {}
            Action::Alias { alias: field, .. } | Action::Eval { field, .. } | Action::Split { field, .. } => add(field),
            Action::Lookup { outputs, .. } => outputs.iter().for_each(|(_, field)| add(field)),
        }
    }
    names
}

/// The names that the texts of an event say; none where no step asks them.
fn held(reading: &Reading<'_>, events: &Relation) -> Result<Option<Expr>> {
    let mut lists = Vec::new();
    for step in &reading.steps {
        let Action::Take(taking) = &step.action else { continue };
        let Some(source) = apply::source(events, &taking.sources)?.filter(|_| taking.is_dynamic) else { continue };
        let source = reading.groups.only(&step.groups, source)?;
        lists.push(kernel::call(&format!("{}_names", taking.kernel), taking.arguments(source, &[]))?);
    }
    Ok(match lists.len() {
        0 => None,
        1 => lists.pop(),
        _ => Some(kernel::call("spl_mvappend", lists)?),
    })
}

fn is_new(name: &str, stored: &Relation, cx: &Context<'_>) -> bool {
    // The host is a column of its own that is filled from the text where it is named.
    let is_known = is_hidden(name) || cx.mentioned.iter().any(|known| known == name);
    let is_column = stored.has(name) && name != HOST;
    !is_known && !is_column && cx.patterns.iter().any(|pattern| wildcard::matches(pattern, name))
}
