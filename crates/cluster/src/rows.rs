//! Rows in memory as an Arrow stream: a lookup table, the rows of a step.
//!
//! They are part of the plan and go with every message that it goes with. gRPC takes messages of 16 MB; what is larger belongs into a
//! Parquet file that all machines read.

use datafusion::{
    arrow::{
        array::RecordBatch,
        ipc::{reader::StreamReader, writer::StreamWriter},
    },
    catalog::TableProvider,
    common::exec_datafusion_err,
    datasource::MemTable,
    error::Result,
};

/// Writes the rows of all partitions one after the other.
///
/// # Errors
/// Where somebody is writing to the table.
pub(crate) fn write(table: &MemTable, bytes: &mut Vec<u8>) -> Result<()> {
    let mut writer = StreamWriter::try_new(bytes, &table.schema())?;
    for partition in &table.batches {
        let batches = partition.try_read().map_err(|_| exec_datafusion_err!("the table is being written to"))?;
        for batch in batches.iter() {
            writer.write(batch)?;
        }
    }
    Ok(writer.finish()?)
}

/// The table of rows that were written.
///
/// # Errors
/// Where the bytes are no Arrow stream.
pub(crate) fn read(bytes: &[u8]) -> Result<MemTable> {
    let reader = StreamReader::try_new(bytes, None)?;
    let schema = reader.schema();
    let batches: Vec<RecordBatch> = reader.collect::<std::result::Result<_, _>>()?;
    MemTable::try_new(schema, vec![batches])
}
