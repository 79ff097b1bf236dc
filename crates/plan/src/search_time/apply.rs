//! The chosen steps as columns, one after the other.
//!
//! A step for some events only reads null on the others, or leaves their fields as they are.

use std::collections::HashSet;

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    functions_nested::{make_array::make_array, string::array_to_string},
    logical_expr::{Expr, ExprSchemable, conditional_expressions::CaseBuilder, lit, when},
};
use indexmap::IndexMap;
use speleo_syntax::{
    Field, Span,
    command::lookup::{Lookup, Mapping, Output},
};

use super::{
    group::{Groups, SOURCETYPE, STORED_SOURCETYPE},
    need::Chosen,
    step::{Action, PROPS, Stage, Step, Taking},
    warning::tell,
};
use crate::{
    Result,
    command::lookup::LookUp,
    expr, field, kernel,
    lower::Context,
    meet,
    relation::{Relation, column},
};

/// Runs the steps. `span` is where the search names the events.
pub(super) async fn apply(
    stored: Relation,
    chosen: &[Chosen<'_>],
    groups: &Groups,
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let mut relation = renamed(stored, groups)?;
    let mut rest = chosen;
    while let Some(Chosen { step, names }) = rest.first() {
        let (now, later) = rest.split_at(at_once(rest, groups));
        rest = later;
        relation = match &step.action {
            Action::Take(_) => {
                let mut takings = Vec::with_capacity(now.len());
                for Chosen { step, names } in now {
                    let Action::Take(taking) = &step.action else { continue };
                    if let Some(source) = source(&relation, &taking.sources)? {
                        takings.push((groups.only(&step.groups, source)?, taking, names.as_slice()));
                    }
                }
                taken(relation, &takings)?
            }
            Action::Alias { .. } => aliased(relation, now, groups)?,
            Action::Eval { .. } => calculated(relation, now, groups, cx).await?,
            Action::Lookup { .. } => looked_up(relation, step, names, groups, span, cx).await?,
            Action::Split { field, regex } => split(relation, field, regex)?,
        };
    }
    Ok(relation)
}

/// How many of the next steps are done at once. Calculated fields are, so that none sees another; of other stages those that are for
/// different events, so that plans do not grow deep where an index has many source types.
fn at_once(rest: &[Chosen<'_>], groups: &Groups) -> usize {
    let Some(first) = rest.first() else { return 0 };
    let stage = first.step.stage;
    let own = rest.iter().take_while(|chosen| chosen.step.stage == stage);
    if stage == Stage::Eval {
        return own.count();
    }
    let adds = |step: &Step| matches!(&step.action, Action::Take(taking) if taking.adds);
    let is_joint = |step: &Step| matches!(&step.action, Action::Take(_) | Action::Alias { .. });
    let mut seen = HashSet::new();
    let is_apart = |chosen: &&Chosen<'_>| {
        let step = chosen.step;
        let is_new = step.groups.iter().all(|group| seen.insert(*group));
        is_new && is_joint(step) && adds(step) == adds(first.step) && groups.condition(&step.groups).is_some()
    };
    own.take_while(is_apart).count().max(1)
}

/// Source types under their new names; the old ones stay in a field of their own.
fn renamed(relation: Relation, groups: &Groups) -> Result<Relation> {
    if !groups.renames() || !relation.has(SOURCETYPE) {
        return Ok(relation);
    }
    let relation = relation.set(vec![(STORED_SOURCETYPE.to_owned(), column(SOURCETYPE))])?;
    let mut shown = column(SOURCETYPE);
    for (place, group) in groups.all.iter().enumerate() {
        let Some(name) = &group.settings.rename else { continue };
        shown = match groups.condition(&[place]) {
            Some(condition) => when(condition, lit(name.as_str())).otherwise(shown)?,
            None => lit(name.as_str()),
        };
    }
    relation.set(vec![(SOURCETYPE.to_owned(), shown)])
}

/// The text that a step reads; none where the rows lack its fields.
pub(super) fn source(relation: &Relation, names: &[String]) -> Result<Option<Expr>> {
    if let [name] = names {
        return Ok(field::find(name, relation).map(|(value, _)| value));
    }
    let mut values = Vec::with_capacity(names.len());
    for (value, data_type) in names.iter().filter_map(|name| field::find(name, relation)) {
        values.push(meet::convert(value, &data_type, &DataType::Utf8)?);
    }
    Ok((!values.is_empty()).then(|| array_to_string(make_array(values), lit(" "))))
}

/// Adds the fields that kernels take out of texts, each text with what is taken and the names of the fields. A field with a value keeps
/// it, or gets more behind it. Of several texts an event has one.
pub(super) fn taken(mut relation: Relation, takings: &[(Expr, &Taking, &[String])]) -> Result<Relation> {
    let mut found: IndexMap<&str, Vec<Expr>> = IndexMap::new();
    for (source, taking, names) in takings {
        let call = kernel::call(taking.kernel, taking.arguments(source.clone(), names))?;
        let place;
        (relation, place) = relation.hidden("taken", call)?;
        for name in *names {
            let part = kernel::call("spl_part", vec![column(&place), lit(name.as_str())])?;
            found.entry(name).or_default().push(part);
        }
    }
    let adds = takings.first().is_some_and(|(_, taking, _)| taking.adds);
    let mut columns = Vec::with_capacity(found.len());
    for (name, parts) in found {
        let old = relation.data_type(name).map(|_| column(name));
        let all: Vec<Expr> = old.into_iter().chain(parts).collect();
        columns.push((name.to_owned(), if adds { appended(all)? } else { first(all, &relation)? }));
    }
    relation.set(columns)
}

/// The first group of each match of a regex in a field is a value of it.
fn split(relation: Relation, name: &str, regex: &str) -> Result<Relation> {
    let Some((value, _)) = field::find(name, &relation) else { return Ok(relation) };
    let values = kernel::call("spl_makemv", vec![value, lit(regex), lit("matches")])?;
    relation.set(vec![(name.to_owned(), values)])
}

/// The values of all, one behind the other.
fn appended(mut values: Vec<Expr>) -> Result<Expr> {
    match values.pop() {
        Some(single) if values.is_empty() => Ok(single),
        Some(last) => {
            values.push(last);
            Ok(kernel::call("spl_mvappend", values)?)
        }
        None => meet::null_of(&DataType::Utf8),
    }
}

/// The first that is there.
fn first(mut values: Vec<Expr>, relation: &Relation) -> Result<Expr> {
    let schema = relation.plan.schema();
    let types = values.iter().map(|value| value.get_type(schema)).collect::<std::result::Result<Vec<_>, _>>()?;
    let Some(common) = types.iter().cloned().reduce(|one, other| meet::meet(&one, &other)) else {
        return meet::null_of(&DataType::Utf8);
    };
    if let [_] = values.as_slice() {
        return Ok(values.remove(0));
    }
    let values = values.into_iter().zip(&types).map(|(value, own)| meet::convert(value, own, &common));
    Ok(coalesce().call(values.collect::<Result<_>>()?))
}

/// New values of a field, each for the events of a step.
type Choices<'a> = Vec<(&'a Step, Expr, DataType)>;

