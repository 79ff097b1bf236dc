//! The first rows of each group so far.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch, UInt32Array},
        compute::{SortOptions, interleave_record_batch, take},
        datatypes::SchemaRef,
        row::{RowConverter, SortField},
    },
    common::Result,
    physical_expr::{LexOrdering, PhysicalExpr},
    physical_expr_common::utils::evaluate_expressions_to_arrays,
    physical_plan::spill::get_record_batch_memory_size,
};

use super::leading::Leading;
use crate::operator::groups::Groups;

/// Rows are gathered anew when fewer than one in so many of those held is of use.
const SPARSE: usize = 4;
/// But not below so many rows.
const SPARSE_ROWS: usize = 65_536;

/// A row of a group.
#[derive(Debug)]
struct Row {
    /// Its place in the order: smaller bytes come first.
    place: Vec<u8>,
    /// Where the row stands.
    batch: usize,
    row: usize,
}

/// Groups, and the batches that hold their first rows.
pub(super) struct Keeper {
    schema: SchemaRef,
    order: Vec<Arc<dyn PhysicalExpr>>,
    /// How the first of the order's keys is compared.
    leads: SortOptions,
    leading: Leading,
    places: RowConverter,
    fetch: usize,
    groups: Groups,
    /// For each group its first rows in order.
    first: Vec<Vec<Row>>,
    batches: Vec<RecordBatch>,
    batch_bytes: usize,
    place_bytes: usize,
    /// How many rows the batches hold, and how many of them are kept.
    held: usize,
    kept: usize,
    seen: usize,
}

impl Keeper {
    pub(super) fn try_new(
        schema: SchemaRef,
        keys: Vec<Arc<dyn PhysicalExpr>>,
        order: &LexOrdering,
        fetch: usize,
    ) -> Result<Self> {
        let sort_fields = order
            .iter()
            .map(|key| Ok(SortField::new_with_options(key.expr.data_type(&schema)?, key.options)))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            groups: Groups::try_new(keys, &schema)?,
            order: order.iter().map(|key| Arc::clone(&key.expr)).collect(),
            leads: order.first().options,
            leading: Leading::default(),
            places: RowConverter::new(sort_fields)?,
            schema,
            fetch,
            first: Vec::new(),
            batches: Vec::new(),
            batch_bytes: 0,
            place_bytes: 0,
            held: 0,
            kept: 0,
            seen: 0,
        })
    }

    /// How many rows came since the start or the last drain.
    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// How many of them are kept.
    pub(super) fn kept(&self) -> usize {
        self.kept
    }

    /// How many bytes all of it takes.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.kept * size_of::<Row>() + self.first.capacity() * size_of::<Vec<Row>>();
        self.batch_bytes + self.place_bytes + rows + self.groups.bytes() + self.places.size()
    }

    /// Takes the rows of a batch that are among the first of their group.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let total = self.groups.number(batch)?;
        let order: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.order, batch)?;
        self.first.resize_with(total, Vec::new);
        self.seen += batch.num_rows();
        // Of one row for each group most fall out by the first key alone; the others need not be compared.
        let candidates = match (self.fetch, order.first()) {
            (1, Some(key)) => self.leading.candidates(key, self.leads, self.groups.ids(), total)?,
            _ => None,
        };
        let (order, rows): (Vec<ArrayRef>, Vec<usize>) = match candidates {
            Some(rows) => {
                let places = UInt32Array::from(rows);
                let order = order.iter().map(|key| take(key, &places, None)).collect::<Result<_, _>>()?;
                (order, places.values().iter().map(|row| *row as usize).collect())
            }
            None => (order, (0..batch.num_rows()).collect()),
        };
        let places = self.places.convert_columns(&order)?;
        let at = self.batches.len();
        let mut is_needed = false;
        for (place, row) in places.iter().zip(rows) {
            let group = self.groups.ids().get(row).copied().unwrap_or_default();
            let Some(first) = self.first.get_mut(group) else { continue };
            let place = place.data();
            let last = first.last();
            if first.len() >= self.fetch && last.is_none_or(|last| place >= last.place.as_slice()) {
                continue;
            }
            is_needed = true;
            // The row that falls out lends its bytes to the one that comes in.
            let mut bytes = if first.len() >= self.fetch {
                first.pop().map(|row| row.place).unwrap_or_default()
            } else {
                self.kept += 1;
                Vec::with_capacity(place.len())
            };
            self.place_bytes -= bytes.len();
            bytes.clear();
            bytes.extend_from_slice(place);
            self.place_bytes += bytes.len();
            let index = first.partition_point(|other| other.place.as_slice() <= place);
            first.insert(index, Row { place: bytes, batch: at, row });
        }
        if is_needed {
            self.batch_bytes += get_record_batch_memory_size(batch);
            self.held += batch.num_rows();
            self.batches.push(batch.clone());
        }
        if self.held > SPARSE_ROWS && self.held > self.kept * SPARSE {
            self.gather(SPARSE_ROWS)?;
        }
        Ok(())
    }

    /// Copies the kept rows into batches of their own.
    fn gather(&mut self, batch_size: usize) -> Result<()> {
        let old = std::mem::take(&mut self.batches);
        let sources: Vec<&RecordBatch> = old.iter().collect();
        let size = batch_size.max(1);
        let mut indices = Vec::with_capacity(size.min(self.kept));
        for row in self.first.iter_mut().flatten() {
            indices.push((row.batch, row.row));
            (row.batch, row.row) = (self.batches.len(), indices.len() - 1);
            if indices.len() == size {
                self.batches.push(interleave_record_batch(&sources, &indices)?);
                indices.clear();
            }
        }
        if !indices.is_empty() {
            self.batches.push(interleave_record_batch(&sources, &indices)?);
        }
        self.batch_bytes = self.batches.iter().map(get_record_batch_memory_size).sum();
        self.held = self.kept;
        Ok(())
    }

    /// Gives the kept rows away.
    pub(super) fn drain(&mut self, batch_size: usize) -> Result<Vec<RecordBatch>> {
        if self.kept > 0 {
            self.gather(batch_size)?;
        }
        self.groups.forget()?;
        self.leading.forget();
        self.first = Vec::new();
        (self.batch_bytes, self.place_bytes, self.held, self.kept, self.seen) = (0, 0, 0, 0, 0);
        let batches = std::mem::take(&mut self.batches);
        debug_assert!(batches.iter().all(|batch| batch.schema() == self.schema), "rows keep their columns");
        Ok(batches)
    }
}
