//! The condition of a scan: over the columns that it reads, or in front of all columns over the lines as they stand in the file.
//!
//! `index=web needle status=404` looks for lines with the word, and makes columns of those. Only words that every event must have, or
//! one of a few, are looked for; whatever else there is to the condition stays one over columns.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray, RecordBatch},
        datatypes::SchemaRef,
    },
    common::ScalarValue,
    error::Result,
    logical_expr::Operator,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr, conjunction_opt,
        expressions::{BinaryExpr, Column, Literal},
        split_conjunction,
        utils::{collect_columns, reassign_expr_columns},
    },
};
use speleo_functions::seek::Seek;

use crate::source::schema::{Columns, Kind, RAW};

/// A condition over columns of its own.
pub(super) struct Filter {
    pub(super) predicate: Arc<dyn PhysicalExpr>,
    /// Where its columns are in the table.
    pub(super) places: Vec<usize>,
    pub(super) schema: SchemaRef,
}

impl Filter {
    pub(super) fn new(predicate: &Arc<dyn PhysicalExpr>, columns: &Columns) -> Result<Self> {
        let mut places: Vec<usize> = collect_columns(predicate).iter().map(|column| column.index()).collect();
        places.sort_unstable();
        places.dedup();
        Self::over(predicate, columns, places)
    }

    /// The same condition over more columns, which come first.
    pub(super) fn with(&self, output: &[usize], columns: &Columns) -> Result<Self> {
        let own = self.places.iter().filter(|place| !output.contains(place));
        Self::over(&self.predicate, columns, output.iter().chain(own).copied().collect())
    }

    fn over(predicate: &Arc<dyn PhysicalExpr>, columns: &Columns, places: Vec<usize>) -> Result<Self> {
        let schema = Arc::new(columns.schema.project(&places)?);
        Ok(Self { predicate: reassign_expr_columns(Arc::clone(predicate), &schema)?, places, schema })
    }

    /// Which rows pass; null is not passing.
    pub(super) fn passing(&self, batch: &RecordBatch) -> Result<BooleanArray> {
        let result = self.predicate.evaluate(batch)?.into_array(batch.num_rows())?;
        let flags = result.as_boolean();
        Ok(match flags.nulls() {
            Some(_) => flags.iter().map(|flag| Some(flag.unwrap_or_default())).collect(),
            None => flags.clone(),
        })
    }
}

/// A condition whose words are looked for in the file, and what is left of it.
pub(super) struct Sought {
    pub(super) seek: Seek,
    pub(super) rest: Option<Filter>,
}

impl Sought {
    /// What there is to look for; none where no word must be there.
    pub(super) fn of(predicate: &Arc<dyn PhysicalExpr>, columns: &Columns) -> Result<Option<Self>> {
        let parts = split_conjunction(predicate);
        let (terms, mut rest): (Vec<_>, Vec<_>) = parts.iter().copied().partition(|part| term(part).is_some());
        let mut all = vec![terms.into_iter().filter_map(term).collect()];
        if Seek::new(&all).is_none() {
            // Alternatives cost a search each: only where no word must be there whatever else is.
            rest = parts;
            let are_sought = |part: &&Arc<dyn PhysicalExpr>| ways(part).is_some_and(|ways| Seek::new(&ways).is_some());
            let Some(place) = rest.iter().position(are_sought) else { return Ok(None) };
            all = ways(rest.remove(place)).unwrap_or_default();
        }
        let Some(seek) = Seek::new(&all) else { return Ok(None) };
        let rest = conjunction_opt(rest.into_iter().cloned());
        Ok(Some(Self { seek, rest: rest.map(|rest| Filter::new(&rest, columns)).transpose()? }))
    }
}

impl Sought {
    /// What there is to look for in events of JSON, whose fields hold values as they are written, but for escapes of characters.
    pub(super) fn of_fields(predicate: &Arc<dyn PhysicalExpr>, columns: &Columns) -> Result<Option<Self>> {
        let values: Vec<String> =
            split_conjunction(predicate).into_iter().filter_map(|part| value(part, columns)).collect();
        if values.is_empty() {
            return Ok(None);
        }
        let values: Vec<(&str, &str)> = values.iter().map(|value| (value.as_str(), ANYWHERE)).collect();
        let Some(seek) = Seek::new(&[values, vec![("*\\u*", ANYWHERE)]]) else { return Ok(None) };
        Ok(Some(Self { seek, rest: Some(Filter::new(predicate, columns)?) }))
    }
}

/// A kind of terms that need not be words.
const ANYWHERE: &str = "phrase";
/// Fewer bytes than these are in most events.
const RARE: usize = 3;

/// A pattern for what an event holds somewhere whose field has a value, or one that matches a pattern; none where it may hold none
/// of it.
fn value(condition: &Arc<dyn PhysicalExpr>, columns: &Columns) -> Option<String> {
    let (column, value) = match condition.downcast_ref::<BinaryExpr>() {
        Some(equality) if *equality.op() == Operator::Eq => (equality.left(), equality.right()),
        Some(_) => return None,
        None => {
            let call = condition.downcast_ref::<ScalarFunctionExpr>();
            let call = call.filter(|call| matches!(call.name(), "spl_search_equals" | "spl_search_case"))?;
            let [column, value] = call.args() else { return None };
            (column, value)
        }
    };
    let column = column.downcast_ref::<Column>()?.name();
    let (_, kind) = columns.kinds.iter().find(|(name, _)| name == column)?;
    let text = match (kind, value.downcast_ref::<Literal>()?.value()) {
        (Kind::Text, ScalarValue::Utf8(Some(text))) => text.clone(),
        (Kind::Integer, ScalarValue::Int64(Some(number))) => number.to_string(),
        // Doubles print in another form than that in which they were written, and so do those in lists.
        _ => return None,
    };
    // A file may say what an event does not, and a block of addresses is equal to those in it.
    if Columns::is_of_every_index(column) || text.contains('/') {
        return None;
    }
    let written = text.split(|char: char| matches!(char, '*' | '"' | '\\') || char.is_control());
    let longest = written.max_by_key(|part| part.len()).filter(|part| part.len() >= RARE)?;
    Some(format!("*{longest}*"))
}

/// The terms of alternatives, of which each is one or several of them; none where there is something else to one.
fn ways(condition: &Arc<dyn PhysicalExpr>) -> Option<Vec<Vec<(&str, &str)>>> {
    match condition.downcast_ref::<BinaryExpr>() {
        Some(either) if *either.op() == Operator::Or => Some([ways(either.left())?, ways(either.right())?].concat()),
        _ => Some(vec![split_conjunction(condition).into_iter().map(term).collect::<Option<_>>()?]),
    }
}

/// The text and the kind of a term that the event must have.
fn term(condition: &Arc<dyn PhysicalExpr>) -> Option<(&str, &str)> {
    let call = condition.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.name() == "spl_search_term")?;
    let [column, text, mode] = call.args() else { return None };
    column.downcast_ref::<Column>().filter(|column| column.name() == RAW)?;
    Some((literal(text)?, literal(mode)?))
}

fn literal(expr: &Arc<dyn PhysicalExpr>) -> Option<&str> {
    match expr.downcast_ref::<Literal>()?.value() {
        ScalarValue::Utf8(Some(text)) => Some(text.as_str()),
        _ => None,
    }
}
