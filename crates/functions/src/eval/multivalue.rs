//! Functions of fields with several values: `eval last=mvindex(split(path, "/"), -1)`.
//!
//! One value is a list of one; a list without values does not exist, it is null.

use std::{borrow::Cow, ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, ListArray, StringArray, new_null_array},
        buffer::{NullBuffer, OffsetBuffer},
        datatypes::{DataType, Field},
    },
    common::{Result, exec_err},
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};
use hashbrown::HashSet;

use super::kernel::{Arguments, TextColumn, append_texts, bits, integer, integers, kernel, list, lists, text, texts};
use crate::value::list_type;

mod functions;
mod range;
mod split;

pub use functions::FUNCTIONS;

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_mvappend", list, append),
        kernel("spl_mvcount", integer, count),
        kernel("spl_mvdedup", list, dedup),
        kernel("spl_mvindex", one_or_list, index),
        kernel("spl_mvplaces", |_| Ok(places_type()), places),
        kernel("spl_mvjoin", text, join),
        kernel("spl_mvrange", list, range::range),
        kernel("spl_mvreverse", list, reverse),
        kernel("spl_mvsort", list, |args| reorder(args, |values| values.sort_unstable())),
        kernel("spl_mvzip", list, zip),
        kernel("spl_split", list, split::split),
    ]
}

/// Lowering calls it with one list as well, to take the nulls out of what a lambda made.
fn append(args: &Arguments) -> Result<ArrayRef> {
    let columns = args.lists_from(0)?;
    lists(args.rows(), |row, builder| {
        columns.iter().filter_map(|column| column.get(row)).flatten().for_each(|value| builder.value(value));
    })
}

fn count(args: &Arguments) -> Result<ArrayRef> {
    let values = args.lists(0)?;
    integers(args.rows(), |row| i64::try_from(values.get(row)?.count()).ok())
}

fn places_type() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Int64, true)))
}

/// The place of each value in its list, counted from 1: what `mvexpand` keeps its order by.
fn places(args: &Arguments) -> Result<ArrayRef> {
    let Some(lists) = args.array(0)?.as_list_opt::<i32>() else { return exec_err!("only lists have places") };
    let offsets = OffsetBuffer::from_lengths(lists.offsets().lengths());
    let places: Int64Array = lists.offsets().lengths().flat_map(|length| 1..=length as i64).collect::<Vec<_>>().into();
    let item = Arc::new(Field::new("item", DataType::Int64, true));
    Ok(Arc::new(ListArray::try_new(item, offsets, Arc::new(places), lists.nulls().cloned())?))
}

fn dedup(args: &Arguments) -> Result<ArrayRef> {
    let values = args.lists(0)?;
    let mut seen = HashSet::new();
    lists(args.rows(), |row, builder| {
        seen.clear();
        for value in values.get(row).into_iter().flatten() {
            if seen.insert(value) {
                builder.value(value);
            }
        }
    })
}

fn reorder(args: &Arguments, order: fn(&mut Vec<&str>)) -> Result<ArrayRef> {
    let values = args.lists(0)?;
    let mut ordered = Vec::new();
    lists(args.rows(), |row, builder| {
        ordered.clear();
        ordered.extend(values.get(row).into_iter().flatten());
        order(&mut ordered);
        ordered.iter().for_each(|value| builder.value(value));
    })
}

fn reverse(args: &Arguments) -> Result<ArrayRef> {
    let column = args.lists(0)?;
    match column.whole() {
        Some((lists, values)) => rearranged(lists, values, Iterator::rev),
        None => reorder(args, |values| values.reverse()),
    }
}

