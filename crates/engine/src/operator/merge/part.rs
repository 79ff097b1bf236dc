//! The batch of a core that is looked at, and how far.

use datafusion::{
    arrow::{
        array::{ArrayRef, RecordBatch},
        row::{OwnedRow, Row, RowConverter, Rows},
    },
    common::Result,
    physical_expr::LexOrdering,
};

/// A batch with rows that are still to come.
pub(super) struct Part {
    pub(super) batch: RecordBatch,
    /// The first row that is still to come.
    pub(super) next: usize,
    /// Where the batch is among those that rows are taken from next.
    pub(super) source: Option<usize>,
    keys: Vec<ArrayRef>,
    first: OwnedRow,
    last: OwnedRow,
    /// The keys of all rows, where they were needed.
    rows: Option<Rows>,
}

impl Part {
    /// A batch that has rows.
    pub(super) fn new(batch: RecordBatch, order: &LexOrdering, converter: &RowConverter) -> Result<Self> {
        let keys = order.iter().map(|key| key.expr.evaluate(&batch)?.into_array(batch.num_rows()));
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let row = |row: usize| -> Result<OwnedRow> {
            let keys: Vec<ArrayRef> = keys.iter().map(|key| key.slice(row, 1)).collect();
            Ok(converter.convert_columns(&keys)?.row(0).owned())
        };
        let (first, last) = (row(0)?, row(batch.num_rows() - 1)?);
        Ok(Self { batch, next: 0, source: None, keys, first, last, rows: None })
    }

    /// The key of the next row.
    pub(super) fn head(&self) -> Row<'_> {
        self.rows.as_ref().map_or_else(|| self.first.row(), |rows| rows.row(self.next))
    }

    /// Behind the rows from the next one on that come before a key: none of them equal to it, or with those `as_well`.
    pub(super) fn before(&mut self, key: &OwnedRow, as_well: bool, converter: &RowConverter) -> Result<usize> {
        let comes = |row: Row<'_>| row < key.row() || as_well && row == key.row();
        let total = self.batch.num_rows();
        if comes(self.last.row()) {
            return Ok(total);
        }
        if self.rows.is_none() {
            self.rows = Some(converter.convert_columns(&self.keys)?);
        }
        let Some(rows) = &self.rows else { return Ok(self.next) };
        // The next row comes before, the last one does not.
        let (mut known, mut stride) = (self.next, 1);
        while known + stride < total && comes(rows.row(known + stride)) {
            known += stride;
            stride *= 2;
        }
        let (mut low, mut high) = (known + 1, (known + stride).min(total));
        while low < high {
            let middle = low + (high - low) / 2;
            if comes(rows.row(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }
}
