//! A stream of events becomes files that no search sees yet: as many at a time as memory is to hold. `speleo ingest`, `speleo accelerate`

use datafusion::{arrow::array::RecordBatch, error::Result, execution::SendableRecordBatchStream};
use futures::TryStreamExt;
use speleo_index::{Index, Staged};

use crate::fault::Fault;

/// Bytes of events in memory that become files together.
const STAGE_BYTES: usize = 192 << 20;

/// Writes the batches of a stream, each as `fit` makes it, to files of an index.
///
/// # Errors
/// Those of the stream and of `fit`, and where a file cannot be written.
pub(crate) async fn stage(
    mut rows: SendableRecordBatchStream,
    index: &Index,
    fit: impl Fn(RecordBatch) -> Result<RecordBatch>,
) -> Result<Vec<Staged>> {
    let mut staged = Vec::new();
    let (mut batches, mut size) = (Vec::new(), 0);
    while let Some(batch) = rows.try_next().await? {
        let batch = fit(batch)?;
        if batch.num_rows() == 0 {
            continue;
        }
        size += batch.get_array_memory_size();
        batches.push(batch);
        if size >= STAGE_BYTES {
            staged.push(index.stage(&batches).await.map_err(Fault::from)?);
            (batches, size) = (Vec::new(), 0);
        }
    }
    if !batches.is_empty() {
        staged.push(index.stage(&batches).await.map_err(Fault::from)?);
    }
    Ok(staged)
}
