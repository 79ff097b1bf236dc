//! The texts of all lists, one after the other, in no more room than they need.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, StringArray},
        buffer::{OffsetBuffer, ScalarBuffer},
    },
    common::{Result, resources_err},
};

use crate::{
    stats::{input::Whole, key::unordered},
    value::{digits, epoch, push_number},
};

/// Texts that are written one by one.
pub(super) struct Column {
    bytes: Vec<u8>,
    ends: Vec<i32>,
}

impl Column {
    /// A column with room for so many texts, and bytes of them.
    pub(super) fn with_capacity(texts: usize, bytes: usize) -> Self {
        let mut ends = Vec::with_capacity(texts + 1);
        ends.push(0);
        Self { bytes: Vec::with_capacity(bytes), ends }
    }

    pub(super) fn push(&mut self, text: &[u8]) -> Result<()> {
        self.bytes.extend_from_slice(text);
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        let Ok(end) = i32::try_from(self.bytes.len()) else { return too_much() };
        self.ends.push(end);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<ArrayRef> {
        let ends = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        Ok(Arc::new(StringArray::try_new(ends, self.bytes.into(), None)?))
    }
}

/// The texts of numbers.
pub(super) fn of_numbers(kind: Whole, numbers: impl ExactSizeIterator<Item = i64> + Clone) -> Result<ArrayRef> {
    let show = match kind {
        Whole::Int => return of_whole(numbers),
        Whole::Float => unordered,
        Whole::Time => epoch,
    };
    let mut column = Column::with_capacity(numbers.len(), 0);
    let mut text = String::new();
    for number in numbers {
        text.clear();
        push_number(show(number), &mut text);
        column.push(text.as_bytes())?;
    }
    column.finish()
}

fn of_whole(numbers: impl ExactSizeIterator<Item = i64> + Clone) -> Result<ArrayRef> {
    let mut ends = Vec::with_capacity(numbers.len() + 1);
    ends.push(0);
    let mut end = 0_usize;
    for number in numbers.clone() {
        end += digits::length(number);
        ends.push(end as i32);
    }
    if i32::try_from(end).is_err() {
        return too_much();
    }
    let mut bytes = vec![0; end];
    let mut rest = bytes.as_mut_slice();
    for number in numbers {
        let Some((place, after)) = rest.split_at_mut_checked(digits::length(number)) else { break };
        digits::write(number, place);
        rest = after;
    }
    Column { bytes, ends }.finish()
}

fn too_much<T>() -> Result<T> {
    resources_err!("more than 2 GiB of text in one batch of a stats function")
}