/// The new value on the events of its step, the old one on others.
fn replaced(relation: &Relation, name: &str, choices: Choices<'_>, groups: &Groups) -> Result<Expr> {
    let mut cases = Vec::with_capacity(choices.len());
    for (step, new, new_type) in choices {
        let Some(condition) = groups.condition(&step.groups) else { return meet::stored(name, new, &new_type) };
        cases.push(match new_type {
            DataType::Null => (condition, meet::null_of(&DataType::Utf8)?, DataType::Utf8),
            other => (condition, new, other),
        });
    }
    let old = relation.data_type(name);
    let types = old.into_iter().chain(cases.iter().map(|(_, _, own)| own)).cloned();
    let Some(common) = types.reduce(|one, other| meet::meet(&one, &other)) else {
        return meet::null_of(&DataType::Utf8);
    };
    let common = if name == meet::TIME && old.is_some() { meet::time_type() } else { common };
    let mut chosen: Option<CaseBuilder> = None;
    for (condition, new, new_type) in cases {
        let new = meet::convert(new, &new_type, &common)?;
        let new = if old.is_none() { meet::stored(name, new, &common)? } else { new };
        chosen = Some(match chosen {
            None => when(condition, new),
            Some(mut cases) => cases.when(condition, new),
        });
    }
    let Some(mut chosen) = chosen else { return meet::null_of(&DataType::Utf8) };
    Ok(match old {
        Some(old) => chosen.otherwise(meet::convert(column(name), old, &common)?)?,
        None => chosen.end()?,
    })
}

/// Sets fields to new values on the events of their steps.
fn set(relation: Relation, fields: IndexMap<&str, Choices<'_>>, groups: &Groups) -> Result<Relation> {
    let mut columns = Vec::with_capacity(fields.len());
    for (name, choices) in fields {
        columns.push((name.to_owned(), replaced(&relation, name, choices, groups)?));
    }
    relation.set(columns)
}

