//! `split(url, "/")`: the parts of a text between delimiters.
//!
//! The delimiter is no pattern; an empty one splits into characters. Each of several values is split. Where a column of texts is split by
//! one delimiter, that is looked for in all texts at once, and its parts are copied in blocks.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, StringArray},
        buffer::OffsetBuffer,
        datatypes::{DataType, Field},
    },
    common::{Result, exec_datafusion_err},
};
use memchr::{memchr_iter, memmem};

use crate::eval::kernel::{Arguments, TOO_LARGE, TextColumn, lists};

pub(super) fn split(args: &Arguments) -> Result<ArrayRef> {
    if args.is_constant(1)
        && !args.is_constant(0)
        && let Some(texts) = args.array(0)?.as_string_opt::<i32>()
        && let Some(delimiter) = args.texts(1)?.get(0).filter(|delimiter| !delimiter.is_empty())
    {
        return parts(texts, &delimiter);
    }
    let (values, delimiters) = (args.lists(0)?, args.texts(1)?);
    lists(args.rows(), |row, builder| {
        let (Some(values), Some(delimiter)) = (values.get(row), delimiters.get(row)) else { return };
        for value in values {
            if delimiter.is_empty() {
                value.split_inclusive(|_: char| true).for_each(|character| builder.value(character));
            } else {
                value.split(delimiter.as_ref()).for_each(|part| builder.value(part));
            }
        }
    })
}

/// The parts of texts.
fn parts(texts: &StringArray, delimiter: &str) -> Result<ArrayRef> {
    match delimiter.as_bytes() {
        [byte] => of_places(texts, 1, memchr_iter(*byte, texts.value_data())),
        bytes => of_places(texts, bytes.len(), Within { finder: memmem::Finder::new(bytes), texts, row: 0, at: 0 }),
    }
}

/// The parts of texts between delimiters that begin at places of the texts' bytes, each within one text or of one byte.
fn of_places(texts: &StringArray, length: usize, places: impl Iterator<Item = usize>) -> Result<ArrayRef> {
    let data = texts.value_data();
    let mut places = places.peekable();
    let mut column = TextColumn::new(texts.len() * 2, data.len());
    let mut ends = Vec::with_capacity(texts.len() + 1);
    ends.push(0_i32);
    for (row, [start, end]) in texts.value_offsets().array_windows().enumerate() {
        let (mut start, end) = (*start as usize, *end as usize);
        while places.next_if(|place| *place < start).is_some() {}
        if texts.is_valid(row) {
            while let Some(place) = places.next_if(|place| *place < end) {
                column.push(data, start, place);
                column.end_row();
                start = place + length;
            }
            column.push(data, start, end);
            column.end_row();
        }
        ends.push(i32::try_from(column.rows()).map_err(|_| exec_datafusion_err!("{TOO_LARGE}"))?);
    }
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    let nulls = texts.nulls().cloned();
    Ok(Arc::new(ListArray::try_new(item, OffsetBuffer::new(ends.into()), column.finish(None)?, nulls)?))
}

/// Where a delimiter of several bytes stands within each text, and not across two.
struct Within<'a> {
    finder: memmem::Finder<'a>,
    texts: &'a StringArray,
    row: usize,
    /// The place in the text from which on to look.
    at: usize,
}

impl Iterator for Within<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.row < self.texts.len() {
            let start = *self.texts.value_offsets().get(self.row)? as usize;
            let rest = self.texts.value(self.row).as_bytes().get(self.at..).unwrap_or_default();
            if let Some(found) = self.finder.find(rest) {
                let place = self.at + found;
                self.at = place + self.finder.needle().len();
                return Some(start + place);
            }
            self.row += 1;
            self.at = 0;
        }
        None
    }
}
