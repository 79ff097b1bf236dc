//! A column as lists of texts.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, NullBufferBuilder, StringArray},
        buffer::{Buffer, OffsetBuffer},
        compute::cast,
        datatypes::{DataType, Field},
    },
    common::Result,
};

use super::Texts;

/// The type of a column with several values: a list of text.
pub fn list_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Utf8, true)))
}

/// A column whose values are read as lists: one value is a list of one.
pub struct Lists {
    list: Option<ListArray>,
    items: StringArray,
    scalar: bool,
}

impl Lists {
    /// The view of a column of lists or of single values. Numbers show as SPL prints them.
    pub fn new(array: &ArrayRef) -> Result<Self> {
        match array.data_type() {
            DataType::List(_) => Self::of_lists(array.as_list::<i32>().clone()),
            DataType::LargeList(item) => {
                Self::of_lists(cast(array, &DataType::List(Arc::clone(item)))?.as_list::<i32>().clone())
            }
            _ => Ok(Self { list: None, items: items(array)?, scalar: true }),
        }
    }

    fn of_lists(list: ListArray) -> Result<Self> {
        Ok(Self { items: items(list.values())?, list: Some(list), scalar: false })
    }

    /// The values of a row; none where it is null or empty.
    pub fn get(&self, row: usize) -> Option<Values<'_>> {
        let (start, end) = self.bounds(row)?;
        (start < end).then_some(Values { items: &self.items, start, end })
    }

    /// The lists and their values as Arrow has them, where no value is null.
    pub(crate) fn whole(&self) -> Option<(&ListArray, &StringArray)> {
        self.list.as_ref().filter(|_| self.items.null_count() == 0).map(|list| (list, &self.items))
    }

    /// The value of a row that has exactly one.
    pub fn single(&self, row: usize) -> Option<&str> {
        let (start, end) = self.bounds(row)?;
        (end - start == 1 && self.items.is_valid(start)).then(|| self.items.value(start))
    }

    fn bounds(&self, row: usize) -> Option<(usize, usize)> {
        if self.scalar {
            return self.items.is_valid(row).then_some((row, row + 1));
        }
        let list = self.list.as_ref()?;
        let offsets = list.value_offsets();
        list.is_valid(row).then(|| (offsets[row] as usize, offsets[row + 1] as usize))
    }
}

fn items(array: &ArrayRef) -> Result<StringArray> {
    let texts = Texts::new(array)?;
    Ok(match texts {
        Texts::Utf8(items) => items,
        _ => (0..array.len()).map(|row| texts.get(row)).collect(),
    })
}

/// The values of one row, first to last.
#[derive(Clone)]
pub struct Values<'a> {
    items: &'a StringArray,
    start: usize,
    end: usize,
}

impl<'a> Values<'a> {
    /// The value at a place from the front.
    pub fn at(&self, index: usize) -> Option<&'a str> {
        let place = self.start.checked_add(index)?;
        (place < self.end && self.items.is_valid(place)).then(|| self.items.value(place))
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while self.start < self.end {
            let place = self.start;
            self.start += 1;
            if self.items.is_valid(place) {
                return Some(self.items.value(place));
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.end - self.start))
    }

    fn count(self) -> usize {
        match self.items.nulls() {
            None => self.end - self.start,
            Some(nulls) => (self.start..self.end).filter(|place| nulls.is_valid(*place)).count(),
        }
    }

    fn nth(&mut self, index: usize) -> Option<&'a str> {
        if self.items.nulls().is_none() {
            self.start = self.end.min(self.start.saturating_add(index));
            return self.next();
        }
        for _ in 0..index {
            self.next()?;
        }
        self.next()
    }
}

/// Builds a column of lists; a row without values is null.
pub struct ListBuilder {
    /// All values, one behind the other.
    text: String,
    /// Where each value ends, behind a 0.
    ends: Vec<i32>,
    /// How many values there are up to the end of each row, behind a 0.
    rows: Vec<i32>,
    nulls: NullBufferBuilder,
    overflow: bool,
}

impl ListBuilder {
    /// The most bytes that all values together can have: their offsets are 32 bits wide.
    const MOST_BYTES: usize = i32::MAX as usize;

    /// An empty column with room for `rows`.
    pub fn new(rows: usize) -> Self {
        let starts = || {
            let mut starts = Vec::with_capacity(rows.saturating_add(1));
            starts.push(0);
            starts
        };
        let nulls = NullBufferBuilder::new(rows);
        Self { text: String::new(), ends: starts(), rows: starts(), nulls, overflow: false }
    }

    /// Adds a value to the current row.
    pub fn value(&mut self, value: &str) {
        self.write(|out| out.push_str(value));
    }

    /// Adds a value that is appended to what `write` is given.
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        if self.text.len() > Self::MOST_BYTES || self.ends.len() > Self::MOST_BYTES {
            self.text.truncate(start);
            self.overflow = true;
            return;
        }
        self.ends.push(self.text.len() as i32);
    }

    /// Forgets the values of the current row.
    pub(crate) fn discard_row(&mut self) {
        let values = self.rows.last().copied().unwrap_or_default() as usize;
        self.ends.truncate(values + 1);
        self.text.truncate(self.ends.last().copied().unwrap_or_default() as usize);
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        let values = (self.ends.len() - 1) as i32;
        self.nulls.append(self.rows.last() != Some(&values));
        self.rows.push(values);
    }

    /// Whether values were left out because the column has 2 GiB of them.
    pub fn overflow(&self) -> bool {
        self.overflow
    }

    /// The column.
    pub fn finish(mut self) -> ArrayRef {
        let text = Buffer::from(self.text.into_bytes());
        let values = StringArray::new(OffsetBuffer::new(self.ends.into()), text, None);
        let item = Arc::new(Field::new("item", DataType::Utf8, true));
        let rows = OffsetBuffer::new(self.rows.into());
        Arc::new(ListArray::new(item, rows, Arc::new(values), self.nulls.finish()))
    }
}