fn aliased(relation: Relation, chosen: &[Chosen<'_>], groups: &Groups) -> Result<Relation> {
    let mut fields: IndexMap<&str, Choices<'_>> = IndexMap::new();
    for Chosen { step, .. } in chosen {
        let Action::Alias { field, alias, overwrite } = &step.action else { continue };
        // `AS` takes the other field away where there is none of this name.
        let found = field::find(field, &relation);
        let (mut value, mut data_type) = found.unwrap_or((meet::null_of(&DataType::Utf8)?, DataType::Utf8));
        if let (false, Some(old_type)) = (*overwrite, relation.data_type(alias)) {
            let common = meet::meet(old_type, &data_type);
            let old = meet::convert(column(alias), old_type, &common)?;
            value = coalesce().call(vec![old, meet::convert(value, &data_type, &common)?]);
            data_type = common;
        }
        fields.entry(alias).or_default().push((*step, value, data_type));
    }
    set(relation, fields, groups)
}

async fn calculated(
    relation: Relation,
    chosen: &[Chosen<'_>],
    groups: &Groups,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let mut fields: IndexMap<&str, Choices<'_>> = IndexMap::new();
    for Chosen { step, .. } in chosen {
        let Action::Eval { field, expr, .. } = &step.action else { continue };
        // Notes point into the expression's own text, which the search does not show.
        let notes = cx.notes.len();
        let value = expr::assigned(field, expr, &relation, cx).await;
        cx.notes.truncate(notes);
        match value {
            Ok(value) => {
                let data_type = value.get_type(relation.plan.schema())?;
                fields.entry(field).or_default().push((*step, value, data_type));
            }
            Err(error) => tell(PROPS, &step.place, &format!("`EVAL-{field}`"), error, cx)?,
        }
    }
    set(relation, fields, groups)
}

/// A lookup runs as the command does. Where it is for some events only, the others are not looked up, and its outputs stand in
/// fields of passage until it is known which rows take them.
async fn looked_up(
    relation: Relation,
    step: &Step,
    names: &[String],
    groups: &Groups,
    span: Span,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let Action::Lookup { table, inputs, outputs, keep } = &step.action else { return Ok(relation) };
    let only = groups.condition(&step.groups);
    let is_for_some = only.is_some();
    let before = relation.clone();
    let mapping =
        |(column, field): (&str, &str)| Mapping { column: Field::new(column, span), field: Field::new(field, span) };
    let matched = inputs.iter().map(|(column, field)| mapping((column, field))).collect();
    let mut added = Vec::new();
    let mut passages: Vec<(String, String)> = Vec::new();
    for (column, field) in outputs.iter().filter(|(_, field)| names.contains(field)) {
        let name = if is_for_some { passage(&relation, passages.len()) } else { field.clone() };
        added.push(mapping((column, &name)));
        passages.push((field.clone(), name));
    }
    let output = if *keep && !is_for_some { Output::New } else { Output::Overwrite };
    let lookup = Lookup { span, table: Field::new(table.as_str(), span), inputs: matched, outputs: added, output };
    let rows = match lookup.of(relation, only, cx).await {
        Ok(rows) => rows,
        Err(error) => {
            tell(PROPS, &step.place, &format!("the lookup `{table}`"), error, cx)?;
            return Ok(before);
        }
    };
    if !is_for_some {
        return Ok(rows);
    }
    let mut columns: Vec<(String, Expr)> = rows
        .fields()
        .into_iter()
        .filter(|name| passages.iter().all(|(_, passage)| passage != name))
        .map(|name| (name.clone(), column(&name)))
        .collect();
    for (field, passage) in &passages {
        let Some(data_type) = rows.data_type(passage).cloned() else { continue };
        let mut value = column(passage);
        let mut value_type = data_type;
        if let (true, Some(old_type)) = (*keep, rows.data_type(field)) {
            let common = meet::meet(old_type, &value_type);
            let old = meet::convert(column(field), old_type, &common)?;
            value = coalesce().call(vec![old, meet::convert(value, &value_type, &common)?]);
            value_type = common;
        }
        let value = replaced(&rows, field, vec![(step, value, value_type)], groups)?;
        match columns.iter_mut().find(|(name, _)| name == field) {
            Some((_, old)) => *old = value,
            None => columns.push((field.clone(), value)),
        }
    }
    rows.select(columns)
}

/// A name that no column has.
fn passage(rows: &Relation, turn: usize) -> String {
    let mut name = format!("lookup output {turn}");
    while rows.has(&name) {
        name.push('_');
    }
    name
}
