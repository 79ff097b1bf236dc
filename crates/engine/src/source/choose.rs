//! Which files a condition leaves. `source="/logs/f00042.json"`, `host=web* NOT source=*.old`
//!
//! Where a file says the index, the host, the source or the source type of all its events, a condition over these alone holds for
//! all of them or for none. It is asked once for each file, and files for which it does not hold are not part of the scan. A file
//! whose events may say these themselves stays. Absent: conditions over what events hold.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    catalog::Session,
    common::DFSchema,
    error::Result,
    logical_expr::{Expr, TableProviderFilterPushDown},
};

/// What a scan is to know of conditions before it is made; it takes in all of them once it is there.
pub(super) fn pushed(filters: &[&Expr], names: &[&str]) -> Vec<TableProviderFilterPushDown> {
    let push = |filter: &&Expr| match is_over(filter, names) {
        true => TableProviderFilterPushDown::Inexact,
        false => TableProviderFilterPushDown::Unsupported,
    };
    filters.iter().map(push).collect()
}

/// Whether a condition is over columns of these names alone. One that gives another answer each time, and one over nothing, is none.
fn is_over(filter: &Expr, names: &[&str]) -> bool {
    let columns = filter.column_refs();
    !columns.is_empty() && columns.iter().all(|column| names.contains(&column.name.as_str())) && !filter.is_volatile()
}

/// Which of some files conditions leave. Those of the conditions that are over other columns leave all.
///
/// `told` gives what a file says by the place of a name; `is_told` whether that holds for all events of the file.
///
/// # Errors
/// What evaluating a condition reports.
pub(super) fn left<'f, F>(
    files: &'f [F],
    names: &[&str],
    filters: &[Expr],
    state: &dyn Session,
    told: impl Fn(&'f F, usize) -> Option<&'f str>,
    is_told: impl Fn(&F, usize) -> bool,
) -> Result<Vec<&'f F>> {
    let filters: Vec<&Expr> = filters.iter().filter(|filter| is_over(filter, names)).collect();
    if filters.is_empty() {
        return Ok(files.iter().collect());
    }
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    let schema = DFSchema::try_from(Schema::new(fields))?;
    let column =
        |place: usize| -> ArrayRef { Arc::new(files.iter().map(|file| told(file, place)).collect::<StringArray>()) };
    let rows = RecordBatch::try_new(Arc::clone(schema.inner()), (0..names.len()).map(column).collect())?;
    let mut stays = vec![true; files.len()];
    for filter in filters {
        let asked = filter.column_refs();
        let asked: Vec<usize> = (0..)
            .zip(names)
            .filter(|(_, name)| asked.iter().any(|column| column.name == **name))
            .map(|(at, _)| at)
            .collect();
        let holds = state.create_physical_expr(filter.clone(), &schema)?.evaluate(&rows)?.into_array(files.len())?;
        let holds: &BooleanArray = holds.as_boolean();
        for ((row, file), stays) in files.iter().enumerate().zip(&mut stays) {
            let fails = holds.is_null(row) || !holds.value(row);
            *stays &= !(fails && asked.iter().all(|place| is_told(file, *place)));
        }
    }
    Ok(files.iter().zip(stays).filter(|(_, stays)| *stays).map(|(file, _)| file).collect())
}

#[cfg(test)]
mod tests;
