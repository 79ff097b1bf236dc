//! Cells, one row each, as the columns of a table. A plan of as many aggregates as columns would test each cell for each column.

use std::{collections::HashMap, ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, UInt64Array},
        compute::{concat_batches, partition, take},
        datatypes::{DataType, Field, Float64Type, Int64Type, Schema},
        error::ArrowError,
    },
    error::DataFusionError,
};
use speleo_functions::value::Texts;

use super::measure::Measure;
use crate::{Result, Rows};

/// The table's rows: the columns `names` of labels, then for each measure the columns `cells0`, … of all `labels` in order.
///
/// Without names there is one row for all cells. Equal labels of rows stand next to each other in `cells`. A cell whose `column` is none of the labels only makes its row.
pub(super) fn gather(
    cells: &Rows,
    (names, column): (&[String], &str),
    measures: &[Measure],
    labels: &[String],
) -> Result<Rows> {
    let batch = concat_batches(&cells.schema, &cells.batches).map_err(failed)?;
    let found = |name: &str| {
        batch.column_by_name(name).ok_or_else(|| DataFusionError::Internal(format!("the cells have no column {name}")))
    };
    let keys = names.iter().map(|name| Ok(found(name)?.clone())).collect::<Result<Vec<_>>>()?;
    let rows = match batch.num_rows() {
        0 => Vec::new(),
        count if keys.is_empty() => std::iter::once(0..count).collect(),
        _ => partition(&keys).map_err(failed)?.ranges(),
    };
    let places = places(found(column)?, &rows, labels)?;
    let firsts: UInt64Array = rows.iter().map(|range| range.start as u64).collect();
    let mut columns = Vec::with_capacity(keys.len() + measures.len() * places.len());
    for (name, key) in names.iter().zip(&keys) {
        columns.push((name.clone(), take(key, &firsts, None).map_err(failed)?));
    }
    for measure in measures {
        let values = found(&measure.place)?;
        for place in &places {
            let taken = take(values, place, None).map_err(failed)?;
            let taken = if measure.is_count { or_zero(taken) } else { taken };
            columns.push((cell(columns.len() - keys.len()), taken));
        }
    }
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).map_err(failed)?;
    Ok(Rows { schema, batches: vec![batch] })
}

/// The name of the n-th column of cells.
pub(super) fn cell(n: usize) -> String {
    format!("cells{n}")
}

/// For each label, where each row of the table finds its cell.
fn places(column: &ArrayRef, rows: &[Range<usize>], labels: &[String]) -> Result<Vec<UInt64Array>> {
    let texts = Texts::new(column)?;
    let numbers: HashMap<&str, usize> = labels.iter().enumerate().map(|(n, label)| (label.as_str(), n)).collect();
    let mut places = vec![vec![None; rows.len()]; labels.len()];
    for (number, range) in rows.iter().enumerate() {
        for place in range.clone() {
            let label = texts.get(place).and_then(|text| numbers.get(text.as_ref()));
            if let Some(slot) = label.and_then(|label| places.get_mut(*label)?.get_mut(number)) {
                *slot = Some(place as u64);
            }
        }
    }
    Ok(places.into_iter().map(UInt64Array::from).collect())
}

/// A count without rows is 0.
fn or_zero(counts: ArrayRef) -> ArrayRef {
    match counts.data_type() {
        DataType::Int64 => {
            let counts = counts.as_primitive::<Int64Type>().iter();
            Arc::new(counts.map(|count| Some(count.unwrap_or(0))).collect::<Int64Array>())
        }
        DataType::Float64 => {
            let counts = counts.as_primitive::<Float64Type>().iter();
            Arc::new(counts.map(|count| Some(count.unwrap_or(0.0))).collect::<Float64Array>())
        }
        _ => counts,
    }
}

fn failed(error: ArrowError) -> DataFusionError {
    DataFusionError::from(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::array::StringArray;

    use super::*;

    #[test]
    fn each_cell_finds_its_place() {
        let text = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
        let counts = Arc::new(Int64Array::from(vec![1, 2, 3, 4])) as ArrayRef;
        let columns =
            [("row", text(&["a", "a", "b", "c"])), ("column", text(&["x", "y", "y", "other"])), ("n", counts)];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let cells = Rows { schema: batch.schema(), batches: vec![batch] };
        let labels = ["x".to_owned(), "y".to_owned()];
        let table = |is_count| {
            let mut measure = Measure::plain("n".to_owned(), "n".to_owned());
            measure.is_count = is_count;
            let rows = gather(&cells, (&["row".to_owned()], "column"), &[measure], &labels).unwrap();
            let cells = |n: usize| rows.batches[0].column(n + 1).as_primitive::<Int64Type>().iter().collect::<Vec<_>>();
            (cells(0), cells(1))
        };
        assert_eq!(table(false), (vec![Some(1), None, None], vec![Some(2), Some(3), None]));
        assert_eq!(table(true), (vec![Some(1), Some(0), Some(0)], vec![Some(2), Some(3), Some(0)]));
    }
}
