//! The condition of a scan: over the columns that it reads, or in front of all columns over the lines as they stand in the file.
//!
//! `index=web needle status=404` looks for lines with the word, and makes columns of those. Only words that every event must have
//! are looked for; whatever else there is to the condition stays one over columns.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray, RecordBatch},
        datatypes::SchemaRef,
    },
    common::ScalarValue,
    error::Result,
    physical_expr::{
        PhysicalExpr, ScalarFunctionExpr, conjunction_opt,
        expressions::{Column, Literal},
        split_conjunction,
        utils::{collect_columns, reassign_expr_columns},
    },
};
use speleo_functions::seek::Seek;

use crate::source::schema::{Columns, RAW};

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
        let (terms, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| term(part).is_some());
        let terms: Vec<(&str, &str)> = terms.into_iter().filter_map(term).collect();
        let Some(seek) = Seek::new(&terms) else { return Ok(None) };
        let rest = conjunction_opt(rest.into_iter().cloned());
        Ok(Some(Self { seek, rest: rest.map(|rest| Filter::new(&rest, columns)).transpose()? }))
    }
}

/// The text and the kind of a term that the event must have.
fn term(condition: &Arc<dyn PhysicalExpr>) -> Option<(&str, &str)> {
    let call = condition.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.name() == "spl_search_term")?;
    let [column, text, mode] = call.args() else { return None };
    column.downcast_ref::<Column>().filter(|column| column.name() == RAW)?;
    let literal = |expr: &'_ Arc<dyn PhysicalExpr>| match expr.downcast_ref::<Literal>()?.value() {
        ScalarValue::Utf8(Some(text)) => Some(text.as_str()),
        _ => None,
    };
    Some((literal(text)?, literal(mode)?))
}
