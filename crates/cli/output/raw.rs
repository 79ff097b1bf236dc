//! The text of the events: `_raw`, and for rows without one their fields as `name="value"`.

use std::io::Write;

use anyhow::Result;

use super::{
    Page,
    cell::{self, Cell, Column},
};

/// Writes one event after the other.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    let raw = page.names().position(|name| name == "_raw");
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            match raw.and_then(|place| columns.get(place)).map(|column| column.cell(row)) {
                Some(Cell::Text(text)) if page.terminal => writeln!(out, "{}", cell::visible(text))?,
                Some(Cell::Text(text)) => writeln!(out, "{text}")?,
                _ => pairs(page, &columns, row, out)?,
            }
        }
    }
    Ok(())
}

fn pairs(page: &Page, columns: &[Column], row: usize, out: &mut (dyn Write + Send)) -> Result<()> {
    let mut blank = "";
    for (name, column) in page.names().zip(columns) {
        let cell = column.cell(row);
        if cell == Cell::Null {
            continue;
        }
        let text = cell.plain(page.timezone).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        write!(out, "{blank}{name}=\"{text}\"")?;
        blank = " ";
    }
    writeln!(out)?;
    Ok(())
}
