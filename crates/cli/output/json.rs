//! One JSON array with an object a row, in the form of JSON lines.

use std::io::Write;

use anyhow::Result;

use super::{Page, cell, jsonl};

/// Writes the array; each row stands on its own line.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    let names = jsonl::quoted_names(page)?;
    let mut line = Vec::new();
    let mut first = true;
    out.write_all(b"[")?;
    for batch in page.batches {
        let columns = cell::columns(batch)?;
        for row in 0..batch.num_rows() {
            line.clear();
            line.extend_from_slice(if first { b"\n" } else { b",\n" });
            first = false;
            jsonl::object(&names, &columns, row, &mut line)?;
            out.write_all(&line)?;
        }
    }
    out.write_all(if first { b"]\n" } else { b"\n]\n" })?;
    Ok(())
}
