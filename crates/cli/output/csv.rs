//! CSV and TSV with a header: `_time` in ISO 8601, several values joined by newlines, no value as an empty cell.

use std::io::Write;

use anyhow::Result;

use super::{Page, cell};

/// Writes the rows with `delimiter` between cells.
pub(super) fn write(page: &Page, delimiter: u8, out: &mut (dyn Write + Send)) -> Result<()> {
    if page.schema.fields().is_empty() {
        return Ok(());
    }
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
    writer.write_record(page.names())?;
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                writer.write_field(column.cell(row).plain(page.timezone).as_bytes())?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
    }
    writer.flush()?;
    Ok(())
}
