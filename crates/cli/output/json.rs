//! One JSON array with an object a row, in the form of JSON lines.

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{Form, Out, Page, cell, jsonl};

/// The array; each row stands on its own line.
pub(super) struct Json {
    names: Vec<String>,
    is_first: bool,
}

impl Json {
    /// An array of rows with the columns of `page`.
    pub(super) fn new(page: &Page) -> Result<Self> {
        Ok(Self { names: jsonl::quoted_names(page)?, is_first: true })
    }
}

impl Form for Json {
    fn begin(&mut self, out: &mut Out) -> Result<()> {
        out.write_all(b"[")?;
        Ok(())
    }

    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        let mut line = Vec::new();
        for row in 0..rows.num_rows() {
            line.clear();
            line.extend_from_slice(if self.is_first { b"\n" } else { b",\n" });
            self.is_first = false;
            jsonl::object(&self.names, &columns, row, &mut line)?;
            out.write_all(&line)?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        out.write_all(if self.is_first { b"]\n" } else { b"\n]\n" })?;
        Ok(())
    }
}
