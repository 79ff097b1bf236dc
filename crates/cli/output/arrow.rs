//! An Arrow IPC file with the answer's own types.

use anyhow::Result;
use datafusion::arrow::{array::RecordBatch, ipc::writer::FileWriter};

use super::{Form, Out, Page};

/// The file. Its bytes stop in a buffer on their way out.
pub(super) struct Arrow(FileWriter<Vec<u8>>);

impl Arrow {
    /// A file with the columns of `page`.
    pub(super) fn new(page: &Page) -> Result<Self> {
        Ok(Self(FileWriter::try_new(Vec::new(), &page.schema)?))
    }

    fn give(&mut self, out: &mut Out) -> Result<()> {
        out.write_all(&std::mem::take(self.0.get_mut()))?;
        Ok(())
    }
}

impl Form for Arrow {
    fn rows(&mut self, rows: &RecordBatch, out: &mut Out) -> Result<()> {
        self.0.write(rows)?;
        self.give(out)
    }

    fn finish(&mut self, out: &mut Out) -> Result<()> {
        self.0.finish()?;
        self.give(out)
    }
}
