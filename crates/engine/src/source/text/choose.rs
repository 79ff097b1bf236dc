//! Which files a condition leaves. `source="/logs/f00042.json"`, `host=web* NOT source=*.old`
//!
//! Where a file says the index, the host, the source or the source type of all its events, a condition over these alone holds for
//! all of them or for none. It is asked once for each file, and files for which it does not hold are not part of the scan. A file
//! whose events may say these themselves stays. Absent: conditions over what events hold.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, RecordBatch, StringArray},
        datatypes::{DataType, Field, Schema},
    },
    catalog::Session,
    common::DFSchema,
    error::Result,
    logical_expr::Expr,
};

use super::TextFile;
use crate::source::schema::ORIGIN;

/// Whether a condition is one over what files say. One that gives another answer each time, and one over nothing, is none.
pub(super) fn is_of_files(filter: &Expr) -> bool {
    let columns = filter.column_refs();
    !columns.is_empty() && columns.iter().all(|column| ORIGIN.contains(&column.name.as_str())) && !filter.is_volatile()
}

/// The files that conditions leave; those of the conditions that are over what events hold leave all.
///
/// # Errors
/// What evaluating a condition reports.
pub(super) fn left(files: &[Arc<TextFile>], filters: &[Expr], state: &dyn Session) -> Result<Vec<Arc<TextFile>>> {
    let mut stays = vec![true; files.len()];
    let filters: Vec<&Expr> = filters.iter().filter(|filter| is_of_files(filter)).collect();
    if filters.is_empty() {
        return Ok(files.to_vec());
    }
    let fields: Vec<Field> = ORIGIN.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    let schema = DFSchema::try_from(Schema::new(fields))?;
    let columns = ORIGIN
        .iter()
        .map(|name| -> ArrayRef { Arc::new(files.iter().map(|file| file.origin.get(name)).collect::<StringArray>()) });
    let told = RecordBatch::try_new(Arc::clone(schema.inner()), columns.collect())?;
    for filter in filters {
        let asked: Vec<&str> =
            ORIGIN.into_iter().filter(|name| filter.column_refs().iter().any(|column| column.name == *name)).collect();
        let holds = state.create_physical_expr(filter.clone(), &schema)?.evaluate(&told)?.into_array(files.len())?;
        let holds = holds.as_boolean();
        for ((file, stays), holds) in files.iter().zip(&mut stays).zip(holds) {
            let is_told = asked.iter().all(|name| file.constant.contains(name));
            *stays &= !is_told || holds == Some(true);
        }
    }
    Ok(files.iter().zip(stays).filter(|(_, stays)| *stays).map(|(file, _)| Arc::clone(file)).collect())
}
