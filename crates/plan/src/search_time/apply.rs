//! The chosen steps as columns, one after the other.
//!
//! A step for some events only reads null on the others, or leaves their fields as they are.

use datafusion::{
    arrow::datatypes::DataType,
    functions::core::coalesce,
    functions_nested::{make_array::make_array, string::array_to_string},
    logical_expr::{Expr, ExprSchemable, lit, when},
};
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
    Result, expr, field, kernel,
    lower::{Context, Lower},
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
        // Calculated fields are computed at once, so that none sees another.
        let is_eval = step.stage == Stage::Eval;
        let count = if is_eval { rest.iter().take_while(|chosen| chosen.step.stage == Stage::Eval).count() } else { 1 };
        let (now, later) = rest.split_at(count);
        rest = later;
        relation = match &step.action {
            Action::Take(taking) => take(relation, step, taking, names, groups)?,
            Action::Alias { field, alias, overwrite } => {
                let value = aliased(&relation, step, (field, alias, *overwrite), groups)?;
                relation.set(vec![(alias.clone(), value)])?
            }
            Action::Eval { .. } => calculated(relation, now, groups, cx).await?,
            Action::Lookup { .. } => looked_up(relation, step, names, groups, span, cx).await?,
            Action::Split { field, regex } => split(relation, field, regex)?,
        };
    }
    Ok(relation)
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

fn take(relation: Relation, step: &Step, taking: &Taking, names: &[String], groups: &Groups) -> Result<Relation> {
    let Some(source) = source(&relation, &taking.sources)? else { return Ok(relation) };
    taken(relation, groups.only(&step.groups, source)?, taking, names)
}

/// Adds the fields of these names that a kernel takes out of a text. A field with a value keeps it, or gets more behind it.
pub(super) fn taken(relation: Relation, source: Expr, taking: &Taking, names: &[String]) -> Result<Relation> {
    let call = kernel::call(taking.kernel, taking.arguments(source, names))?;
    let (relation, place) = relation.hidden("taken", call)?;
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let new = kernel::call("spl_part", vec![column(&place), lit(name.as_str())])?;
        let new_type = new.get_type(relation.plan.schema())?;
        let value = match relation.data_type(name) {
            None => new,
            Some(_) if taking.adds => kernel::call("spl_mvappend", vec![column(name), new])?,
            Some(old_type) => {
                let common = meet::meet(old_type, &new_type);
                let old = meet::convert(column(name), old_type, &common)?;
                coalesce().call(vec![old, meet::convert(new, &new_type, &common)?])
            }
        };
        columns.push((name.clone(), value));
    }
    relation.set(columns)
}

/// The first group of each match of a regex in a field is a value of it.
fn split(relation: Relation, name: &str, regex: &str) -> Result<Relation> {
    let Some((value, _)) = field::find(name, &relation) else { return Ok(relation) };
    let values = kernel::call("spl_makemv", vec![value, lit(regex), lit("matches")])?;
    relation.set(vec![(name.to_owned(), values)])
}

/// The new value on the events of a step, the old one on others.
fn replaced(
    relation: &Relation,
    step: &Step,
    name: &str,
    new: Expr,
    new_type: &DataType,
    groups: &Groups,
) -> Result<Expr> {
    let Some(condition) = groups.condition(&step.groups) else { return meet::stored(name, new, new_type) };
    let (new, new_type) = match new_type {
        DataType::Null => (meet::null_of(&DataType::Utf8)?, DataType::Utf8),
        other => (new, other.clone()),
    };
    Ok(match relation.data_type(name) {
        None => when(condition, meet::stored(name, new, &new_type)?).end()?,
        Some(old_type) => {
            let common = if name == meet::TIME { meet::time_type() } else { meet::meet(old_type, &new_type) };
            let old = meet::convert(column(name), old_type, &common)?;
            when(condition, meet::convert(new, &new_type, &common)?).otherwise(old)?
        }
    })
}

fn aliased(
    relation: &Relation,
    step: &Step,
    (field, alias, overwrite): (&str, &str, bool),
    groups: &Groups,
) -> Result<Expr> {
    let found = field::find(field, relation);
    // `AS` takes the other field away where there is none of this name.
    let (mut value, mut data_type) = found.unwrap_or((meet::null_of(&DataType::Utf8)?, DataType::Utf8));
    if let (false, Some(old_type)) = (overwrite, relation.data_type(alias)) {
        let common = meet::meet(old_type, &data_type);
        let old = meet::convert(column(alias), old_type, &common)?;
        value = coalesce().call(vec![old, meet::convert(value, &data_type, &common)?]);
        data_type = common;
    }
    replaced(relation, step, alias, value, &data_type, groups)
}

async fn calculated(
    relation: Relation,
    chosen: &[Chosen<'_>],
    groups: &Groups,
    cx: &mut Context<'_>,
) -> Result<Relation> {
    let mut columns: Vec<(String, Expr)> = Vec::with_capacity(chosen.len());
    for Chosen { step, .. } in chosen {
        let Action::Eval { field, expr, .. } = &step.action else { continue };
        // Notes point into the expression's own text, which the search does not show.
        let notes = cx.notes.len();
        let value = expr::assigned(field, expr, &relation, cx).await;
        cx.notes.truncate(notes);
        let value = match value {
            Ok(value) => value,
            Err(error) => {
                tell(PROPS, &step.place, &format!("`EVAL-{field}`"), error, cx)?;
                continue;
            }
        };
        let data_type = value.get_type(relation.plan.schema())?;
        let value = replaced(&relation, step, field, value, &data_type, groups)?;
        match columns.iter_mut().find(|(name, _)| name == field) {
            // Two groups of events with expressions of their own for one field.
            Some((_, earlier)) => {
                let condition = groups.condition(&step.groups).unwrap_or_else(|| lit(true));
                let earlier_type = earlier.get_type(relation.plan.schema())?;
                let new_type = value.get_type(relation.plan.schema())?;
                let common = meet::meet(&earlier_type, &new_type);
                let old = meet::convert(earlier.clone(), &earlier_type, &common)?;
                *earlier = when(condition, meet::convert(value, &new_type, &common)?).otherwise(old)?;
            }
            None => columns.push((field.clone(), value)),
        }
    }
    relation.set(columns)
}

/// A lookup runs as the command does. Where it is for some events only, its inputs are null on others, and its outputs stand in
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
    let is_for_some = groups.condition(&step.groups).is_some();
    let before = relation.clone();
    let mut rows = relation;
    let mapping =
        |(column, field): (&str, String)| Mapping { column: Field::new(column, span), field: Field::new(field, span) };
    let mut matched = Vec::with_capacity(inputs.len());
    for (column, field) in inputs {
        let mut name = field.clone();
        if is_for_some && let Some((value, _)) = field::find(field, &rows) {
            (rows, name) = rows.hidden("lookup_of_some", groups.only(&step.groups, value)?)?;
        }
        matched.push(mapping((column, name)));
    }
    let mut added = Vec::new();
    let mut passages: Vec<(String, String)> = Vec::new();
    for (column, field) in outputs.iter().filter(|(_, field)| names.contains(field)) {
        let name = if is_for_some { passage(&rows, passages.len()) } else { field.clone() };
        passages.push((field.clone(), name.clone()));
        added.push(mapping((column, name)));
    }
    let output = if *keep && !is_for_some { Output::New } else { Output::Overwrite };
    let lookup = Lookup { span, table: Field::new(table.as_str(), span), inputs: matched, outputs: added, output };
    let rows = match lookup.lower(Some(rows), cx).await {
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
        let value = replaced(&rows, step, field, value, &value_type, groups)?;
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
