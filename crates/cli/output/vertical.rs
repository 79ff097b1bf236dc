//! One field a line, for rows that are wider than the screen. Fields without a value are left out.

use anyhow::Result;
use datafusion::arrow::array::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::{
    Form, Out, Page,
    cell::{self, Cell},
};

/// Each row under its number.
pub(super) struct Vertical {
    page: Page,
    names: Vec<String>,
    width: usize,
    number: u64,
}

impl Vertical {
    /// Rows with the columns of `page`.
    pub(super) fn new(page: Page) -> Self {
        let names: Vec<String> = page.names().map(|name| cell::visible(name).into_owned()).collect();
        let width = names.iter().map(|name| name.width()).max().unwrap_or(0);
        Self { page, names, width, number: 0 }
    }
}

impl Form for Vertical {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let columns = cell::columns(rows)?;
        let (dim, bold, reset) = if self.page.colour() { ("\x1b[2m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        for row in 0..rows.num_rows() {
            self.number += 1;
            writeln!(out, "{dim}── row {} ──{reset}", self.number)?;
            for (name, column) in self.names.iter().zip(&columns) {
                let cell = column.cell(row);
                if cell == Cell::Null {
                    continue;
                }
                let shown = cell.shown(self.page.timezone);
                let text = cell::visible(&shown);
                let mut label = name.as_str();
                // Further values stand below the first.
                for line in text.split('\n') {
                    let gap = self.width.saturating_sub(label.width());
                    let line = if name == "_raw" { self.page.terms.highlight(line) } else { line.into() };
                    writeln!(out, "{bold}{label}{reset}{:gap$}  {line}", "")?;
                    label = "";
                }
            }
        }
        Ok(())
    }
}
