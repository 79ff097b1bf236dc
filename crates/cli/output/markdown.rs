//! A Markdown table; several values are parted by `<br>`, numbers stand to the right.

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{Form, Out, Page, cell};

/// The table.
pub(super) struct Markdown(pub(super) Page);

impl Form for Markdown {
    fn begin(&mut self, out: &mut Out) -> Result<()> {
        if self.0.schema.fields().is_empty() {
            return Ok(());
        }
        for name in self.0.names() {
            write!(out, "| {} ", escaped(name))?;
        }
        writeln!(out, "|")?;
        for field in self.0.schema.fields() {
            let is_number = field.data_type().is_numeric() && field.name() != "_time";
            write!(out, "|{}", if is_number { " ---: " } else { " --- " })?;
        }
        writeln!(out, "|")?;
        Ok(())
    }

    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        if self.0.schema.fields().is_empty() {
            return Ok(());
        }
        let columns = cell::columns(rows)?;
        for row in 0..rows.num_rows() {
            for column in &columns {
                write!(out, "| {} ", escaped(&column.cell(row).shown(self.0.timezone)))?;
            }
            writeln!(out, "|")?;
        }
        Ok(())
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace("\r\n", "\n");
    cell::visible(&text).replace('\n', "<br>")
}
