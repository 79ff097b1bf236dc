//! Events from indexes: which ones a condition reads, and how their tables come together. `index=web OR index=app error`
//!
//! Each index is filtered by the condition with `index` known, on its own types, before the tables meet by name. Events
//! come newest first; equal times keep the order of storage. They have the columns that are stored and the fields that
//! [`crate::search_time`] makes of them: those that the pipeline names, and those that it names by a pattern after a step that looks
//! which ones there are.

mod choose;
#[cfg(test)]
mod tests;

pub(crate) use choose::listed;

use std::sync::Arc;

use datafusion::{
    arrow::datatypes::{DataType, Field as ArrowField, Fields, Schema},
    common::{Column, DFSchema, TableReference},
    logical_expr::{EmptyRelation, Expr, LogicalPlan, LogicalPlanBuilder, TableSource, lit},
};
use speleo_syntax::{Code, Diagnostic, SearchExpr, Span};

use crate::{
    Result, Source, Thing,
    lower::Context,
    meet::{self, TIME, time_type},
    predicate,
    relation::{OrderKey, Relation, SEQUENCE, Shape, column, is_hidden, named, project},
    search_time::{self, Reading},
    subsearch,
};

/// The raw text of an event.
const RAW: &str = "_raw";

/// Which of several indexes an event is from: equal times of different indexes stand in the order of the indexes.
pub(crate) const ORDINAL: &str = "__index";

/// The fields of text type that every event has.
const TEXTS: [&str; 5] = [RAW, "index", "host", "source", "sourcetype"];

/// The events that satisfy a condition, within the time range that was asked for unless the condition sets its own.
///
/// # Errors
/// E0206 for an index that does not exist, and whatever the condition's lowering reports.
pub(crate) async fn events(expr: &SearchExpr, span: Span, cx: &mut Context<'_>) -> Result<Relation> {
    let answers = subsearch::answers(expr, cx).await?;
    let is_bounded = predicate::time::is_bounded(expr, &answers);
    if is_bounded {
        cx.range = predicate::time::whole(expr, &answers, cx)?;
    }
    if cx.world.is_blind() {
        for (thing, field) in [(Thing::Index, predicate::index::INDEX), (Thing::SourceType, "sourcetype")] {
            predicate::index::wanted_of(field, expr).iter().for_each(|(_, name)| cx.world.names(thing, name));
        }
        let relation = nothing(&cx.mentioned, true)?;
        let condition = predicate::of_index(expr, &answers, &relation, None, cx)?;
        return filtered(relation, condition);
    }
    let mut parts = Vec::new();
    let mut notes: Vec<Vec<Diagnostic>> = Vec::new();
    for (ordinal, name) in (0..).zip(choose::indexes(expr, &answers, span, cx)?) {
        let source = match cx.beside {
            Some(summary) => cx.world.index_beside(&name, summary).await?,
            None => cx.world.index(&name).await?,
        };
        let Some(source) = source else { continue };
        let stored = scan(&name, &source)?;
        cx.stored_made = stored.fields().into_iter().filter(|name| search_time::is_made(name)).collect();
        let mut fields = cx.mentioned.clone();
        search_time::names(expr, cx, &mut |name| {
            if !name.contains('*') && !fields.iter().any(|known| known == name) {
                fields.push(name.to_owned());
            }
        });
        let reading = Reading::new(&name, &source, stored, &fields, cx).await?;
        let relation = reading.fields(&fields, span, cx).await?;
        let before = cx.notes.len();
        let mut conditions = vec![predicate::of_index(expr, &answers, &relation, Some(&name), cx)?];
        notes.push(cx.notes.split_off(before));
        if !is_bounded {
            conditions.push(predicate::time::within(cx.outer_range, &relation)?);
        }
        let condition = predicate::all(conditions);
        let mut relation = filtered(relation, condition.clone())?;
        if reading.is_open(cx) && !cx.patterns.is_empty() {
            let fields = [fields, reading.names(&condition, span, cx).await?].concat();
            relation = filtered(reading.fields(&fields, span, cx).await?, condition)?;
        }
        parts.push((ordinal, relation));
    }
    cx.notes.extend(shared(notes));
    match parts.len() {
        0 => nothing(&[], false),
        // Rows of a summary, which come in beside these, tell the index.
        1 if cx.beside.is_none() => Ok(parts.remove(0).1),
        _ => together(parts),
    }
}

/// The names of the indexes that a condition without brackets reads.
///
/// # Errors
/// As [`events`].
pub(crate) fn chosen(expr: &SearchExpr, span: Span, cx: &Context<'_>) -> Result<Vec<String>> {
    choose::indexes(expr, &subsearch::Answers::new(), span, cx)
}

