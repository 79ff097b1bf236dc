//! A column as lists of texts.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, ListBuilder as ArrowListBuilder, StringArray, StringBuilder},
        compute::cast,
        datatypes::{DataType, Field},
    },
    common::Result,
};

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
    /// The view of a column of lists or of single values. Single numbers show as SPL prints them.
    pub fn new(array: &ArrayRef) -> Result<Self> {
        match array.data_type() {
            DataType::List(_) | DataType::LargeList(_) => {
                let array = cast(array, &list_type())?;
                let list = array.as_list::<i32>().clone();
                let items = list.values().as_string::<i32>().clone();
                Ok(Self { list: Some(list), items, scalar: false })
            }
            _ => {
                let texts = super::Texts::new(array)?;
                let items: StringArray = match &texts {
                    super::Texts::Utf8(items) => items.clone(),
                    _ => (0..array.len()).map(|row| texts.get(row)).collect(),
                };
                Ok(Self { list: None, items, scalar: true })
            }
        }
    }

    /// The values of a row; none where it is null or empty.
    pub fn get(&self, row: usize) -> Option<Values<'_>> {
        let (start, end) = self.bounds(row)?;
        (start < end).then_some(Values { items: &self.items, start, end })
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
}

/// Builds a column of lists; a row without values is null.
pub struct ListBuilder {
    builder: ArrowListBuilder<StringBuilder>,
    pending: usize,
}

impl ListBuilder {
    /// An empty column with room for `rows`.
    pub fn new(rows: usize) -> Self {
        Self { builder: ArrowListBuilder::with_capacity(StringBuilder::new(), rows), pending: 0 }
    }

    /// Adds a value to the current row.
    pub fn value(&mut self, value: &str) {
        self.builder.values().append_value(value);
        self.pending += 1;
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.builder.append(self.pending > 0);
        self.pending = 0;
    }

    /// The column.
    pub fn finish(mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}
