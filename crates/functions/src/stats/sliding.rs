//! A stats function over a frame that moves.
//!
//! `streamstats window=5 values(user)`: rows enter at the end and leave at the front. Most states cannot give a row back (a
//! maximum, a set), so the rows of the frame are kept and the function is computed anew for each answer. The price is the
//! length of the frame for each row; sums that subtract are absent, because their rounding errors would add up.

use std::collections::VecDeque;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef},
        compute::concat,
    },
    common::{Result, ScalarValue, exec_err},
    logical_expr::Accumulator,
};

use super::groups::{Groups, Rows};

/// The rows of the frame, in pieces as they came.
#[derive(Debug)]
pub(crate) struct Sliding {
    function: Box<dyn Groups>,
    pieces: VecDeque<Vec<ArrayRef>>,
}

impl Sliding {
    /// No rows, for a function without groups.
    pub(crate) fn new(function: Box<dyn Groups>) -> Self {
        Self { function, pieces: VecDeque::new() }
    }

    /// The function over all rows of the frame.
    fn compute(&mut self) -> Result<Box<dyn Groups>> {
        let mut function = self.function.fresh()?;
        if self.pieces.len() > 1 {
            let columns = self.pieces.front().map_or(0, Vec::len);
            let column = |place: usize| -> Result<ArrayRef> {
                let parts: Vec<&dyn Array> = self.pieces.iter().map(|piece| piece[place].as_ref()).collect();
                Ok(concat(&parts)?)
            };
            let whole = (0..columns).map(column).collect::<Result<Vec<_>>>()?;
            self.pieces = VecDeque::from([whole]);
        }
        if let Some(whole) = self.pieces.front() {
            function.update(whole, &Rows::one_group(rows(whole)))?;
        }
        Ok(function)
    }
}

fn rows(piece: &[ArrayRef]) -> usize {
    piece.first().map_or(0, Array::len)
}

impl Accumulator for Sliding {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if rows(values) > 0 {
            self.pieces.push_back(values.to_vec());
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let mut leaving = rows(values);
        while leaving > 0 {
            let Some(mut piece) = self.pieces.pop_front() else { return exec_err!("a row leaves an empty frame") };
            let len = rows(&piece);
            if len > leaving {
                piece.iter_mut().for_each(|column| *column = column.slice(leaving, len - leaving));
                self.pieces.push_front(piece);
            }
            leaving = leaving.saturating_sub(len);
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::try_from_array(&self.compute()?.evaluate(1)?, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.compute()?.state(1)?.iter().map(|column| ScalarValue::try_from_array(column, 0)).collect()
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        exec_err!("a moving frame is computed in one place, there is nothing to merge")
    }

    fn size(&self) -> usize {
        let columns = self.pieces.iter().flatten().map(|column| column.get_array_memory_size());
        size_of::<Self>() + self.function.size() + columns.sum::<usize>()
    }
}
