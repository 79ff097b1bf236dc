//! The few rows by their keys, and what others match of them.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, BooleanArray, DictionaryArray, Int32Array, RecordBatch, RecordBatchOptions, UInt32Array,
        },
        compute::{and, concat_batches, filter_record_batch, is_not_null, take},
        datatypes::{DataType, Int32Type, Schema, SchemaRef},
    },
    common::{Result, internal_datafusion_err, resources_err},
    execution::memory_pool::MemoryReservation,
    physical_expr::PhysicalExpr,
    physical_expr_common::utils::evaluate_expressions_to_arrays,
};

use crate::operator::{feed::Feed, groups::Numbered, numbered_rows::NumberedRows};

/// The few rows.
#[derive(Debug)]
pub(super) struct Table {
    rows: RecordBatch,
    keys: Numbered,
    /// The rows of each key; none where a key's number is that of its only row.
    places: Option<NumberedRows>,
    /// Whether a key has several rows.
    repeats: bool,
    /// Held as long as the rows are.
    _reservation: MemoryReservation,
}

/// The few rows as they come, whose keys are numbered while others are made.
pub(super) struct Gathering {
    schema: SchemaRef,
    exprs: Vec<Arc<dyn PhysicalExpr>>,
    batches: Vec<RecordBatch>,
    keys: Numbered,
    /// The key of each row, as soon as one has another number than the row.
    ids: Option<Vec<usize>>,
    own: Vec<usize>,
    count: usize,
    reservation: MemoryReservation,
    /// How much of the reservation is for the rows.
    bytes: usize,
}

impl Gathering {
    /// No rows yet, of these columns.
    ///
    /// # Errors
    /// Where keys have no numbers.
    pub(super) fn try_new(
        schema: SchemaRef,
        exprs: Vec<Arc<dyn PhysicalExpr>>,
        reservation: MemoryReservation,
    ) -> Result<Self> {
        let fields = exprs.iter().map(|key| key.return_field(&schema)).collect::<Result<Vec<_>>>()?;
        let keys =
            Numbered::of(&Schema::new(fields)).ok_or_else(|| internal_datafusion_err!("keys without numbers"))?;
        let (batches, own) = (Vec::new(), Vec::new());
        Ok(Self { schema, exprs, batches, keys, ids: None, own, count: 0, reservation, bytes: 0 })
    }

    /// Adds rows. One without one of the keys matches nothing.
    ///
    /// # Errors
    /// Where memory is short.
    pub(super) fn add(&mut self, mut batch: RecordBatch) -> Result<()> {
        let mut columns: Vec<ArrayRef> = evaluate_expressions_to_arrays(&self.exprs, &batch)?;
        let mut there: Option<BooleanArray> = None;
        for column in columns.iter().filter(|column| column.null_count() > 0) {
            let own = is_not_null(column)?;
            there = Some(match there {
                Some(there) => and(&there, &own)?,
                None => own,
            });
        }
        if let Some(there) = there {
            batch = filter_record_batch(&batch, &there)?;
            columns = evaluate_expressions_to_arrays(&self.exprs, &batch)?;
        }
        self.keys.number(&columns, &mut self.own)?;
        if self.ids.is_none() && self.own.iter().zip(self.count..).any(|(id, row)| *id != row) {
            self.ids = Some((0..self.count).collect());
        }
        if let Some(ids) = &mut self.ids {
            ids.extend(&self.own);
        }
        self.count += self.own.len();
        for column in batch.columns() {
            // Batches are often slices of one larger one.
            self.bytes += column.to_data().get_slice_memory_size()?;
        }
        let ids = self.ids.as_ref().map_or(0, Vec::capacity) * size_of::<usize>();
        self.reservation.try_resize(self.bytes + self.keys.bytes() + ids)?;
        self.batches.push(batch);
        Ok(())
    }

    /// The rows in the order of their keys.
    ///
    /// # Errors
    /// Where they do not fit into one batch, or memory is short.
    pub(super) fn finish(self) -> Result<Table> {
        let Self { schema, batches, mut keys, ids, reservation, bytes, .. } = self;
        let rows = concat_batches(&schema, &batches)?;
        if i32::try_from(rows.num_rows()).is_err() {
            return resources_err!("a join with more than {} rows", i32::MAX);
        }
        keys.freeze();
        let places = ids.map(|ids| NumberedRows::new(&ids, keys.len()));
        reservation.try_resize(bytes + keys.bytes() + places.as_ref().map_or(0, NumberedRows::bytes))?;
        let repeats = rows.num_rows() > keys.len();
        Ok(Table { rows, keys, places, repeats, _reservation: reservation })
    }
}

impl Table {
    /// The first row of a key.
    fn first(&self, id: usize) -> Option<i32> {
        match &self.places {
            Some(places) => places.of(id).first().map(|row| *row as i32),
            None => (id < self.rows.num_rows()).then_some(id as i32),
        }
    }

    /// The rows of a key behind the first.
    fn others(&self, id: usize) -> &[u32] {
        self.places.as_ref().and_then(|places| places.of(id).get(1..)).unwrap_or_default()
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
            return (None, self.ids.iter().map(|id| table.first(*id)).collect());
        }
        let mut kept = Vec::with_capacity(self.ids.len());
        let mut matches = Vec::with_capacity(self.ids.len());
        for (row, id) in (0_u32..).zip(&self.ids) {
            let first = table.first(*id);
            if first.is_some() || self.keeps_all {
                kept.push(row);
                matches.push(first);
            }
            for place in table.others(*id) {
                kept.push(row);
                matches.push(Some(*place as i32));
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
