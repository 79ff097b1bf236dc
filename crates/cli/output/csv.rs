//! CSV and TSV with a header: `_time` in ISO 8601, several values joined by newlines, no value as an empty cell.
//!
//! Lines stop in a buffer on their way out: the library's own error would hide that a pipe was closed.

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

    fn writer(&self) -> csv::Writer<Vec<u8>> {
        csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(Vec::new())
    }
}

impl Form for Csv {
    fn begin(&mut self, out: &mut Out) -> Result<()> {
        if !self.page.schema.fields().is_empty() {
            let mut writer = self.writer();
            writer.write_record(self.page.names())?;
            out.write_all(&writer.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
        }
        Ok(())
    }

    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        if self.page.schema.fields().is_empty() {
            return Ok(());
        }
        let mut writer = self.writer();
        let columns = cell::columns(rows)?;
        for row in 0..rows.num_rows() {
            for column in &columns {
                writer.write_field(column.cell(row).plain(self.page.timezone).as_bytes())?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        out.write_all(&writer.into_inner().map_err(csv::IntoInnerError::into_error)?)?;
        Ok(())
    }
}
