//! The footers of Parquet files: where columns stand in a file, and of what types they are. `--index web=parts/*.parquet`
//!
//! Each is read once, files of a disk by threads of their own: a request to the system for each of ten thousand small files costs less
//! than handing it to another thread. Files of one table mostly have one schema, so what follows from it is worked out once.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    catalog::Session,
    datasource::{listing::PartitionedFile, physical_plan::parquet::metadata::DFParquetMetadata},
    error::{DataFusionError, Result},
    execution::cache::cache_manager::FileMetadataCache,
    parquet::file::metadata::ParquetMetaData,
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::{ObjectMeta, ObjectStore};

use crate::fault::panic_text;

/// A footer is mostly no longer than this, and a small file neither.
const HINT: usize = 64 << 10;
/// Fewer files than this are not worth a thread.
const SHARE: usize = 64;
/// A schema is looked for among so many.
const SCHEMAS: usize = 16;

/// The footers of files in their order.
///
/// # Errors
/// Where one cannot be read.
pub(super) async fn read(
    files: &[PartitionedFile],
    is_local: bool,
    store: &Arc<dyn ObjectStore>,
    state: &dyn Session,
) -> Result<Vec<Arc<ParquetMetaData>>> {
    let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
    if is_local {
        return side_by_side(files, store.as_ref(), &cache);
    }
    let at_once = state.config_options().execution.meta_fetch_concurrency.get();
    let footer = |file: &PartitionedFile| {
        let (meta, cache) = (file.object_meta.clone(), Arc::clone(&cache));
        async move { footer(store.as_ref(), &meta, &cache).await }
    };
    stream::iter(files.iter().map(footer)).buffered(at_once).try_collect().await
}

async fn footer(
    store: &dyn ObjectStore,
    meta: &ObjectMeta,
    cache: &Arc<FileMetadataCache>,
) -> Result<Arc<ParquetMetaData>> {
    let fetch = DFParquetMetadata::new(store, meta).with_metadata_size_hint(Some(HINT));
    fetch.with_file_metadata_cache(Some(Arc::clone(cache))).fetch_metadata().await
}

fn side_by_side(
    files: &[PartitionedFile],
    store: &dyn ObjectStore,
    cache: &Arc<FileMetadataCache>,
) -> Result<Vec<Arc<ParquetMetaData>>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = files.len().div_ceil(cores).max(SHARE);
    std::thread::scope(|scope| {
        // Outside of the runtime the store reads where it is asked, and nothing is waited for.
        let read = |files: &[PartitionedFile]| -> Result<Vec<Arc<ParquetMetaData>>> {
            let footer = |file: &PartitionedFile| futures::executor::block_on(footer(store, &file.object_meta, cache));
            files.iter().map(footer).collect()
        };
        let threads: Vec<_> = files.chunks(share).map(|files| scope.spawn(move || read(files))).collect();
        let mut all = Vec::with_capacity(files.len());
        for thread in threads {
            let read = thread.join();
            all.extend(read.map_err(|panic| DataFusionError::Internal(panic_text(panic.as_ref())))??);
        }
        Ok(all)
    })
}

/// Footers that have one schema.
pub(super) struct Same {
    /// The place of the first of them.
    pub(super) first: usize,
    /// Where the columns are, by their names.
    pub(super) columns: HashMap<String, usize>,
}

/// The schemas of footers, and for each footer which it has.
pub(super) fn schemas(footers: &[Arc<ParquetMetaData>]) -> (Vec<Same>, Vec<usize>) {
    let mut all: Vec<Same> = Vec::new();
    let mut own = Vec::with_capacity(footers.len());
    for (place, footer) in footers.iter().enumerate() {
        let about = footer.file_metadata();
        let is_same = |same: &Same| {
            footers.get(same.first).is_some_and(|first| {
                let known = first.file_metadata();
                known.schema_descr() == about.schema_descr() && known.key_value_metadata() == about.key_value_metadata()
            })
        };
        let last = all.len().saturating_sub(SCHEMAS);
        let found = all.get(last..).and_then(|known| known.iter().rposition(is_same)).map(|at| last + at);
        own.push(found.unwrap_or(all.len()));
        if found.is_none() {
            let columns = about.schema_descr().columns().iter().enumerate();
            // Of several of one name the first counts.
            let columns = columns.rev().map(|(at, column)| (column.path().string(), at)).collect();
            all.push(Same { first: place, columns });
        }
    }
    (all, own)
}
