//! An Arrow IPC file with the answer's own types.

use std::io::Write;

use anyhow::Result;
use datafusion::arrow::ipc::writer::FileWriter;

use super::Page;

/// Writes the file.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    let mut writer = FileWriter::try_new(out, page.schema)?;
    for batch in page.batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    Ok(())
}
