//! The files of a native index as a table that reads of them what a search may need.
//!
//! What the log knows of a file's times leaves out files; filters of words leave out blocks of rows. What is left is read by
//! DataFusion's scan, which looks at the pages' own bounds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::{Statistics, pruning::PrunableStatistics},
    datasource::{TableType, listing::PartitionedFile, physical_plan::parquet::ParquetRowSelection},
    error::Result,
    logical_expr::{Expr, TableProviderFilterPushDown, utils::conjunction},
    parquet::arrow::arrow_reader::{RowSelection, RowSelector},
    physical_optimizer::pruning::PruningPredicateBuilder,
    physical_plan::ExecutionPlan,
};
use futures::{StreamExt, TryStreamExt, stream};
use object_store::ObjectStore;
use speleo_functions::terms;
use speleo_index::{Blocks, Part, WordFilters};

use super::ask::Ask;
use crate::{fault::Fault, source::columnar::ColumnarTable};

/// Filters that are read at once.
const AT_ONCE: usize = 8;
/// Bytes of filters that are kept for the next search.
const MOST_KEPT: u64 = 256 << 20;

/// What a scan reads of an index, for `explain`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// How many files the index has.
    pub(crate) of_files: usize,
    /// How many have events of the times that are asked for.
    pub(crate) in_time: usize,
    /// How many are read.
    pub(crate) files: usize,
    /// How many rows all files have.
    pub(crate) of_rows: u64,
    /// How many rows are looked at.
    pub(crate) rows: u64,
}

/// The table.
#[derive(Debug)]
pub(super) struct StoredTable {
    base: ColumnarTable,
    files: Vec<StoredFile>,
    store: Arc<dyn ObjectStore>,
    kept: Kept,
}

/// A file, as the log and DataFusion's scan know it.
#[derive(Debug, Clone)]
pub(super) struct StoredFile {
    pub(super) part: Part,
    pub(super) file: PartitionedFile,
}

impl StoredTable {
    /// The table of files whose base has no files yet.
    pub(super) fn new(base: ColumnarTable, files: Vec<StoredFile>, store: Arc<dyn ObjectStore>) -> Self {
        Self { base, files, store, kept: Kept::default() }
    }

    /// The files that may have rows which pass the filters, by what the log says of them.
    fn in_time(&self, state: &dyn Session, filters: &[Expr]) -> Result<Vec<&StoredFile>> {
        let schema = self.schema();
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(self.files.iter().collect()) };
        let filter = state.create_physical_expr(filter, &Arc::clone(&schema).try_into()?)?;
        let pruning = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&schema)).try_build(filter)?;
        let unknown = || Arc::new(Statistics::new_unknown(&schema));
        let known = self.files.iter().map(|file| file.file.statistics.clone().unwrap_or_else(unknown)).collect();
        let stays = pruning.prune(&PrunableStatistics::new(known, Arc::clone(&schema)))?;
        Ok(self.files.iter().zip(stays).filter(|(_, stays)| *stays).map(|(file, _)| file).collect())
    }

    /// A file with a selection of its rows, and how many these are where that is known; all where its words are not.
    async fn chosen(&self, file: &StoredFile, ask: &Ask) -> Result<(PartitionedFile, Option<u64>), Fault> {
        let rows = file.part.rows;
        let all = rows.and_then(|rows| usize::try_from(rows).ok());
        let (Some(filters), Some(all)) = (&file.part.words, all) else {
            return Ok((file.file.clone(), rows));
        };
        if filters.rule != terms::RULE || *ask == Ask::Anything {
            return Ok((file.file.clone(), rows));
        }
        let blocks = self.kept.blocks(self.store.as_ref(), &file.part, filters).await?;
        let selection = selection(ask, &blocks, filters.rows, all);
        let selected = selection.row_count();
        let file = match selected == all {
            true => file.file.clone(),
            false => file.file.clone().with_extension(ParquetRowSelection::new(selection)),
        };
        Ok((file, Some(selected as u64)))
    }
}

/// The rows of blocks that may pass.
fn selection(ask: &Ask, blocks: &Blocks, block_rows: usize, rows: usize) -> RowSelection {
    let mut selectors = Vec::new();
    for (block, start) in (0..rows).step_by(block_rows).enumerate() {
        let length = block_rows.min(rows - start);
        let passes = ask.may_pass(&|word| blocks.may_hold(block, word));
        selectors.push(if passes { RowSelector::select(length) } else { RowSelector::skip(length) });
    }
    selectors.into()
}

#[async_trait]
impl TableProvider for StoredTable {
    fn schema(&self) -> SchemaRef {
        self.base.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Filters choose files and blocks; rows are filtered above.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let in_time = self.in_time(state, filters)?;
        let ask = Ask::of(filters, &self.schema());
        let each: Vec<_> = in_time.iter().map(|file| self.chosen(file, &ask)).collect();
        let chosen: Vec<(PartitionedFile, Option<u64>)> = stream::iter(each).buffered(AT_ONCE).try_collect().await?;
        let looked_at: u64 = chosen.iter().filter_map(|(_, rows)| *rows).sum();
        let in_time_rows: u64 = in_time.iter().filter_map(|file| file.part.rows).sum();
        let mut files: Vec<PartitionedFile> =
            chosen.into_iter().filter(|(_, rows)| *rows != Some(0)).map(|(file, _)| file).collect();
        let told = Chosen {
            of_files: self.files.len(),
            in_time: in_time.len(),
            files: files.len(),
            of_rows: self.files.iter().filter_map(|file| file.part.rows).sum(),
            rows: looked_at,
        };
        if let Some(first) = files.first_mut() {
            *first = first.clone().with_extension(told);
        }
        // Words that are in most blocks are in many rows, and then nothing is won by a second look at the columns.
        let few_pass = ask != Ask::Anything && looked_at.saturating_mul(2) < in_time_rows;
        self.base.scan_files(state, files, projection, limit, few_pass).await
    }
}

/// Filters that were read.
#[derive(Debug, Default)]
struct Kept {
    blocks: Mutex<(HashMap<object_store::path::Path, Arc<Blocks>>, u64)>,
}

impl Kept {
    async fn blocks(&self, store: &dyn ObjectStore, part: &Part, filters: &WordFilters) -> Result<Arc<Blocks>, Fault> {
        if let Some(known) = self.blocks.lock().unwrap_or_else(PoisonError::into_inner).0.get(&part.path) {
            return Ok(Arc::clone(known));
        }
        let blocks = Arc::new(filters.read(store, &part.path).await?);
        let mut kept = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.1 + filters.bytes() <= MOST_KEPT {
            kept.1 += filters.bytes();
            kept.0.insert(part.path.clone(), Arc::clone(&blocks));
        }
        Ok(blocks)
    }
}
