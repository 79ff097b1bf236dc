//! The rows that a picture is made of, read column by column: only what is drawn is read.

use anyhow::Result;
use chrono_tz::Tz;
use datafusion::arrow::{
    array::RecordBatch,
    datatypes::{DataType, SchemaRef},
};

use crate::output::cell::{self, Cell};

/// The label of a row that has none.
const NO_LABEL: &str = "(none)";
/// Beyond this many seconds a time is in no calendar.
const LAST_TIME: f64 = 8e12;

/// Rows to draw.
pub(crate) struct Source<'a> {
    /// The columns.
    pub(crate) schema: &'a SchemaRef,
    /// The rows in order.
    pub(crate) batches: &'a [RecordBatch],
    /// The search's time zone.
    pub(crate) timezone: Tz,
}

impl Source<'_> {
    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The columns that Splunk shows: names that begin with `_` are for its own use.
    pub(super) fn shown(&self) -> Vec<usize> {
        let is_shown = |column: &usize| !self.name(*column).starts_with('_');
        (0..self.schema.fields().len()).filter(is_shown).collect()
    }

    /// The name of a column, safe to print.
    pub(super) fn name(&self, column: usize) -> String {
        self.schema.fields().get(column).map(|field| one_line(field.name())).unwrap_or_default()
    }

    /// The place of a column.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.schema.fields().iter().position(|field| field.name() == name)
    }

    /// Whether the column's type is one of numbers.
    pub(super) fn is_number(&self, column: usize) -> bool {
        self.schema
            .fields()
            .get(column)
            .is_some_and(|field| field.data_type().is_numeric() || matches!(field.data_type(), DataType::Timestamp(..)))
    }

    fn visit(&self, column: usize, mut visit: impl FnMut(&Cell)) -> Result<()> {
        for batch in self.batches {
            let columns = cell::columns(&batch.project(&[column])?)?;
            for row in 0..batch.num_rows() {
                visit(&columns.first().map_or(Cell::Null, |column| column.cell(row)));
            }
        }
        Ok(())
    }

    /// The numbers of a column, times as epoch seconds; none where a value is no number, or all are missing.
    pub(super) fn numbers(&self, column: usize) -> Result<Option<Vec<Option<f64>>>> {
        let mut numbers = Vec::with_capacity(self.rows());
        let (mut any, mut all) = (false, true);
        self.visit(column, |cell| {
            let number = match cell {
                Cell::Int(number) => Some(*number as f64),
                Cell::Float(number) => Some(*number),
                Cell::Time(micros) => Some(*micros as f64 / 1e6),
                Cell::Text(text) => text.trim().parse::<f64>().ok(),
                Cell::Null | Cell::Bool(_) | Cell::List(_) => None,
            };
            any |= number.is_some_and(f64::is_finite);
            all &= number.is_some() || *cell == Cell::Null;
            numbers.push(number.filter(|number| number.is_finite()));
        })?;
        Ok((any && all).then_some(numbers))
    }

    /// The times of a column in epoch seconds; what is no time, or in no calendar, is missing.
    pub(super) fn times(&self, column: usize) -> Result<Vec<Option<f64>>> {
        let numbers = self.numbers(column)?.unwrap_or_default();
        Ok(numbers.into_iter().map(|number| number.filter(|seconds| seconds.abs() < LAST_TIME)).collect())
    }

    /// The values of some columns as labels of the rows.
    pub(super) fn labels(&self, columns: &[usize]) -> Result<Vec<String>> {
        let mut labels = vec![String::new(); self.rows()];
        for column in columns {
            let mut rows = labels.iter_mut();
            self.visit(*column, |cell| {
                let Some(label) = rows.next() else { return };
                if !label.is_empty() {
                    label.push_str(" · ");
                }
                match cell {
                    Cell::Null | Cell::Text("") => label.push_str(NO_LABEL),
                    _ => label.push_str(&one_line(&cell.shown(self.timezone))),
                }
            })?;
        }
        Ok(labels)
    }
}

/// A text as one line without control characters.
pub(crate) fn one_line(text: &str) -> String {
    cell::visible(text.trim()).replace('\n', "␊")
}
