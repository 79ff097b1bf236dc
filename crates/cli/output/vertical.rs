//! One field a line, for rows that are wider than the screen. Fields without a value are left out.

use std::io::Write;

use anyhow::Result;
use unicode_width::UnicodeWidthStr;

use super::{
    Page,
    cell::{self, Cell},
};

/// Writes each row under its number.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    let names: Vec<_> = page.names().map(cell::visible).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let mut number = 0;
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            number += 1;
            writeln!(out, "── row {number} ──")?;
            for (name, column) in names.iter().zip(&columns) {
                let cell = column.cell(row);
                if cell == Cell::Null {
                    continue;
                }
                let shown = cell.shown(page.timezone);
                let text = cell::visible(&shown);
                let mut label = name.as_ref();
                // Further values stand below the first.
                for line in text.split('\n') {
                    let gap = width.saturating_sub(label.width());
                    writeln!(out, "{label}{:gap$}  {line}", "")?;
                    label = "";
                }
            }
        }
    }
    Ok(())
}
