//! Columns of lists: how states travel between the phases of an aggregation, and how `values` and `list` answer.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, StringBuilder},
        buffer::{NullBuffer, OffsetBuffer, ScalarBuffer},
        datatypes::{DataType, Field},
    },
    common::{Result, exec_datafusion_err, resources_err},
};

/// A list of items of a type, as all columns of lists here have it.
pub(crate) fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("item", item, true)))
}

/// Items cut into rows of these lengths; a row without items is null.
pub(crate) fn lists(items: ArrayRef, lengths: impl Iterator<Item = usize>) -> Result<ArrayRef> {
    if i32::try_from(items.len()).is_err() {
        return resources_err!("{} values do not fit into one batch of lists", items.len());
    }
    let mut offsets = vec![0_i32];
    let mut present = Vec::new();
    let mut end = 0_usize;
    for length in lengths {
        end += length;
        offsets.push(end as i32);
        present.push(length > 0);
    }
    let field = Arc::new(Field::new("item", items.data_type().clone(), true));
    let offsets = OffsetBuffer::new(ScalarBuffer::from(offsets));
    Ok(Arc::new(ListArray::try_new(field, offsets, items, Some(NullBuffer::from(present)))?))
}

/// A column of texts that refuses to grow beyond what 32-bit offsets reach.
#[derive(Default)]
pub(crate) struct TextColumn {
    builder: StringBuilder,
    bytes: usize,
}

impl TextColumn {
    pub(crate) fn push(&mut self, text: &str) -> Result<()> {
        self.bytes += text.len();
        if i32::try_from(self.bytes).is_err() {
            return resources_err!("more than 2 GiB of text in one batch of a stats function");
        }
        self.builder.append_value(text);
        Ok(())
    }

    pub(crate) fn push_null(&mut self) {
        self.builder.append_null();
    }

    pub(crate) fn finish(mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }
}

/// A column of a state as lists.
pub(crate) fn as_lists(column: &ArrayRef) -> Result<&ListArray> {
    column
        .as_list_opt::<i32>()
        .ok_or_else(|| exec_datafusion_err!("a state is {} where lists are expected", column.data_type()))
}

/// The places of a row's items.
pub(crate) fn items(lists: &ListArray, row: usize) -> std::ops::Range<usize> {
    if lists.is_null(row) {
        return 0..0;
    }
    let offsets = lists.value_offsets();
    offsets[row] as usize..offsets[row + 1] as usize
}
