//! The text of the events: `_raw`, and for rows without one their fields as `name="value"`.
//!
//! On a terminal the words that the search looks for stand out.

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;

use super::{
    Form, Out, Page,
    cell::{self, Cell, Column},
};

/// One event after the other.
pub(super) struct Raw {
    page: Page,
    place: Option<usize>,
}

impl Raw {
    /// The events of rows with the columns of `page`.
    pub(super) fn new(page: Page) -> Self {
        let place = page.names().position(|name| name == "_raw");
        Self { page, place }
    }

    fn pairs(&self, columns: &[Column], row: usize) -> String {
        let mut line = String::new();
        for (name, column) in self.page.names().zip(columns) {
            let cell = column.cell(row);
            if cell == Cell::Null {
                continue;
            }
            let text = cell.plain(self.page.timezone).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&format!("{name}=\"{text}\""));
        }
        line
    }
}

impl Form for Raw {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        for row in 0..rows.num_rows() {
            let raw = self.place.and_then(|place| columns.get(place)).map(|column| column.cell(row));
            match (raw, self.page.screen) {
                (Some(Cell::Text(text)), Some(_)) => {
                    writeln!(out, "{}", self.page.terms.highlight(&cell::visible(text)))?;
                }
                (Some(Cell::Text(text)), None) => writeln!(out, "{text}")?,
                (_, Some(_)) => writeln!(out, "{}", cell::visible(&self.pairs(&columns, row)))?,
                (_, None) => writeln!(out, "{}", self.pairs(&columns, row))?,
            }
        }
        Ok(())
    }
}
