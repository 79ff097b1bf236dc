//! Lookup tables by name, and rows that a step returned, as relations. `| inputlookup users.csv`

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, RecordBatch},
        datatypes::{DataType, Field, Schema},
    },
    common::TableReference,
    datasource::{MemTable, ViewTable, provider_as_source},
    logical_expr::{LogicalPlanBuilder, TableSource},
};
use speleo_knowledge::Limit;
use speleo_syntax::{Code, Diagnostic, Field as Name, Span, parse_search_expr};

use crate::{
    Error, LookupTable, Result, Rows,
    lower::Context,
    predicate,
    relation::{OrderKey, Relation, SEQUENCE, column, named},
    suggest,
};

/// The lookup table that a search names; none where nothing is known of tables at all.
///
/// # Errors
/// E0205 where it does not exist.
pub(crate) async fn open(name: &Name, cx: &mut Context<'_>) -> Result<Option<LookupTable>> {
    if let Some(table) = find(&name.name, name.span, cx).await? {
        return Ok(Some(table));
    }
    if cx.world.is_blind() {
        return Ok(None);
    }
    let text = format!("no lookup table is called `{}`", name.name);
    let mut error = Diagnostic::new(Code::UnknownLookup, name.span, text).named(&name.name);
    let names = cx.world.lookup_names();
    if let Some(nearest) = suggest::nearest(&name.name, names.iter().map(String::as_str)) {
        error = error.edit(format!("`{nearest}` is one"), name.span, nearest);
    }
    Err(error.into())
}

/// A lookup table with those of its rows that the definition's filter leaves; none where it does not exist.
pub(crate) async fn find(name: &str, span: Span, cx: &mut Context<'_>) -> Result<Option<LookupTable>> {
    let Some(mut table) = cx.world.lookup(name).await.map_err(|error| placed(error, span))? else { return Ok(None) };
    if let Some(most) = cx.world.limit(Limit::LookupMatches) {
        let definition = &mut table.definition;
        definition.max_matches = definition.max_matches.min(usize::try_from(most).unwrap_or(usize::MAX));
    }
    let Some(text) = table.definition.filter.clone() else { return Ok(Some(table)) };
    let (condition, problems) = parse_search_expr(&text);
    if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
        let message = format!("the filter of the lookup `{name}` cannot be read: {}", problem.message);
        return Err(Diagnostic::new(Code::Knowledge, span, message).help(format!("it says `{text}`")).into());
    }
    let notes = cx.notes.len();
    let rows = scan(name, &table)?;
    let condition = predicate::condition(&condition, &rows, cx).await?;
    // They point into the filter's text.
    cx.notes.truncate(notes);
    let view = ViewTable::new(rows.filter(condition)?.plan, None);
    Ok(Some(LookupTable { table: provider_as_source(Arc::new(view)), ..table }))
}

/// That a definition cannot be used is told where it is named; what is wrong with a file is the file's.
fn placed(error: Error, span: Span) -> Error {
    let place = |found: Diagnostic| match found.code {
        Code::ScriptedLookup => found.retold(span, &*found.message),
        _ => found,
    };
    match error {
        Error::Diagnostics(list) => Error::Diagnostics(list.into_iter().map(place).collect()),
        other => other,
    }
}

/// The rows of a lookup table in file order.
pub(crate) fn scan(name: &str, table: &LookupTable) -> Result<Relation> {
    in_sequence(name, table.table.clone())
}

/// No rows, and no column that anything could name.
pub(crate) fn nothing() -> Result<Relation> {
    let plan = LogicalPlanBuilder::empty(false)
        .project(vec![named(datafusion::logical_expr::lit(0_i64), SEQUENCE)])?
        .build()?;
    Ok(Relation::results(plan, vec![OrderKey::ascending(SEQUENCE)]))
}

/// Rows of columns that are known, in their order.
pub(crate) fn of_columns(name: &str, columns: Vec<(&str, ArrayRef)>) -> Result<Relation> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .map_err(datafusion::error::DataFusionError::from)?;
    of_rows(name, &Rows { schema: batch.schema(), batches: vec![batch] })
}

/// The rows of a step in their order.
pub(crate) fn of_rows(name: &str, rows: &Rows) -> Result<Relation> {
    let mut fields = rows.schema.fields().to_vec();
    fields.push(Arc::new(Field::new(SEQUENCE, DataType::Int64, false)));
    let schema = Arc::new(Schema::new(fields));
    let mut next = 0_i64;
    let mut batches = Vec::with_capacity(rows.batches.len());
    for batch in &rows.batches {
        let end = next + batch.num_rows() as i64;
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        columns.push(Arc::new(Int64Array::from_iter_values(next..end)));
        next = end;
        batches.push(RecordBatch::try_new(schema.clone(), columns).map_err(datafusion::error::DataFusionError::from)?);
    }
    let table = MemTable::try_new(schema, vec![batches])?;
    in_sequence(name, provider_as_source(Arc::new(table)))
}

fn in_sequence(name: &str, table: Arc<dyn TableSource>) -> Result<Relation> {
    let names: Vec<String> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
    let scan = LogicalPlanBuilder::scan(TableReference::bare(name), table, None)?;
    let plan = scan.project(names.iter().map(|name| column(name)))?.build()?;
    Ok(Relation::results(plan, vec![OrderKey::ascending(SEQUENCE)]))
}
