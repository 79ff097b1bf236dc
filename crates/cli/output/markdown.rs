//! A Markdown table; several values are parted by `<br>`, numbers stand to the right.

use std::io::Write;

use anyhow::Result;

use super::{Page, cell};

/// Writes the table.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    if page.schema.fields().is_empty() {
        return Ok(());
    }
    for name in page.names() {
        write!(out, "| {} ", escaped(name))?;
    }
    writeln!(out, "|")?;
    for field in page.schema.fields() {
        let is_number = field.data_type().is_numeric() && field.name() != "_time";
        write!(out, "|{}", if is_number { " ---: " } else { " --- " })?;
    }
    writeln!(out, "|")?;
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                write!(out, "| {} ", escaped(&column.cell(row).shown(page.timezone)))?;
            }
            writeln!(out, "|")?;
        }
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace("\r\n", "\n");
    cell::visible(&text).replace('\n', "<br>")
}