/// The values of each list whose places `order` gives, without a look at them. A list that has no values is null.
fn rearranged<I: Iterator<Item = usize>>(
    lists: &ListArray,
    values: &StringArray,
    order: impl Fn(Range<usize>) -> I,
) -> Result<ArrayRef> {
    let bounds = values.value_offsets();
    let mut texts = TextColumn::new(values.len(), values.value_data().len());
    let mut ends = Vec::with_capacity(lists.len() + 1);
    ends.push(0_i32);
    for [start, end] in lists.value_offsets().array_windows() {
        for place in order(*start as usize..*end as usize) {
            if let Some([start, end]) = bounds.get(place..).and_then(|bounds| bounds.first_chunk::<2>()) {
                texts.push(values.value_data(), *start as usize, *end as usize);
                texts.end_row();
            }
        }
        ends.push(texts.rows() as i32);
    }
    let has_values = bits(ends.array_windows().map(|[start, end]| start < end));
    let nulls = NullBuffer::union(lists.nulls(), Some(&NullBuffer::new(has_values)));
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    Ok(Arc::new(ListArray::try_new(item, OffsetBuffer::new(ends.into()), texts.finish(None)?, nulls)?))
}

/// `mvindex` gives a text for one index and a list for a range.
fn one_or_list(args: &ReturnFieldArgs) -> Result<DataType> {
    Ok(if args.arg_fields.len() > 2 { list_type() } else { DataType::Utf8 })
}

fn index(args: &Arguments) -> Result<ArrayRef> {
    let (values, starts) = (args.lists(0)?, args.numbers(1)?);
    if args.len() < 3 {
        return texts(args.rows(), |row| {
            let mut values = values.get(row)?;
            let start = starts.get(row)?;
            if start >= 0.0 {
                return values.nth(start as usize);
            }
            values.clone().nth(place(start, values.count())?)
        });
    }
    let ends = args.numbers(2)?;
    if let (Some((lists, items)), true, true) = (values.whole(), args.is_constant(1), args.is_constant(2)) {
        let (Some(start), Some(end)) = (starts.get(0), ends.get(0)) else {
            return Ok(new_null_array(&list_type(), args.rows()));
        };
        return rearranged(lists, items, |values| {
            let count = values.len();
            let (Some(start), Some(end)) = (place(start, count), place(end, count)) else { return 0..0 };
            let start = start.min(count);
            values.start + start..values.start + end.saturating_add(1).clamp(start, count)
        });
    }
    lists(args.rows(), |row, builder| {
        let (Some(values), Some(start), Some(end)) = (values.get(row), starts.get(row), ends.get(row)) else { return };
        let count = values.clone().count();
        if let (Some(start), Some(end)) = (place(start, count), place(end, count)) {
            let length = end.saturating_add(1).saturating_sub(start);
            values.skip(start).take(length).for_each(|value| builder.value(value));
        }
    })
}

/// The place that an index means; a negative one counts from the end, and one before the front is nowhere.
fn place(index: f64, count: usize) -> Option<usize> {
    if index < 0.0 { count.checked_sub(index.abs() as usize) } else { (!index.is_nan()).then_some(index as usize) }
}

fn join(args: &Arguments) -> Result<ArrayRef> {
    let (values, delimiters) = (args.lists(0)?, args.texts(1)?);
    append_texts(args.rows(), |row, buffer| {
        let (Some(values), Some(delimiter)) = (values.get(row), delimiters.get(row)) else { return false };
        for (place, value) in values.enumerate() {
            if place > 0 {
                buffer.push_str(&delimiter);
            }
            buffer.push_str(value);
        }
        true
    })
}

/// Pairs by place, as many as the shorter list has.
fn zip(args: &Arguments) -> Result<ArrayRef> {
    let (left, right) = (args.lists(0)?, args.lists(1)?);
    let delimiters = if args.len() > 2 { Some(args.texts(2)?) } else { None };
    lists(args.rows(), |row, builder| {
        let delimiter = match &delimiters {
            Some(delimiters) => delimiters.get(row),
            None => Some(Cow::Borrowed(",")),
        };
        let (Some(left), Some(right), Some(delimiter)) = (left.get(row), right.get(row), delimiter) else { return };
        for (left, right) in left.zip(right) {
            builder.write(|out| out.extend([left, &delimiter, right]));
        }
    })
}

#[cfg(test)]
mod tests;
