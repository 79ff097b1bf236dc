//! JSON lines as Splunk's export gives them: `{"preview":false,"offset":0,"lastrow":true,"result":{"host":"web1","count":"3"}}`
//!
//! All values are texts, `_time` is in ISO 8601, several values are an array, fields without a value are left out. Without any
//! row there is the line that Splunk writes then: `{"preview":false,"lastrow":true}`. Absent on purpose: previews.

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{
    Form, Out, Page,
    cell::{self, Cell},
    jsonl,
};

/// The lines.
pub(super) struct SplunkJson {
    page: Page,
    names: Vec<String>,
    /// The last row so far, which may be the last one of all.
    waiting: Option<Vec<u8>>,
    offset: u64,
}

impl SplunkJson {
    /// Rows with the columns of `page`.
    pub(super) fn new(page: Page) -> Result<Self> {
        Ok(Self { names: jsonl::quoted_names(&page)?, page, waiting: None, offset: 0 })
    }

    fn write(&mut self, result: &[u8], last: &str, out: &mut Out) -> Result<()> {
        write!(out, "{{\"preview\":false,\"offset\":{},{last}\"result\":{{", self.offset)?;
        out.write_all(result)?;
        out.write_all(b"}}\n")?;
        self.offset += 1;
        Ok(())
    }
}

impl Form for SplunkJson {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        for row in 0..rows.num_rows() {
            let mut result = Vec::new();
            for (name, column) in self.names.iter().zip(&columns) {
                let cell = column.cell(row);
                if cell == Cell::Null {
                    continue;
                }
                if !result.is_empty() {
                    result.push(b',');
                }
                result.extend_from_slice(name.as_bytes());
                result.push(b':');
                match cell {
                    Cell::List(texts) => serde_json::to_writer(&mut result, &texts)?,
                    _ => serde_json::to_writer(&mut result, &cell.plain(self.page.timezone))?,
                }
            }
            if let Some(before) = self.waiting.replace(result) {
                self.write(&before, "", out)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        match self.waiting.take() {
            Some(last) => self.write(&last, "\"lastrow\":true,", out)?,
            None => out.write_all(b"{\"preview\":false,\"lastrow\":true}\n")?,
        }
        Ok(())
    }
}
