//! Comparison of values whose kinds are known only row by row: `where bytes_in > bytes_out`.

use std::{cmp::Ordering, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, StringArray},
        buffer::{BooleanBuffer, NullBuffer},
        compute::kernels::cmp,
    },
    common::{Result, exec_err},
};

use super::super::kernel::{Arguments, bits, booleans, is_list};
use crate::value::{begins_number, parse_number};

/// How values are compared.
#[derive(Clone, Copy)]
enum Mode {
    /// As numbers where both are, else as texts by their bytes.
    Auto,
    /// As texts by their bytes.
    Text,
    /// As numbers; unknown where one is none.
    Number,
}

/// `spl_eq(a, b, mode)`.
pub(super) fn equal(args: &Arguments) -> Result<ArrayRef> {
    equality(args, true)
}

/// `spl_ne(a, b, mode)`.
pub(super) fn not_equal(args: &Arguments) -> Result<ArrayRef> {
    equality(args, false)
}

/// `spl_lt(a, b, mode)`.
pub(super) fn less(args: &Arguments) -> Result<ArrayRef> {
    compare(args, |order| order.is_some_and(Ordering::is_lt))
}

/// `spl_le(a, b, mode)`.
pub(super) fn less_or_equal(args: &Arguments) -> Result<ArrayRef> {
    compare(args, |order| order.is_some_and(Ordering::is_le))
}

/// `spl_gt(a, b, mode)`.
pub(super) fn greater(args: &Arguments) -> Result<ArrayRef> {
    compare(args, |order| order.is_some_and(Ordering::is_gt))
}

/// `spl_ge(a, b, mode)`.
pub(super) fn greater_or_equal(args: &Arguments) -> Result<ArrayRef> {
    compare(args, |order| order.is_some_and(Ordering::is_ge))
}

/// As [`compare`], with an answer for what is equal and the other one for all else.
fn equality(args: &Arguments, if_equal: bool) -> Result<ArrayRef> {
    let (Some(left), Some(right)) = (column(args, 0)?, column(args, 1)?) else {
        return compare(args, |order| (order == Some(Ordering::Equal)) == if_equal);
    };
    let are_texts = match mode(args)? {
        Mode::Text => true,
        Mode::Number => return compare(args, |order| (order == Some(Ordering::Equal)) == if_equal),
        // The one with less text is looked at first.
        Mode::Auto if bytes(left).len() < bytes(right).len() => has_no_number(left) || has_no_number(right),
        Mode::Auto => has_no_number(right) || has_no_number(left),
    };
    if are_texts {
        return Ok(Arc::new(if if_equal { cmp::eq(left, right)? } else { cmp::neq(left, right)? }));
    }
    // A text in the place of a null is compared as well, to no effect.
    let answers = bits((0..args.rows()).map(|row| same_value(left.value(row), right.value(row)) == if_equal));
    Ok(Arc::new(BooleanArray::new(answers, NullBuffer::union(left.nulls(), right.nulls()))))
}

/// Whether a glance at all bytes tells that none of the texts is a number: there is no digit, and neither of the letters with
/// which `NaN` and `Infinity` begin.
fn has_no_number(texts: &StringArray) -> bool {
    const GLANCE: usize = 256;
    let is_of_number = |byte: &u8| byte.is_ascii_digit() | (*byte == b'N') | (*byte == b'I');
    !bytes(texts).chunks(GLANCE).any(|chunk| chunk.iter().fold(false, |any, byte| any | is_of_number(byte)))
}

/// The bytes of all texts, one behind the other.
fn bytes(texts: &StringArray) -> &[u8] {
    let bounds = texts.value_offsets().first().zip(texts.value_offsets().last());
    bounds.and_then(|(start, end)| texts.value_data().get(*start as usize..*end as usize)).unwrap_or_default()
}

/// Most pairs of texts are told apart without reading them: by their lengths, once one of them is seen to be no number. The
/// shorter one is asked first, because more of the shorter ones fit into the cache.
fn same_value(left: &str, right: &str) -> bool {
    let (shorter, longer) = if left.len() < right.len() { (left, right) } else { (right, left) };
    let may_be_number = |text: &str| text.bytes().next().is_some_and(begins_number);
    if may_be_number(shorter)
        && may_be_number(longer)
        && let (Some(left), Some(right)) = (parse_number(left), parse_number(right))
    {
        return left == right;
    }
    left == right
}

fn mode(args: &Arguments) -> Result<Mode> {
    Ok(match args.literal(2)?.as_str() {
        "auto" => Mode::Auto,
        "text" => Mode::Text,
        "number" => Mode::Number,
        other => return exec_err!("`{other}` is no way to compare"),
    })
}

/// Null where an operand is missing. With several values, true if one pair of them satisfies the operator. `test` says
/// whether an order satisfies it; no order is that of NaN.
fn compare(args: &Arguments, test: impl Fn(Option<Ordering>) -> bool + Copy) -> Result<ArrayRef> {
    let mode = mode(args)?;
    if is_list(args.array(0)?.data_type()) || is_list(args.array(1)?.data_type()) {
        return compare_lists(args, mode, test);
    }
    if matches!(mode, Mode::Number) {
        let (left, right) = (args.numbers(0)?, args.numbers(1)?);
        return booleans(args.rows(), |row| Some(test(left.get(row)?.partial_cmp(&right.get(row)?))));
    }
    if let (Some(left), Some(right)) = (column(args, 0)?, column(args, 1)?) {
        // A text in the place of a null is compared as well, to no effect.
        let answers = BooleanBuffer::collect_bool(args.rows(), |row| {
            compare_texts(left.value(row), right.value(row), mode, test).unwrap_or(false)
        });
        return Ok(Arc::new(BooleanArray::new(answers, NullBuffer::union(left.nulls(), right.nulls()))));
    }
    let (left, right) = (args.texts(0)?, args.texts(1)?);
    booleans(args.rows(), |row| compare_texts(&left.get(row)?, &right.get(row)?, mode, test))
}

/// An argument that is a column of texts in the usual form.
fn column(args: &Arguments, index: usize) -> Result<Option<&StringArray>> {
    Ok(if args.is_constant(index) { None } else { args.array(index)?.as_string_opt::<i32>() })
}

fn compare_lists(args: &Arguments, mode: Mode, test: impl Fn(Option<Ordering>) -> bool + Copy) -> Result<ArrayRef> {
    let (left, right) = (args.lists(0)?, args.lists(1)?);
    booleans(args.rows(), |row| {
        let (left, right) = (left.get(row)?, right.get(row)?);
        let mut answer = None;
        for left in left {
            for right in right.clone() {
                match compare_texts(left, right, mode, test) {
                    Some(true) => return Some(true),
                    Some(false) => answer = Some(false),
                    None => {}
                }
            }
        }
        answer
    })
}

fn compare_texts(left: &str, right: &str, mode: Mode, test: impl Fn(Option<Ordering>) -> bool + Copy) -> Option<bool> {
    if matches!(mode, Mode::Auto | Mode::Number) {
        if let (Some(left), Some(right)) = (parse_number(left), parse_number(right)) {
            return Some(test(left.partial_cmp(&right)));
        }
        if matches!(mode, Mode::Number) {
            return None;
        }
    }
    Some(test(Some(left.cmp(right))))
}
