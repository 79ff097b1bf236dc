//! Rows of a summary as a table: the fields of a data model under their full names, in the order of the events that they are of.
//!
//! `__seq` holds the number of a file among those of its index. Files that came since may have moved the others; rows of the summary
//! hold a number that stays, from which the one of today follows.

use std::sync::Arc;

use datafusion::{
    catalog::TableProvider,
    error::Result,
    logical_expr::{Expr, lit, when},
};
use speleo_index::{Column, DAY, INDEXED, Index, Kind, Part, SEQUENCE, STRUCTURED, TIME};

use super::{
    builder::PLACE_BITS,
    columnar::column,
    schema::{self, RAW},
    stored,
};
use crate::session::SearchSession;

/// The column of the index that a row is from.
pub(crate) const INDEX: &str = "_index";
/// The column of the number that a summary gives to a file; null for events that keep their own order.
pub(crate) const INPUT: &str = "_input";
/// What names of columns begin with that hold the places of rows of one event.
const FURTHER: &str = "_order";

/// A file of a summary, and how far its number in `__seq` has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Renumbered {
    /// Its number in the summary.
    pub(crate) input: i64,
    /// Its number among the files of the index less the one that it had.
    pub(crate) moved: i64,
}

/// The table of some files of a summary; `renumbered` are the files that the rows are of, by their numbers.
///
/// # Errors
/// Where DataFusion cannot make it.
pub(crate) fn table(
    index: &Index,
    parts: &[Part],
    renumbered: &[Renumbered],
    session: &SearchSession,
) -> Result<Arc<dyn TableProvider>> {
    let place = place(renumbered)?;
    let columns = |schema: &datafusion::arrow::datatypes::SchemaRef| {
        let own = |name: &str| match schema.field_with_name(name) {
            Ok(_) => column(name),
            Err(_) => lit(datafusion::scalar::ScalarValue::Utf8(None)),
        };
        let mut columns = vec![column(TIME), own(INDEX).alias("index")];
        columns.extend(["host", "source", "sourcetype"].map(|name| own(name).alias(name)));
        columns.push(place.alias(schema::SEQUENCE));
        let further: Vec<&str> =
            index.columns().iter().map(|column| &*column.field).filter(|name| name.starts_with(FURTHER)).collect();
        columns.extend(further.iter().map(|name| column(name).alias(format!("_{name}"))));
        let mut done =
            vec![TIME, RAW, INDEX, INPUT, "host", "source", "sourcetype", SEQUENCE, DAY, STRUCTURED, INDEXED];
        done.extend(further);
        stored::fields(index, schema, done, |column| has_values(column, parts), &mut columns);
        columns
    };
    stored::viewed(index, parts, columns, session)
}

/// Whether any row has a value in a column. Of lists the log does not tell.
fn has_values(column: &Column, parts: &[Part]) -> bool {
    parts.iter().any(|part| match part.nulls(&column.name) {
        Some(nulls) => part.rows != Some(nulls),
        None => column.kind == Kind::List,
    })
}

/// The place of a row among those of its index.
fn place(renumbered: &[Renumbered]) -> Result<Expr> {
    let mut sorted = renumbered.to_vec();
    sorted.sort_by_key(|file| file.input);
    // Files that moved together are one step.
    let mut steps: Vec<Renumbered> = Vec::new();
    for file in sorted {
        if steps.last().is_none_or(|last| last.moved != file.moved) {
            steps.push(file);
        }
    }
    if steps.iter().all(|step| step.moved == 0) {
        return Ok(column(SEQUENCE));
    }
    let moved = stepped(&steps)?;
    // Events of native indexes have no number of a file.
    when(column(INPUT).is_null(), column(SEQUENCE)).otherwise(moved)
}

/// The expression that halves the steps until one is left: many files cost little.
fn stepped(steps: &[Renumbered]) -> Result<Expr> {
    let (low, high) = steps.split_at(steps.len() / 2);
    match (low, high.first()) {
        ([], Some(only)) => Ok(column(SEQUENCE) + lit(only.moved << PLACE_BITS)),
        (low, Some(first)) => when(column(INPUT).lt(lit(first.input)), stepped(low)?).otherwise(stepped(high)?),
        (_, None) => Ok(column(SEQUENCE)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(moved: &[i64]) -> String {
        let files = (0..).zip(moved).map(|(input, moved)| Renumbered { input, moved: *moved });
        place(&files.collect::<Vec<_>>()).unwrap().to_string()
    }

    #[test]
    fn files_that_stand_where_they_stood_cost_nothing() {
        assert_eq!(shown(&[0, 0, 0]), "_seq");
        assert_eq!(shown(&[]), "_seq");
    }

    #[test]
    fn files_that_moved_together_are_one_step() {
        let one = 1_i64 << PLACE_BITS;
        assert_eq!(
            shown(&[0, 0, 1, 1]),
            format!(
                "CASE WHEN _input IS NULL THEN _seq ELSE CASE WHEN _input < Int64(2) THEN _seq + Int64(0) ELSE _seq + Int64({one}) END END"
            )
        );
    }
}
