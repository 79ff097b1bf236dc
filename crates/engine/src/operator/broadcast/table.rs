//! The few rows by their keys, and what others match of them.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, DictionaryArray, Int32Array, RecordBatch, RecordBatchOptions, UInt32Array},
        compute::{and, concat_batches, filter_record_batch, is_not_null, take},
        datatypes::{DataType, Int32Type, Schema, SchemaRef},
    },
    common::{Result, internal_datafusion_err, resources_datafusion_err},
    execution::memory_pool::MemoryReservation,
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
};

use crate::operator::{feed::Feed, groups::Numbered};

/// The few rows.
#[derive(Debug)]
pub(super) struct Table {
    rows: RecordBatch,
    keys: Numbered,
    /// For each key where its rows begin among `places`; the last is their end.
    starts: Vec<u32>,
    /// The rows by their keys, those of one in their order.
    places: Vec<i32>,
    /// Whether a key has several rows.
    repeats: bool,
    /// Held as long as the rows are.
    _reservation: MemoryReservation,
}

impl Table {
    /// Puts rows in the order of their keys. A row without one of them matches nothing.
    ///
    /// # Errors
    /// Where the rows do not fit into one batch, or memory is short.
    pub(super) fn try_new(
        schema: &SchemaRef,
        batches: &[RecordBatch],
        keys: Vec<Arc<dyn PhysicalExpr>>,
        reservation: MemoryReservation,
    ) -> Result<Self> {
        let mut rows = concat_batches(schema, batches)?;
        let mut columns: Vec<ArrayRef> = evaluate_expressions_to_arrays(&keys, &rows)?;
        if columns.iter().any(|column| column.null_count() > 0) {
            let mut there = None;
            for column in &columns {
                let own = is_not_null(column)?;
                there = Some(match there {
                    Some(there) => and(&there, &own)?,
                    None => own,
                });
            }
            if let Some(there) = there {
                rows = filter_record_batch(&rows, &there)?;
            }
            columns = evaluate_expressions_to_arrays(&keys, &rows)?;
        }
        let fields = keys.iter().map(|key| key.return_field(schema)).collect::<Result<Vec<_>>>()?;
        let mut keys =
            Numbered::of(&Schema::new(fields)).ok_or_else(|| internal_datafusion_err!("keys without numbers"))?;
        let mut ids = Vec::new();
        keys.number(&columns, &mut ids)?;
        keys.freeze();
        let count = keys.len();
        let mut starts = vec![0_u32; count + 1];
        for id in &ids {
            if let Some(rows) = starts.get_mut(*id + 1) {
                *rows += 1;
            }
        }
        let repeats = starts.iter().any(|rows| *rows > 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut places = vec![0_i32; ids.len()];
        for (row, id) in ids.iter().enumerate() {
            let row =
                i32::try_from(row).map_err(|_| resources_datafusion_err!("a join with more than {} rows", i32::MAX))?;
            if let Some(place) = next.get_mut(*id) {
                if let Some(slot) = places.get_mut(*place as usize) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        reservation.try_grow(keys.bytes() + (starts.len() + places.len()) * size_of::<u32>())?;
        Ok(Self { rows, keys, starts, places, repeats, _reservation: reservation })
    }

    /// The rows of a key.
    fn of(&self, id: usize) -> &[i32] {
        let bound = |place: usize| self.starts.get(place).map(|start| *start as usize);
        match (bound(id), bound(id.saturating_add(1))) {
            (Some(start), Some(end)) => self.places.get(start..end).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// The many rows of one core.
pub(super) struct Probe {
    table: Arc<Table>,
    numbers: Numbered,
    keys: Vec<Arc<dyn PhysicalExpr>>,
    output: SchemaRef,
    keeps_all: bool,
    ids: Vec<usize>,
}

impl Probe {
    pub(super) fn new(table: Arc<Table>, keys: Vec<Arc<dyn PhysicalExpr>>, output: SchemaRef, keeps_all: bool) -> Self {
        let numbers = table.keys.clone();
        Self { table, numbers, keys, output, keeps_all, ids: Vec::new() }
    }

    /// The rows of the last batch that stay, where not each stays once, and what they match.
    fn matches(&self) -> (Option<UInt32Array>, Int32Array) {
        let table = &self.table;
        if !table.repeats && self.keeps_all {
            return (None, self.ids.iter().map(|id| table.of(*id).first().copied()).collect());
        }
        let mut kept = Vec::with_capacity(self.ids.len());
        let mut matches = Vec::with_capacity(self.ids.len());
        for (row, id) in (0_u32..).zip(&self.ids) {
            let own = table.of(*id);
            if own.is_empty() && self.keeps_all {
                kept.push(row);
                matches.push(None);
            }
            for place in own {
                kept.push(row);
                matches.push(Some(*place));
            }
        }
        let is_each = kept.len() == self.ids.len() && !table.repeats;
        ((!is_each).then(|| UInt32Array::from(kept)), Int32Array::from(matches))
    }
}

impl Feed for Probe {
    /// Rows beside those that they match.
    fn add(&mut self, batch: RecordBatch) -> Result<Vec<RecordBatch>> {
        let columns: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.keys, &batch)?;
        self.numbers.number(&columns, &mut self.ids)?;
        let (kept, matches) = self.matches();
        let mut output: Vec<ArrayRef> = Vec::with_capacity(self.output.fields().len());
        for column in batch.columns() {
            output.push(match &kept {
                Some(kept) => take(column, kept, None)?,
                None => Arc::clone(column),
            });
        }
        for column in self.table.rows.columns() {
            output.push(match column.data_type() {
                DataType::Utf8 => {
                    Arc::new(DictionaryArray::<Int32Type>::try_new(texts(&matches, column), Arc::clone(column))?)
                }
                _ => take(column, &matches, None)?,
            });
        }
        let options = RecordBatchOptions::new().with_row_count(Some(matches.len()));
        Ok(vec![RecordBatch::try_new_with_options(Arc::clone(&self.output), output, &options)?])
    }
}

/// The keys of texts in a column; a row whose text is null has none.
fn texts(matches: &Int32Array, column: &ArrayRef) -> Int32Array {
    if column.null_count() == 0 {
        return matches.clone();
    }
    let has_text = |place: &i32| usize::try_from(*place).is_ok_and(|place| column.is_valid(place));
    matches.iter().map(|place| place.filter(has_text)).collect()
}
