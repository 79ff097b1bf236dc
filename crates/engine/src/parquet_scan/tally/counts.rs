//! How often each combination of values comes in a row group. `host=web1 status=404`: 12 times
//!
//! Absent on purpose: a table of combinations by hash. Where there are too many for a list, rows stay as they are: an aggregation
//! above has such a table.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, UInt32Array},
        compute::take,
        datatypes::{DataType, Int32Type, SchemaRef},
    },
    common::Result,
};

use super::{
    column::Column,
    hybrid::broken,
    lists::{BITS, Lists},
};
use crate::dictionary::repeated_text;

/// Lists of more combinations do not stay in the processor's caches.
const MOST: usize = 1 << 16;

/// The rows of a row group of one column: its values with how often they come; of `schema`, whose last column is how often.
///
/// # Errors
/// Where a column of the schema is never null, and this is.
pub(super) fn of_one(dictionary: &ArrayRef, counts: &[u32], schema: &SchemaRef) -> Result<RecordBatch> {
    let come = (0_u32..).zip(counts).filter(|(_, count)| **count > 0);
    let (numbers, counts) = come.map(|(number, count)| (number, i64::from(*count))).unzip();
    together([(dictionary, numbers)], counts, schema)
}

/// The same of several columns: combinations of values with how often they come, where that makes fewer rows.
///
/// # Errors
/// Where a column has numbers without a value, or is null where the schema's is never.
pub(super) fn of_several(columns: &mut [Column], rows: usize, schema: &SchemaRef) -> Result<RecordBatch> {
    columns.iter().try_for_each(|column| column.check())?;
    let sizes: Vec<usize> = columns.iter().map(|column| column.dictionary.len() + 1).collect();
    let combinations = sizes.iter().try_fold(1_usize, |all, size| all.checked_mul(*size));
    let (numbers, counts): (Vec<Vec<u32>>, _) = match combinations.filter(|count| *count <= MOST) {
        Some(combinations) => {
            let counts = counts(codes(columns, &sizes), combinations);
            let come = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            let (codes, counts) = come.map(|(code, count)| (code, i64::from(*count))).unzip();
            (apart(codes, &sizes), counts)
        }
        None => (columns.iter().map(|column| column.numbers.clone()).collect(), vec![1; rows]),
    };
    together(columns.iter().map(|column| &column.dictionary).zip(numbers), counts, schema)
}

/// Values by their numbers, and how often each row comes.
fn together<'d>(
    columns: impl IntoIterator<Item = (&'d ArrayRef, Vec<u32>)>,
    counts: Vec<i64>,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    let mut outputs = Vec::with_capacity(schema.fields().len());
    for ((dictionary, numbers), field) in columns.into_iter().zip(schema.fields()) {
        outputs.push(output(dictionary, numbers, field.data_type())?);
    }
    outputs.push(Arc::new(Int64Array::from(counts)));
    Ok(RecordBatch::try_new(Arc::clone(schema), outputs)?)
}

/// One number for each row, of those of its values; they take the room of the first column's.
fn codes<'c>(columns: &'c mut [Column], sizes: &[usize]) -> &'c [u32] {
    let Some((first, others)) = columns.split_first_mut() else { return &[] };
    for (other, size) in others.iter().zip(sizes.iter().skip(1)) {
        // No more than `MOST` combinations.
        let size = *size as u32;
        first.numbers.iter_mut().zip(&other.numbers).for_each(|(code, number)| *code = *code * size + number);
    }
    &first.numbers
}

/// The numbers of each column's values in combinations.
fn apart(mut codes: Vec<usize>, sizes: &[usize]) -> Vec<Vec<u32>> {
    let mut numbers: Vec<Vec<u32>> = sizes
        .iter()
        .rev()
        .map(|size| {
            codes
                .iter_mut()
                .map(|code| {
                    let number = *code % size;
                    *code /= size;
                    number as u32
                })
                .collect()
        })
        .collect();
    numbers.reverse();
    numbers
}

/// How often each of the first numbers comes.
fn counts(numbers: &[u32], end: usize) -> Vec<u32> {
    if end <= 1 << BITS {
        let mut lists = Lists::new();
        lists.add(numbers);
        return lists.counts().into_iter().take(end).collect();
    }
    let mut counts = vec![0_u32; end];
    for number in numbers {
        if let Some(count) = counts.get_mut(*number as usize) {
            *count += 1;
        }
    }
    counts
}

