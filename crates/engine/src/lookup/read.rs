//! Reads a lookup file: text columns in file order, and the row's place.
//!
//! Real files have byte order marks, short and long rows, columns without a name and columns twice; none of these stops a
//! search. An empty cell is null. Columns `__mv_x` hold the values of `x` apart; `x` is then a list.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use datafusion::arrow::{
    array::{ArrayRef, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use flate2::read::MultiGzDecoder;

use super::{MULTIVALUE, is_compressed, name_of};
use crate::fault::Fault;

/// The place in the file.
pub(super) const SEQUENCE: &str = "__seq";

/// A file's rows.
pub(super) struct Table {
    pub(super) schema: SchemaRef,
    pub(super) batches: Vec<RecordBatch>,
}

/// A file's cells: what writing needs as well.
pub(super) struct Cells {
    /// The header as it stands.
    pub(super) header: Vec<String>,
    /// The rows; each has as many cells as the header.
    pub(super) rows: Vec<Vec<String>>,
}

/// Reads a file into columns.
pub(super) fn read(path: &Path) -> Result<Table, Fault> {
    let cells = read_cells(path)?;
    let place = |name: &str| cells.header.iter().position(|other| other == name);
    let shown =
        |(column, name): &(usize, &String)| !name.is_empty() && !name.starts_with("__") && place(name) == Some(*column);
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (column, name) in cells.header.iter().enumerate().filter(shown) {
        let apart = place(&format!("{MULTIVALUE}{name}"));
        let array = match apart
            .filter(|apart| cells.rows.iter().any(|row| row.get(*apart).is_some_and(|cell| !cell.is_empty())))
        {
            None => texts(&cells, column),
            Some(apart) => lists(&cells, column, apart),
        };
        fields.push(Field::new(name, array.data_type().clone(), true));
        columns.push(array);
    }
    fields.push(Field::new(SEQUENCE, DataType::Int64, false));
    columns.push(Arc::new(Int64Array::from_iter_values(0..cells.rows.len() as i64)));
    let schema = Arc::new(Schema::new(fields));
    let batch =
        RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|error| Fault::data(name_of(path), error))?;
    Ok(Table { schema, batches: vec![batch] })
}

fn texts(cells: &Cells, column: usize) -> ArrayRef {
    let cell = |row: &'_ Vec<String>| row.get(column).filter(|cell| !cell.is_empty()).cloned();
    Arc::new(cells.rows.iter().map(cell).collect::<StringArray>())
}

fn lists(cells: &Cells, column: usize, apart: usize) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in &cells.rows {
        let single = row.get(column).filter(|cell| !cell.is_empty()).map(|cell| vec![cell.clone()]);
        let values = row.get(apart).filter(|cell| !cell.is_empty()).map(|cell| split(cell)).or(single);
        let present = values.is_some();
        for value in values.into_iter().flatten() {
            builder.values().append_value(value);
        }
        builder.append(present);
    }
    Arc::new(builder.finish())
}

/// The values in `$a$;$b$`; a `$` within a value stands doubled.
fn split(cell: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut value = String::new();
    let mut inside = false;
    let mut chars = cell.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, inside) {
            ('$', false) => inside = true,
            ('$', true) if chars.peek() == Some(&'$') => {
                chars.next();
                value.push('$');
            }
            ('$', true) => {
                inside = false;
                values.push(std::mem::take(&mut value));
            }
            (char, true) => value.push(char),
            (_, false) => {}
        }
    }
    values
}

/// Reads a file as it stands.
pub(super) fn read_cells(path: &Path) -> Result<Cells, Fault> {
    let file = File::open(path).map_err(|error| Fault::file(path, "read", error))?;
    let mut bytes = Vec::new();
    let mut reader: Box<dyn Read> =
        if is_compressed(&name_of(path)) { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    reader.read_to_end(&mut bytes).map_err(|error| Fault::file(path, "read", error))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut cells = Cells { header: Vec::new(), rows: Vec::new() };
    let mut record = csv::ByteRecord::new();
    let mut first = true;
    while reader.read_byte_record(&mut record).map_err(|error| Fault::data(name_of(path), error))? {
        let mut row: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        if first {
            cells.header = row.iter().map(|name| name.trim().to_owned()).collect();
            first = false;
        } else {
            row.resize(cells.header.len(), String::new());
            cells.rows.push(row);
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use datafusion::arrow::util::pretty::pretty_format_batches;

    use super::*;

    fn show(name: &str, bytes: &[u8]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let table = read(&path).unwrap();
        let text = pretty_format_batches(&table.batches).unwrap().to_string();
        let line = |line: &str| line.split('|').map(str::trim).collect::<Vec<_>>().join("|");
        text.lines().filter(|text| text.starts_with('|')).map(line).collect()
    }

    #[test]
    fn ragged_rows_empty_and_double_headers_do_not_stop_it() {
        let rows = show("x.csv", b"\xef\xbb\xbfid,,name,id\r\n1,x,\"a\nb\",9\r\n2\r\n3,,c,d,e\r\n");
        assert_eq!(rows, ["|id|name|__seq|", "|1|a|0|", "||b||", "|2||1|", "|3|c|2|"]);
    }

    #[test]
    fn multivalue_columns_become_lists() {
        let rows = show("x.csv", b"host,__mv_host\na b,$a$;$b$$c$\nz,\n,\n");
        assert_eq!(rows, ["|host|__seq|", "|[a, b$c]|0|", "|[z]|1|", "||2|"]);
    }

    #[test]
    fn an_empty_file_has_no_columns() {
        assert_eq!(show("x.csv", b""), ["|__seq|"]);
    }

    #[test]
    fn a_cut_gzip_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.csv.gz");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, b"a,b\n1,2\n").unwrap();
        let bytes = encoder.finish().unwrap();
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(read(&path).unwrap().batches[0].num_rows(), 1);
        std::fs::write(&path, &bytes[..bytes.len() - 6]).unwrap();
        assert!(read(&path).err().unwrap().message.contains("x.csv.gz"));
    }
}
