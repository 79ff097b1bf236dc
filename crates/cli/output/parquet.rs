//! A Parquet file with the answer's own types, compressed.

use std::io::Write;

use anyhow::Result;
use datafusion::parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::Page;

/// Writes the file.
pub(super) fn write(page: &Page, out: &mut (dyn Write + Send)) -> Result<()> {
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = ArrowWriter::try_new(out, page.schema.clone(), Some(properties))?;
    for batch in page.batches {
        writer.write(batch)?;
    }
    writer.close()?;
    Ok(())
}
