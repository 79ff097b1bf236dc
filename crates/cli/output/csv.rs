//! CSV and TSV with a header: `_time` in ISO 8601, several values joined by newlines, no value as an empty cell.
//!
//! The library's own error hides that a pipe was closed, so the one below it is passed on.

use std::io;

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{Form, Out, Page, cell};

/// Rows with a delimiter between cells.
pub(super) struct Csv {
    page: Page,
    delimiter: u8,
}

impl Csv {
    /// Rows with this `delimiter`.
    pub(super) fn new(page: Page, delimiter: u8) -> Self {
        Self { page, delimiter }
    }

    fn writer<'a, 'o>(&self, out: &'a mut Out<'o>) -> csv::Writer<&'a mut Out<'o>> {
        csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(out)
    }
}

impl Form for Csv {
    fn begin(&mut self, out: &mut Out) -> Result<()> {
        if !self.page.schema.fields().is_empty() {
            let mut writer = self.writer(out);
            writer.write_record(self.page.names()).map_err(io::Error::from)?;
            // The sink below is flushed in its own time.
            writer.flush()?;
        }
        Ok(())
    }

    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        if self.page.schema.fields().is_empty() {
            return Ok(());
        }
        let mut writer = self.writer(out);
        let columns = cell::columns(rows)?;
        for row in 0..rows.num_rows() {
            for column in &columns {
                writer.write_field(column.cell(row).plain(self.page.timezone).as_bytes()).map_err(io::Error::from)?;
            }
            writer.write_record(None::<&[u8]>).map_err(io::Error::from)?;
        }
        writer.flush()?;
        Ok(())
    }
}
