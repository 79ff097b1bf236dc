//! A column of texts put together from parts of others: `eval path=host."/".file`.
//!
//! Most texts are short. They are copied in blocks whose size the compiler knows, of which the bytes behind the part are
//! dropped again: that takes no call, unlike a copy of any length.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, StringArray},
        buffer::{Buffer, NullBuffer, OffsetBuffer},
    },
    common::{Result, exec_err},
};

use super::collect::{MOST_BYTES, TOO_LARGE};

/// The texts so far, one behind the other.
pub(crate) struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<i32>,
}

impl TextColumn {
    /// The bytes of a block.
    pub(crate) const BLOCK: usize = 32;

    /// No texts, with room for some.
    pub(crate) fn new(rows: usize, bytes: usize) -> Self {
        let mut ends = Vec::with_capacity(rows.saturating_add(1));
        ends.push(0);
        // A block may reach beyond the last text.
        Self { bytes: Vec::with_capacity(bytes.saturating_add(Self::BLOCK)), ends }
    }

    /// Adds the bytes of `source` from `start` to before `end` to the text of the row.
    pub(crate) fn push(&mut self, source: &[u8], start: usize, end: usize) {
        let length = end.saturating_sub(start);
        let rest = source.get(start..).unwrap_or_default();
        match (rest.first_chunk::<{ Self::BLOCK / 2 }>(), rest.first_chunk::<{ Self::BLOCK }>()) {
            (Some(block), _) if length <= Self::BLOCK / 2 => self.push_block(block, length),
            (_, Some(block)) if length <= Self::BLOCK => self.push_block(block, length),
            _ => self.bytes.extend_from_slice(rest.get(..length).unwrap_or(rest)),
        }
    }

    /// Adds the first bytes of a block.
    pub(crate) fn push_block<const SIZE: usize>(&mut self, block: &[u8; SIZE], length: usize) {
        let end = self.bytes.len() + length;
        self.bytes.extend_from_slice(block);
        self.bytes.truncate(end);
    }

    /// Ends the text of the row.
    pub(crate) fn end_row(&mut self) {
        // Whether it fits is known in the end, as ends only grow.
        self.ends.push(self.bytes.len() as i32);
    }

    /// How many texts there are.
    pub(crate) fn rows(&self) -> usize {
        self.ends.len() - 1
    }

    /// The column. It is an error if parts were no whole characters or if there is too much text.
    pub(crate) fn finish(self, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        if self.bytes.len() > MOST_BYTES {
            return exec_err!("{TOO_LARGE}");
        }
        let offsets = OffsetBuffer::new(self.ends.into());
        Ok(Arc::new(StringArray::try_new(offsets, Buffer::from(self.bytes), nulls)?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::arrow::array::AsArray;

    use super::TextColumn;

    #[test]
    fn short_and_long_parts_are_whole() {
        let source = "0123456789".repeat(10);
        let mut column = TextColumn::new(0, 0);
        let mut expected = Vec::new();
        for (start, end) in [
            (0, 0),
            (0, 5),
            (2, 18),
            (2, 19),
            (3, 35),
            (3, 36),
            (0, 100),
            (60, 92),
            (68, 100),
            (69, 100),
            (84, 100),
            (85, 100),
            (99, 100),
            (100, 100),
        ] {
            column.push(source.as_bytes(), start, end);
            column.push(b"-", 0, 1);
            column.end_row();
            expected.push(format!("{}-", &source[start..end]));
        }
        let array = column.finish(None).unwrap();
        assert_eq!(array.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn half_a_character_is_an_error() {
        let mut column = TextColumn::new(1, 2);
        column.push("é".as_bytes(), 0, 1);
        column.end_row();
        assert!(column.finish(None).is_err());
    }
}
