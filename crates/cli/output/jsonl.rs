//! JSON lines, lossless: `{"_time":1718379000.5,"host":"web1","status":404,"user":["ann","bob"]}`.
//!
//! Keys in column order, cells without a value left out, numbers as numbers, `_time` as epoch seconds, text as text.

use std::io::Write;

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{
    Form, Out, Page,
    cell::{self, Cell, Column},
};

/// One object a row.
pub(super) struct JsonLines {
    names: Vec<String>,
}

impl JsonLines {
    /// Rows with the columns of `page`.
    pub(super) fn new(page: &Page) -> Result<Self> {
        Ok(Self { names: quoted_names(page)? })
    }
}

impl Form for JsonLines {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        let mut line = Vec::new();
        for row in 0..rows.num_rows() {
            line.clear();
            object(&self.names, &columns, row, &mut line)?;
            line.push(b'\n');
            out.write_all(&line)?;
        }
        Ok(())
    }
}

/// The names as JSON texts.
pub(super) fn quoted_names(page: &Page) -> Result<Vec<String>> {
    page.names().map(|name| Ok(serde_json::to_string(name)?)).collect()
}

/// One row as an object.
pub(super) fn object(names: &[String], columns: &[Column], row: usize, line: &mut Vec<u8>) -> Result<()> {
    line.push(b'{');
    let mut first = true;
    for (name, column) in names.iter().zip(columns) {
        let cell = column.cell(row);
        if cell == Cell::Null {
            continue;
        }
        if !first {
            line.push(b',');
        }
        first = false;
        line.extend_from_slice(name.as_bytes());
        line.push(b':');
        value(&cell, line)?;
    }
    line.push(b'}');
    Ok(())
}

fn value(cell: &Cell, line: &mut Vec<u8>) -> Result<()> {
    match cell {
        Cell::Null => line.extend_from_slice(b"null"),
        Cell::Int(number) => write!(line, "{number}")?,
        Cell::Float(number) => float(*number, line)?,
        Cell::Time(micros) => line.extend_from_slice(cell::epoch(*micros).as_bytes()),
        Cell::Bool(truth) => write!(line, "{truth}")?,
        Cell::Text(text) => serde_json::to_writer(line, text)?,
        Cell::List(texts) => serde_json::to_writer(line, texts)?,
    }
    Ok(())
}

fn float(number: f64, line: &mut Vec<u8>) -> Result<()> {
    // Beyond 2^53 a double is no longer exact, and its digits would pretend to be.
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        write!(line, "{}", number as i64)?;
    } else if number.is_finite() {
        serde_json::to_writer(line, &number)?;
    } else {
        // JSON has no such numbers; SPL reads these texts as the numbers that they name.
        serde_json::to_writer(line, &speleo_functions::value::format_number(number))?;
    }
    Ok(())
}