/// A column of values by their numbers.
fn output(dictionary: &ArrayRef, numbers: Vec<u32>, data_type: &DataType) -> Result<ArrayRef> {
    let size = dictionary.len();
    if *data_type == repeated_text() {
        let key = |number: u32| i32::try_from(number).map_err(|_| broken("too large a dictionary"));
        let keys = numbers.into_iter().map(|number| Ok(Some(key(number)?).filter(|_| (number as usize) < size)));
        let keys = keys.collect::<Result<Int32Array>>()?;
        return Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(dictionary))?));
    }
    let numbers: UInt32Array = match numbers.iter().all(|number| (*number as usize) < size) {
        true => numbers.into(),
        false => numbers.into_iter().map(|number| Some(number).filter(|number| (*number as usize) < size)).collect(),
    };
    Ok(take(dictionary, &numbers, None)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::{
        array::StringArray,
        datatypes::{Field, Schema},
        util::pretty::pretty_format_batches,
    };

    use super::*;

    fn schema(types: &[DataType]) -> SchemaRef {
        let own = types.iter().enumerate().map(|(place, own)| Field::new(format!("c{place}"), own.clone(), true));
        let rows = Field::new("rows", DataType::Int64, false);
        Arc::new(Schema::new(own.chain([rows]).collect::<Vec<_>>()))
    }

    fn shown(batch: &RecordBatch) -> Vec<String> {
        let table = pretty_format_batches(std::slice::from_ref(batch)).unwrap().to_string();
        table
            .lines()
            .skip(3)
            .map(|line| line.replace([' ', '|'], ";").replace(";;", ""))
            .filter(|line| !line.contains('+'))
            .collect()
    }

    fn texts(numbers: Vec<u32>) -> Column {
        Column { dictionary: Arc::new(StringArray::from(vec!["a", "b"])), numbers }
    }

    #[test]
    fn combinations_that_come_are_counted() {
        let numbers = Column { dictionary: Arc::new(Int64Array::from(vec![200, 404])), numbers: vec![0, 1, 0, 0, 2] };
        let schema = schema(&[repeated_text(), DataType::Int64]);
        let batch = of_several(&mut [texts(vec![0, 1, 2, 0, 2]), numbers], 5, &schema).unwrap();
        assert_eq!(batch.num_rows(), 4);
        let counts = batch.column(2).as_any().downcast_ref::<Int64Array>().unwrap();
        assert_eq!(counts.values(), &[2, 1, 1, 1], "{:?}", shown(&batch));
        let status = batch.column(1).as_any().downcast_ref::<Int64Array>().unwrap();
        assert_eq!(status.iter().collect::<Vec<_>>(), [Some(200), Some(404), Some(200), None]);
        let host = batch.column(0).as_any().downcast_ref::<DictionaryArray<Int32Type>>().unwrap();
        assert_eq!(host.keys().iter().collect::<Vec<_>>(), [Some(0), Some(1), None, None]);
    }

    #[test]
    fn values_that_come_are_told_with_their_counts() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let batch = of_one(&texts, &[3, 0, 2], &schema(&[DataType::Utf8])).unwrap();
        let values = batch.column(0).as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!(values.iter().collect::<Vec<_>>(), [Some("a"), None]);
        assert_eq!(batch.column(1).as_any().downcast_ref::<Int64Array>().unwrap().values(), &[3, 2]);
    }

    /// Every row counts once, whichever list it falls into, and however many there are.
    #[test]
    fn lists_are_put_together() {
        for (values, rows) in [(3, 10_007), (1 << BITS, 10_007), ((1 << BITS) + 1, 10_007), (5_000, 20_003)] {
            let numbers: Vec<u32> = (0..rows).map(|row| (row * row % values) as u32).collect();
            let mut expected = vec![0; values];
            numbers.iter().for_each(|number| expected[*number as usize] += 1);
            assert_eq!(counts(&numbers, values), expected, "{values}");
        }
    }

    #[test]
    fn a_number_without_a_value_is_an_error() {
        let schema = schema(&[repeated_text(), repeated_text()]);
        assert!(of_several(&mut [texts(vec![0, 1, 2]), texts(vec![0, 1, 3])], 3, &schema).is_err());
        assert!(of_several(&mut [texts(vec![0, 1, 3]), texts(vec![0, 1, 2])], 3, &schema).is_err());
    }

    #[test]
    fn too_many_combinations_stay_rows() {
        let many = |_| Column { dictionary: Arc::new((0..300).collect::<Int64Array>()), numbers: (0..300).collect() };
        let schema = schema(&[DataType::Int64, DataType::Int64]);
        let batch = of_several(&mut [many(0), many(1)], 300, &schema).unwrap();
        assert_eq!(batch.num_rows(), 300);
        let last = batch.column(2).as_any().downcast_ref::<Int64Array>().unwrap();
        assert!(last.values().iter().all(|count| *count == 1));
    }
}
