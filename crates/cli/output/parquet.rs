//! A Parquet file with the answer's own types, compressed.

use anyhow::{Context, Result};
use datafusion::{
    arrow::array::RecordBatch,
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, ZstdLevel},
        file::properties::WriterProperties,
    },
};

use super::{Form, Out, Page};

/// What is kept encoded before it goes out as a row group.
const ROW_GROUP: usize = 64 << 20;

/// The file. Its bytes stop in a buffer on their way out.
pub(super) struct Parquet(Option<ArrowWriter<Vec<u8>>>);

impl Parquet {
    /// A file with the columns of `page`.
    pub(super) fn new(page: &Page) -> Result<Self> {
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        Ok(Self(Some(ArrowWriter::try_new(Vec::new(), page.schema.clone(), Some(properties))?)))
    }
}

impl Form for Parquet {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        let writer = self.0.as_mut().context("the file is written")?;
        writer.write(rows)?;
        if writer.in_progress_size() > ROW_GROUP {
            writer.flush()?;
        }
        out.write_all(&std::mem::take(writer.inner_mut()))?;
        Ok(())
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        let writer = self.0.take().context("the file is written")?;
        out.write_all(&writer.into_inner()?)?;
        Ok(())
    }
}
