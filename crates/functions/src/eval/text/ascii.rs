//! Whole columns at once, where all texts are ASCII: `lower(host)` is then a loop over the bytes of the column.

use std::ops::Range;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int64Array, StringArray, StringViewArray},
        buffer::{Buffer, NullBuffer, OffsetBuffer},
    },
    common::Result,
};

use super::super::kernel::TextColumn;

/// The number of characters of each text.
pub(super) fn lengths(array: &StringArray) -> Int64Array {
    let lengths: Vec<i64> = if bytes(array).is_ascii() {
        array.value_offsets().array_windows().map(|[start, end]| i64::from(end - start)).collect()
    } else {
        (0..array.len()).map(|row| array.value(row).chars().count() as i64).collect()
    };
    Int64Array::new(lengths.into(), array.nulls().cloned())
}

/// The texts with each byte changed into another one of ASCII; none where a text is not ASCII.
pub(super) fn map(array: &StringArray, change: impl Fn(&u8) -> u8) -> Option<StringArray> {
    let bytes = bytes(array);
    if !bytes.is_ascii() {
        return None;
    }
    let first = array.value_offsets().first().copied().unwrap_or_default();
    let offsets = match first {
        0 => array.offsets().clone(),
        first => OffsetBuffer::new(array.value_offsets().iter().map(|end| end - first).collect()),
    };
    let values: Vec<u8> = bytes.iter().map(change).collect();
    StringArray::try_new(offsets, Buffer::from(values), array.nulls().cloned()).ok()
}

/// Whether all texts are ASCII.
pub(super) fn is_ascii(array: &StringArray) -> bool {
    bytes(array).is_ascii()
}

/// A part of each text, which `part` finds.
pub(super) fn parts(
    array: &StringArray,
    nulls: Option<NullBuffer>,
    part: impl Fn(&[u8]) -> Range<usize>,
) -> Result<ArrayRef> {
    let mut column = TextColumn::new(array.len(), bytes(array).len());
    let data = array.value_data();
    for [start, end] in array.value_offsets().array_windows() {
        let (start, end) = (*start as usize, *end as usize);
        let part = part(data.get(start..end).unwrap_or_default());
        column.push(data, start + part.start, start + part.end);
        column.end_row();
    }
    column.finish(nulls)
}

/// As [`parts`], of texts in views.
pub(super) fn view_parts(
    array: &StringViewArray,
    nulls: Option<NullBuffer>,
    part: impl Fn(&[u8]) -> Range<usize>,
) -> Result<ArrayRef> {
    let mut column = TextColumn::new(array.len(), 0);
    for row in 0..array.len() {
        let text = array.value(row).as_bytes();
        let part = part(text);
        column.push(text, part.start, part.end);
        column.end_row();
    }
    column.finish(nulls)
}

/// The bytes of all texts, one behind the other.
fn bytes(array: &StringArray) -> &[u8] {
    let offsets = array.value_offsets();
    let place = |offset: Option<&i32>| offset.and_then(|offset| usize::try_from(*offset).ok()).unwrap_or_default();
    array.value_data().get(place(offsets.first())..place(offsets.last())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::StringArray;

    use super::{lengths, map};

    #[test]
    fn slices_are_columns_of_their_own() {
        let all = StringArray::from(vec![Some("Ä"), Some("AbC"), None, Some(""), Some("Z")]);
        let slice = all.slice(1, 4);
        assert_eq!(lengths(&slice).iter().collect::<Vec<_>>(), [Some(3), None, Some(0), Some(1)]);
        assert_eq!(lengths(&all).value(0), 1);
        let lower = map(&slice, u8::to_ascii_lowercase);
        assert_eq!(lower, Some(StringArray::from(vec![Some("abc"), None, Some(""), Some("z")])));
        assert_eq!(map(&all, u8::to_ascii_lowercase), None);
        assert_eq!(lengths(&all.slice(0, 0)).len(), 0);
    }
}
