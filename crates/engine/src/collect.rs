//! Adds rows to the end of a file of JSON lines. `… | collect index=summary`
//!
//! Writers take turns by a lock on the file. All lines go out in one write; where that fails the file gets its old length
//! back. A last line that was never ended, because a machine went down, is ended first, so that it cannot swallow a new one.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        datatypes::{DataType, Float64Type, Int64Type},
    },
    error::Result as DataResult,
};
use serde_json::{Map, Number, Value};
use speleo_functions::value::{Lists, Texts};
use speleo_plan::Rows;

use crate::fault::Fault;

/// Adds the rows, an object for each with the values that it has.
///
/// # Errors
/// Where the file cannot be written; it is then as it was.
pub(crate) fn append(path: &Path, rows: &Rows) -> Result<(), Fault> {
    let lines = lines(rows).map_err(|error| Fault::data(path.display(), error))?;
    let failed = |error: std::io::Error| Fault::file(path, "write", error);
    if lines.is_empty() {
        return Ok(());
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
    // Where the file system cannot lock, one write still keeps the lines of writers apart.
    let _ = file.lock();
    let length = file.metadata().map_err(failed)?.len();
    let mut text = if is_ended(&mut file, length).map_err(failed)? { Vec::new() } else { vec![b'\n'] };
    text.extend(lines);
    let written = file.write_all(&text).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // What is half written must not be read as an event.
        let _ = file.set_len(length);
        failed(error)
    })
}

/// Whether the file is empty or ends with a line break.
fn is_ended(file: &mut File, length: u64) -> std::io::Result<bool> {
    if length == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The rows as lines.
///
/// # Errors
/// Where a column cannot be read.
pub(crate) fn lines(rows: &Rows) -> DataResult<Vec<u8>> {
    let mut lines = Vec::new();
    for batch in &rows.batches {
        for object in objects(batch)? {
            serde_json::to_writer(&mut lines, &object)
                .map_err(|error| datafusion::error::DataFusionError::External(Box::new(error)))?;
            lines.push(b'\n');
        }
    }
    Ok(lines)
}

/// A batch as objects; null is no member.
pub(crate) fn objects(batch: &RecordBatch) -> DataResult<Vec<Map<String, Value>>> {
    let mut objects: Vec<Map<String, Value>> = (0..batch.num_rows()).map(|_| Map::new()).collect();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        if field.name().starts_with("__") {
            continue;
        }
        for (object, value) in objects.iter_mut().zip(values(array)?) {
            object.extend(value.map(|value| (field.name().clone(), value)));
        }
    }
    Ok(objects)
}

/// The values of a column.
fn values(array: &ArrayRef) -> DataResult<Vec<Option<Value>>> {
    let rows = 0..array.len();
    Ok(match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().map(|value| Some(Value::from(value?))).collect(),
        DataType::Float64 => {
            let value = |value: Option<f64>| {
                let value = value?;
                // Whole numbers without a fraction; what JSON cannot say, as text.
                let whole = value as i64;
                let number = if whole as f64 == value { Some(Number::from(whole)) } else { Number::from_f64(value) };
                Some(number.map_or_else(|| Value::from(value.to_string()), Value::Number))
            };
            array.as_primitive::<Float64Type>().iter().map(value).collect()
        }
        DataType::List(_) | DataType::LargeList(_) => {
            let lists = Lists::new(array)?;
            rows.map(|row| Some(Value::from(lists.get(row)?.map(Value::from).collect::<Vec<_>>()))).collect()
        }
        _ => {
            let texts = Texts::new(array)?;
            rows.map(|row| Some(Value::from(texts.get(row)?.into_owned()))).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use datafusion::arrow::array::{Float64Array, StringArray};

    use super::*;

    fn rows(names: &[Option<&str>]) -> Rows {
        let numbers: ArrayRef = Arc::new(Float64Array::from_iter_values(names.iter().map(|_| 1.5)));
        let names: ArrayRef = Arc::new(StringArray::from(names.to_vec()));
        let batch = RecordBatch::try_from_iter_with_nullable([("name", names, true), ("n", numbers, true)]).unwrap();
        Rows { schema: batch.schema(), batches: vec![batch] }
    }

    #[test]
    fn lines_are_added_behind_a_line_that_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/s.ndjson");
        append(&path, &rows(&[Some("a\n\"b\""), None])).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"name\":\"a\\n\\\"b\\\"\",\"n\":1.5}\n{\"n\":1.5}\n");
        std::fs::write(&path, "{\"cut").unwrap();
        append(&path, &rows(&[None])).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"cut\n{\"n\":1.5}\n");
    }

    #[test]
    fn no_rows_make_no_file() {
        let folder = tempfile::tempdir().unwrap();
        append(&folder.path().join("s.ndjson"), &rows(&[])).unwrap();
        assert!(!folder.path().join("s.ndjson").exists());
    }
}
