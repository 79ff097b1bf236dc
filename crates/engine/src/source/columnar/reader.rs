//! How a scan gets at the bytes of a Parquet file. `index=web | stats count by host` over ten thousand small files
//!
//! A footer that is known is not read again. A small file of a disk is read as a whole where it is wanted: handing each of its reads
//! to another thread would take longer than the read.

use std::{future::ready, ops::Range, path::PathBuf, sync::Arc};

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
        let Some(footer) = footer else { return self.0.create_reader(partition, file, hint, metrics) };
        let source = match on_disk {
            Some(OnDisk(path)) => {
                let read = MetricBuilder::new(metrics).counter(BYTES_READ, partition);
                Source::Whole(Small { path, bytes: None, read })
            }
            None => Source::Parts(self.0.create_reader(partition, file, hint, metrics)?),
        };
        Ok(Box::new(Known { source, footer }))
    }
}

/// A file whose footer is known.
struct Known {
    source: Source,
    footer: Arc<ParquetMetaData>,
}

/// Where its other bytes come from.
enum Source {
    Parts(Box<dyn AsyncFileReader + Send>),
    Whole(Small),
}

impl AsyncFileReader for Known {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        match &mut self.source {
            Source::Parts(reader) => reader.get_bytes(range),
            Source::Whole(file) => ready(file.range(&range)).boxed(),
        }
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        match &mut self.source {
            Source::Parts(reader) => reader.get_byte_ranges(ranges),
            Source::Whole(file) => ready(ranges.iter().map(|range| file.range(range)).collect()).boxed(),
        }
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        ready(Ok(Arc::clone(&self.footer))).boxed()
    }
}

/// A small file of a disk.
struct Small {
    path: PathBuf,
    bytes: Option<Bytes>,
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