/// All events of an index, whatever the time range; none where it does not exist.
pub(crate) async fn whole(name: &str, cx: &Context<'_>) -> Result<Option<Relation>> {
    let Some(source) = cx.world.index(name).await? else { return Ok(None) };
    Ok(Some(scan(name, &source)?))
}

/// A field that one of several indexes lacks is no mistake, nor is a name that one holds as a value of `eventtype`: of the notes
/// about these, those stay that all indexes share.
fn shared(notes: Vec<Vec<Diagnostic>>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for note in notes.iter().flatten() {
        let is_of_one = matches!(note.code, Code::UnknownField | Code::UnknownEventType);
        let stays = !is_of_one || notes.iter().all(|list| list.contains(note));
        if stays && !kept.contains(note) {
            kept.push(note.clone());
        }
    }
    kept
}

fn filtered(relation: Relation, condition: Expr) -> Result<Relation> {
    if condition == lit(true) { Ok(relation) } else { relation.filter(condition) }
}

/// The events of one index with the columns that are stored.
fn scan(name: &str, source: &Source) -> Result<Relation> {
    scan_table(name, &source.table)
}

/// The events of a table that has the columns of the order.
pub(crate) fn scan_table(name: &str, source: &Arc<dyn TableSource>) -> Result<Relation> {
    let table = TableReference::bare(name);
    let schema = source.schema();
    let of_table = |field: &str| Expr::Column(Column::new(Some(table.clone()), field));
    let exprs = schema.fields().iter().map(|field| named(of_table(field.name()), field.name())).collect();
    let plan = project(LogicalPlanBuilder::scan(table.clone(), Arc::clone(source), None)?.build()?, exprs)?;
    Ok(Relation { plan, order: newest_first(), shape: Shape::Events })
}

fn newest_first() -> Vec<OrderKey> {
    vec![OrderKey::descending(TIME), OrderKey::ascending(SEQUENCE)]
}

/// No events, with the fields that every event has and those that are named where they may exist.
pub(crate) fn nothing(mentioned: &[String], open: bool) -> Result<Relation> {
    let mut fields = vec![ArrowField::new(TIME, time_type(), true)];
    fields.extend(TEXTS.iter().map(|name| ArrowField::new(*name, DataType::Utf8, true)));
    for name in mentioned.iter().filter(|name| open && !is_hidden(name)) {
        if !fields.iter().any(|field| field.name() == name) {
            fields.push(ArrowField::new(name, DataType::Utf8, true));
        }
    }
    fields.push(ArrowField::new(SEQUENCE, DataType::Int64, true));
    let schema = DFSchema::try_from(Schema::new(Fields::from(fields)))?;
    let plan = LogicalPlan::EmptyRelation(EmptyRelation { produce_one_row: false, schema: Arc::new(schema) });
    Ok(Relation { plan, order: newest_first(), shape: Shape::Events })
}

/// The events of several indexes, each with its place among them.
fn together(parts: Vec<(i64, Relation)>) -> Result<Relation> {
    let mut placed = Vec::with_capacity(parts.len());
    for (ordinal, mut part) in parts {
        let mut exprs: Vec<Expr> = part.plan.schema().fields().iter().map(|field| column(field.name())).collect();
        exprs.push(named(lit(ordinal), ORDINAL));
        part.plan = project(part.plan, exprs)?;
        placed.push(part);
    }
    let order = vec![OrderKey::descending(TIME), OrderKey::ascending(ORDINAL), OrderKey::ascending(SEQUENCE)];
    united(placed, order)
}

/// The rows of several relations: columns, hidden ones too, meet by name, in the order in which they first come up.
pub(crate) fn united(mut parts: Vec<Relation>, order: Vec<OrderKey>) -> Result<Relation> {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return Ok(Relation { order, ..only });
    }
    let mut common: Vec<(String, DataType)> = Vec::new();
    for field in parts.iter().flat_map(|part| part.plan.schema().fields().iter()) {
        match common.iter_mut().find(|(name, _)| name == field.name()) {
            Some((_, data_type)) => *data_type = meet::meet(data_type, field.data_type()),
            None => common.push((field.name().clone(), field.data_type().clone())),
        }
    }
    let mut union: Option<LogicalPlanBuilder> = None;
    for part in parts {
        let mut exprs = Vec::with_capacity(common.len());
        for (name, data_type) in &common {
            let value = match part.data_type(name) {
                Some(own) => meet::convert(column(name), own, data_type)?,
                None => meet::null_of(data_type)?,
            };
            exprs.push(named(value, name));
        }
        let plan = LogicalPlanBuilder::from(project(part.plan, exprs)?);
        union = Some(match union {
            Some(union) => union.union(plan.build()?)?,
            None => plan,
        });
    }
    let plan = match union {
        Some(union) => union.build()?,
        None => return nothing(&[], false),
    };
    Ok(Relation { plan, order, shape: Shape::Events })
}
