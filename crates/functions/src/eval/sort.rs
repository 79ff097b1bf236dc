//! Sort keys: bytes whose order is the order of values.
//!
//! `sort - num(bytes), ip(src)`: lowering sorts by `spl_sort_key(bytes, 'num')` and `spl_sort_key(src, 'ip')`. Numbers
//! come by size before addresses, addresses before texts by bytes. Whole numbers beyond 2^53 are ordered as doubles.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BinaryArray, BinaryBuilder, UInt32Array},
        buffer::OffsetBuffer,
        compute::{SortOptions, take},
        datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType},
        row::{RowConverter, SortField},
    },
    common::{Result, exec_err},
    logical_expr::{ReturnFieldArgs, ScalarUDF},
};

use super::{
    kernel::{Arguments, is_list, kernel},
    search::cidr,
};
use crate::value::parse_number;

const NUMBER: u8 = 1;
const IPV4: u8 = 2;
const IPV6: u8 = 3;
const TEXT: u8 = 4;

/// The kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![kernel("spl_sort_key", binary, sort_key), kernel("spl_order_key", binary, order_key)]
}

fn binary(_: &ReturnFieldArgs) -> Result<DataType> {
    Ok(DataType::Binary)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A number where it is one, else an address where it is one, else a text.
    Auto,
    /// A number; anything else has no key.
    Number,
    /// A text.
    Text,
    /// An address, else a text.
    Address,
}

/// The key of a value; null where it is null, and for what is no number in mode `num`. Of several values the first counts.
fn sort_key(args: &Arguments) -> Result<ArrayRef> {
    let mode = match args.literal(1)?.as_str() {
        "auto" => Mode::Auto,
        "num" => Mode::Number,
        "str" => Mode::Text,
        "ip" => Mode::Address,
        mode => return exec_err!("`{mode}` is no way to sort"),
    };
    let mut builder = BinaryBuilder::with_capacity(args.rows(), args.rows() * 9);
    let is_numeric =
        args.array(0)?.data_type().is_numeric() || matches!(args.array(0)?.data_type(), DataType::Timestamp(..));
    if is_numeric && matches!(mode, Mode::Auto | Mode::Number) {
        let numbers = args.numbers(0)?;
        for row in 0..args.rows() {
            match numbers.get(row) {
                Some(number) => builder.append_value(number_key(number)),
                None => builder.append_null(),
            }
        }
        return Ok(Arc::new(builder.finish()));
    }
    let mut key = Vec::new();
    let mut append = |value: Option<&str>| {
        key.clear();
        match value {
            Some(value) if write_key(value, mode, &mut key) => builder.append_value(&key),
            _ => builder.append_null(),
        }
    };
    if is_list(args.array(0)?.data_type()) {
        let lists = args.lists(0)?;
        (0..args.rows()).for_each(|row| append(lists.get(row).and_then(|mut values| values.next())));
    } else {
        let texts = args.texts(0)?;
        (0..args.rows()).for_each(|row| append(texts.get(row).as_deref()));
    }
    Ok(Arc::new(builder.finish()))
}

/// Writes the key of a text; false where it has none.
fn write_key(value: &str, mode: Mode, key: &mut Vec<u8>) -> bool {
    if matches!(mode, Mode::Auto | Mode::Number)
        && let Some(number) = parse_number(value)
    {
        key.extend(number_key(number));
        return true;
    }
    if mode == Mode::Number {
        return false;
    }
    if matches!(mode, Mode::Auto | Mode::Address)
        && let Some((bits, _, is_v4)) = cidr::bits(value)
    {
        key.push(if is_v4 { IPV4 } else { IPV6 });
        key.extend(bits.to_be_bytes());
        return true;
    }
    key.push(TEXT);
    key.extend(value.as_bytes());
    true
}

/// Doubles as bytes of the same order; `NaN` is the largest, both zeros are one.
fn number_key(number: f64) -> [u8; 9] {
    let bits = if number.is_nan() { f64::NAN.to_bits() & !(1 << 63) } else { (number + 0.0).to_bits() };
    let ordered = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
    let mut key = [NUMBER; 9];
    key[1..].copy_from_slice(&ordered.to_be_bytes());
    key
}

/// One key for an order of several columns: `spl_order_key(k1, 'desc', k2, 'asc_first')`. Never null; null sorts last
/// unless the column's direction ends in `_first`.
fn order_key(args: &Arguments) -> Result<ArrayRef> {
    let (mut fields, mut turns) = (Vec::new(), Vec::new());
    let mut columns = Vec::new();
    for index in (0..args.len()).step_by(2) {
        let (descending, nulls_first) = match args.literal(index + 1)?.as_str() {
            "asc" => (false, false),
            "desc" => (true, false),
            "asc_first" => (false, true),
            "desc_first" => (true, true),
            direction => return exec_err!("`{direction}` is no direction"),
        };
        let column = args.array(index)?;
        turns.push(descending);
        fields.push(SortField::new_with_options(column.data_type().clone(), SortOptions { descending, nulls_first }));
        columns.push(if args.is_constant(index) && args.rows() != column.len() {
            take(column, &UInt32Array::from(vec![0; args.rows()]), None)?
        } else {
            Arc::clone(column)
        });
    }
    if let ([first, second], [first_turn, second_turn]) = (columns.as_slice(), turns.as_slice())
        && let (Some(first), Some(second)) = (wholes(first), wholes(second))
        && i32::try_from(first.len().saturating_mul(PAIR)).is_ok()
    {
        return Ok(Arc::new(pairs(first, second, [*first_turn, *second_turn])));
    }
    let converter = RowConverter::new(fields)?;
    Ok(Arc::new(converter.convert_columns(&columns)?.try_into_binary()?))
}

/// The numbers of a column of times or whole numbers of which none is missing.
fn wholes(column: &ArrayRef) -> Option<&[i64]> {
    let values = match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().values(),
        DataType::Timestamp(TimeUnit::Microsecond, _) => column.as_primitive::<TimestampMicrosecondType>().values(),
        _ => return None,
    };
    (column.null_count() == 0).then_some(values)
}

/// How many bytes the key of a number has among those of several columns.
const NUMBER_BYTES: usize = 9;
/// And that of two.
const PAIR: usize = 2 * NUMBER_BYTES;

/// The keys of two columns of numbers, which the order of events mostly is: the bytes that arrow's rows have, in one go.
fn pairs(first: &[i64], second: &[i64], descending: [bool; 2]) -> BinaryArray {
    let turns = descending.map(|is_descending| if is_descending { u64::MAX } else { 0 });
    let part = |value: i64, turn: u64| {
        // That there is a value is marked by the same byte in both directions.
        let mut bytes = [1; NUMBER_BYTES];
        bytes[1..].copy_from_slice(&(value as u64 ^ 1 << 63 ^ turn).to_be_bytes());
        bytes
    };
    let mut keys = Vec::with_capacity(first.len() * PAIR);
    for (first, second) in first.iter().zip(second) {
        keys.extend_from_slice(&part(*first, turns[0]));
        keys.extend_from_slice(&part(*second, turns[1]));
    }
    BinaryArray::new(OffsetBuffer::from_repeated_length(PAIR, first.len()), keys.into(), None)
}

#[cfg(test)]
mod tests;
