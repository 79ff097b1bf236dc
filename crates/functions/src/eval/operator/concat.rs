//! Concatenation of whole columns: `eval path=host.":".port` where all are texts or constants.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray, new_null_array},
        buffer::NullBuffer,
        datatypes::DataType,
    },
    common::Result,
};

use super::super::kernel::{Arguments, TextColumn};

/// A part of each row's text.
enum Part<'a> {
    Column(&'a StringArray),
    /// The text, its length, and more bytes behind it, so that it is copied as a block.
    Constant(Vec<u8>, usize),
}

/// The texts of all arguments joined; none where an argument is of another type. The loop asks no row whether it is null: a null
/// row has a text that nobody reads.
pub(super) fn columns(args: &Arguments) -> Result<Option<ArrayRef>> {
    let mut parts = Vec::with_capacity(args.len());
    let (mut nulls, mut bytes) = (None, 0_usize);
    for index in 0..args.len() {
        if args.is_constant(index) {
            let Some(text) = args.texts(index)?.get(0).map(|text| text.into_owned()) else {
                return Ok(Some(new_null_array(&DataType::Utf8, args.rows())));
            };
            bytes = bytes.saturating_add(text.len().saturating_mul(args.rows()));
            parts.push(constant(&text));
        } else if let Some(column) = args.array(index)?.as_string_opt::<i32>() {
            nulls = NullBuffer::union(nulls.as_ref(), column.nulls());
            let offsets = column.value_offsets();
            let length = offsets.last().zip(offsets.first()).map_or(0, |(last, first)| last - first);
            bytes = bytes.saturating_add(length as usize);
            parts.push(Part::Column(column));
        } else {
            return Ok(None);
        }
    }
    let mut texts = TextColumn::new(args.rows(), bytes);
    for row in 0..args.rows() {
        for part in &parts {
            match part {
                Part::Column(column) => {
                    let bounds = column.value_offsets().get(row..).and_then(|offsets| offsets.first_chunk::<2>());
                    let [start, end] = bounds.copied().unwrap_or_default();
                    texts.push(column.value_data(), start as usize, end as usize);
                }
                Part::Constant(padded, length) => texts.push(padded, 0, *length),
            }
        }
        texts.end_row();
    }
    texts.finish(nulls).map(Some)
}

fn constant(text: &str) -> Part<'static> {
    let mut padded = text.as_bytes().to_vec();
    padded.resize(padded.len() + TextColumn::BLOCK, 0);
    Part::Constant(padded, text.len())
}
