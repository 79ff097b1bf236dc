//! How a scan gets at the bytes of a Parquet file. `index=web | stats count by host` over ten thousand small files
//!
//! A footer that is known is not read again. A small file of a disk is read as a whole where it is wanted: handing each of its reads
//! to another thread would take longer than the read.

use std::{ops::Range, path::PathBuf, sync::Arc};

use bytes::Bytes;
use datafusion::{
    datasource::{
        listing::PartitionedFile,
        physical_plan::{ParquetFileReaderFactory, parquet::CachedParquetFileReaderFactory},
    },
    error::Result,
    parquet::{
        arrow::{arrow_reader::ArrowReaderOptions, async_reader::AsyncFileReader},
        errors::{ParquetError, Result as ParquetResult},
        file::metadata::ParquetMetaData,
    },
    physical_plan::metrics::{Count, ExecutionPlanMetricsSet, MetricBuilder},
};
use futures::{FutureExt, future::BoxFuture};

use crate::{parquet_scan::Footer, source::BYTES_READ};

/// A file with more bytes than this is read by parts.
const SMALL: u64 = 128 << 10;

/// Where a file is on the disk.
#[derive(Debug, Clone)]
pub(super) struct OnDisk(pub(super) PathBuf);

/// Makes readers of files, some of whose footers are known.
#[derive(Debug)]
pub(super) struct Readers(pub(super) CachedParquetFileReaderFactory);

impl ParquetFileReaderFactory for Readers {
    fn create_reader(
        &self,
        partition: usize,
        file: PartitionedFile,
        hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let footer = file.extensions.get::<Footer>().map(|Footer(footer)| Arc::clone(footer));
        let on_disk = file.extensions.get::<OnDisk>().filter(|_| file.object_meta.size <= SMALL).cloned();
        Ok(match (footer, on_disk) {
            (Some(footer), Some(OnDisk(path))) => {
                let read = MetricBuilder::new(metrics).counter(BYTES_READ, partition);
                Box::new(Small { path, bytes: None, footer, read })
            }
            (Some(footer), None) => {
                Box::new(Known { reader: self.0.create_reader(partition, file, hint, metrics)?, footer })
            }
            (None, _) => self.0.create_reader(partition, file, hint, metrics)?,
        })
    }
}

/// A file whose footer is known.
struct Known {
    reader: Box<dyn AsyncFileReader + Send>,
    footer: Arc<ParquetMetaData>,
}

impl AsyncFileReader for Known {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        self.reader.get_bytes(range)
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        self.reader.get_byte_ranges(ranges)
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        let footer = Arc::clone(&self.footer);
        async move { Ok(footer) }.boxed()
    }
}

/// A small file of a disk.
struct Small {
    path: PathBuf,
    bytes: Option<Bytes>,
    footer: Arc<ParquetMetaData>,
    read: Count,
}

impl Small {
    fn range(&mut self, range: &Range<u64>) -> ParquetResult<Bytes> {
        let bytes = match &self.bytes {
            Some(bytes) => bytes.clone(),
            None => {
                let bytes = std::fs::read(&self.path).map_err(|error| ParquetError::External(error.into()))?;
                self.bytes.insert(bytes.into()).clone()
            }
        };
        let whole = bytes.len();
        let bounds = (usize::try_from(range.start), usize::try_from(range.end));
        let (Ok(start), Ok(end)) = bounds else { return Err(ended(whole)) };
        if start > end || end > whole {
            return Err(ended(whole));
        }
        self.read.add(end - start);
        Ok(bytes.slice(start..end))
    }
}

fn ended(size: usize) -> ParquetError {
    ParquetError::EOF(format!("the file ends after {size} bytes"))
}

impl AsyncFileReader for Small {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        let bytes = self.range(&range);
        async move { bytes }.boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        let bytes = ranges.iter().map(|range| self.range(range)).collect();
        async move { bytes }.boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        let footer = Arc::clone(&self.footer);
        async move { Ok(footer) }.boxed()
    }
}
