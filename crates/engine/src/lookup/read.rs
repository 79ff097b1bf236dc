//! Reads a lookup file: text columns in file order, and the row's place.
//!
//! Real files have byte order marks, short and long rows, columns without a name and columns twice; none of these stops a
//! search. An empty cell is null. Columns `__mv_x` hold the values of `x` apart; `x` is then a list.

mod plain;

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::Path,
    sync::Arc,
};

use datafusion::arrow::{
    array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray, StringBuilder},
    datatypes::{DataType, Field, Schema, SchemaRef},
};
use flate2::read::MultiGzDecoder;
use speleo_functions::value::ListBuilder;

use super::{MULTIVALUE, is_compressed, name_of};
use crate::fault::Fault;

/// The place in the file.
pub(super) const SEQUENCE: &str = "__seq";

/// How many rows stand in one batch.
const BATCH: usize = 65_536;

/// A file's rows.
pub(super) struct Table {
    pub(super) schema: SchemaRef,
    pub(super) batches: Vec<RecordBatch>,
}

/// Cells in the order of the file, put into columns.
struct Columns {
    builders: Vec<StringBuilder>,
    /// The place of the next cell in its row.
    next: usize,
    rows: usize,
    done: Vec<Vec<StringArray>>,
}

impl Columns {
    fn new(width: usize) -> Self {
        let builders = std::iter::repeat_with(StringBuilder::new).take(width).collect();
        Self { builders, next: 0, rows: 0, done: Vec::new() }
    }

    /// Adds the next cell of the row; one beyond the header is left out.
    fn cell(&mut self, cell: &str) {
        if let Some(builder) = self.builders.get_mut(self.next) {
            match cell {
                "" => builder.append_null(),
                cell => builder.append_value(cell),
            }
        }
        self.next += 1;
    }

    fn end_row(&mut self) {
        self.builders.iter_mut().skip(self.next).for_each(StringBuilder::append_null);
        self.next = 0;
        self.rows += 1;
        if self.rows == BATCH {
            self.end_batch();
        }
    }

    fn end_batch(&mut self) {
        self.done.push(self.builders.iter_mut().map(StringBuilder::finish).collect());
        self.rows = 0;
    }

    /// The columns of each batch, of which there is one at least.
    fn finish(mut self) -> Vec<Vec<StringArray>> {
        if self.rows > 0 || self.done.is_empty() {
            self.end_batch();
        }
        self.done
    }
}

/// A file's cells: what writing needs as well.
pub(super) struct Cells {
    /// The header as it stands.
    pub(super) header: Vec<String>,
    /// The rows; each has as many cells as the header.
    pub(super) rows: Vec<Vec<String>>,
}

impl Table {
    /// The batches in parts that cores can take.
    pub(super) fn partitions(self) -> Vec<Vec<RecordBatch>> {
        let width = std::thread::available_parallelism().map_or(1, usize::from).min(self.batches.len()).max(1);
        let mut parts: Vec<Vec<RecordBatch>> = vec![Vec::new(); width];
        let size = self.batches.len().div_ceil(width).max(1);
        for (n, batch) in self.batches.into_iter().enumerate() {
            if let Some(part) = parts.get_mut(n / size) {
                part.push(batch);
            }
        }
        parts
    }
}

/// Reads a file into columns, so many rows at a time: cells stand in arrays as soon as they are read.
pub(super) fn read(path: &Path) -> Result<Table, Fault> {
    let (header, done) = match plain::read(path).map_err(|error| Fault::file(path, "read", error))? {
        Some(read) => read,
        None => columns(path)?,
    };
    let place = |name: &str| header.iter().position(|other| other == name);
    let shown =
        |(column, name): &(usize, &String)| !name.is_empty() && !name.starts_with("__") && place(name) == Some(*column);
    let is_used = |column: &usize| {
        done.iter().any(|batch| batch.get(*column).is_some_and(|array| array.null_count() < array.len()))
    };
    let columns: Vec<(usize, &String, Option<usize>)> = header
        .iter()
        .enumerate()
        .filter(shown)
        .map(|(column, name)| (column, name, place(&format!("{MULTIVALUE}{name}")).filter(is_used)))
        .collect();
    let mut fields: Vec<Field> = columns
        .iter()
        .map(|(_, name, apart)| match apart {
            None => Field::new(*name, DataType::Utf8, true),
            Some(_) => Field::new(*name, speleo_functions::value::list_type(), true),
        })
        .collect();
    fields.push(Field::new(SEQUENCE, DataType::Int64, false));
    let schema = Arc::new(Schema::new(fields));
    let mut batches = Vec::with_capacity(done.len());
    let mut start = 0_i64;
    for batch in done {
        let count = batch.first().map_or(0, Array::len);
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len() + 1);
        for (column, _, apart) in &columns {
            let Some(texts) = batch.get(*column) else { continue };
            arrays.push(match apart.and_then(|apart| batch.get(apart)) {
                None => Arc::new(texts.clone()),
                Some(apart) => lists(texts, apart),
            });
        }
        let end = start + count as i64;
        arrays.push(Arc::new(Int64Array::from_iter_values(start..end)));
        start = end;
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays);
        batches.push(batch.map_err(|error| Fault::data(name_of(path), error))?);
    }
    Ok(Table { schema, batches })
}

/// The header of a file and its cells.
fn columns(path: &Path) -> Result<(Vec<String>, Vec<Vec<StringArray>>), Fault> {
    let mut header: Vec<String> = Vec::new();
    let mut columns = Columns::new(0);
    each_record(path, &mut |record, is_header| {
        if is_header {
            header = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
            columns = Columns::new(header.len());
            return;
        }
        record.iter().for_each(|cell| columns.cell(&String::from_utf8_lossy(cell)));
        columns.end_row();
    })?;
    Ok((header, columns.finish()))
}

fn lists(texts: &StringArray, apart: &StringArray) -> ArrayRef {
    let mut builder = ListBuilder::new(texts.len());
    for (text, apart) in texts.iter().zip(apart) {
        match apart {
            Some(cell) => split(cell).iter().for_each(|value| builder.value(value)),
            None => text.into_iter().for_each(|text| builder.value(text)),
        }
        builder.end_row();
    }
    builder.finish()
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
    let mut cells = Cells { header: Vec::new(), rows: Vec::new() };
    each_record(path, &mut |record, is_header| {
        let mut row: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        if is_header {
            cells.header = row.iter().map(|name| name.trim().to_owned()).collect();
        } else {
            row.resize(cells.header.len(), String::new());
            cells.rows.push(row);
        }
    })?;
    Ok(cells)
}

/// Visits the records of a file; the first is the header.
fn each_record(path: &Path, found: &mut dyn FnMut(&csv::ByteRecord, bool)) -> Result<(), Fault> {
    let file = File::open(path).map_err(|error| Fault::file(path, "read", error))?;
    let reader: Box<dyn Read> =
        if is_compressed(&name_of(path)) { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    let start = reader.fill_buf().map_err(|error| Fault::file(path, "read", error))?;
    if start.starts_with(b"\xef\xbb\xbf") {
        reader.consume(3);
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
    let mut record = csv::ByteRecord::new();
    let mut is_header = true;
    while reader.read_byte_record(&mut record).map_err(|error| Fault::data(name_of(path), error))? {
        found(&record, is_header);
        is_header = false;
    }
    Ok(())
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
