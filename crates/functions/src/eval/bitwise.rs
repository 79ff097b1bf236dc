//! Functions of the bits of whole numbers: `eval syn=if(bit_and(tcp_flags, 2)=2, 1, 0)`.
//!
//! Numbers run from 0 to 2^53-1, the whole numbers that a double holds exactly; null for any other.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        buffer::{BooleanBuffer, NullBuffer},
        compute::binary,
        datatypes::Int64Type,
    },
    common::Result,
    logical_expr::ScalarUDF,
};

use super::kernel::{Arguments, integer, integers, kernel};
use crate::{EvalSpec, Kernel, Kind, Returns};

/// The largest number, all of whose 53 bits are set.
const MASK: u64 = (1 << 53) - 1;

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    row(
        &["bit_and"],
        None,
        "spl_bit_and",
        "bit_and(a, b, …)",
        "The bits set in all arguments.",
        &[("bit_and(12, 9)", "8")],
    ),
    EvalSpec {
        min_args: 1,
        ..row(
            &["bit_not"],
            Some(2),
            "spl_bit_not",
            "bit_not(a, mask)",
            "The bits not set in a, of the 53 or of those in the mask.",
            &[("bit_not(9)", "9007199254740982"), ("bit_not(9, 15)", "6")],
        )
    },
    row(&["bit_or"], None, "spl_bit_or", "bit_or(a, b, …)", "The bits set in any argument.", &[("bit_or(4, 2)", "6")]),
    row(
        &["bit_shift_left"],
        Some(2),
        "spl_bit_shift_left",
        "bit_shift_left(a, places)",
        "The bits moved to the left, those beyond the 53rd dropped.",
        &[("bit_shift_left(2, 1)", "4"), ("bit_shift_left(1, 53)", "0"), ("bit_shift_left(3, 52)", "4503599627370496")],
    ),
    row(
        &["bit_shift_right"],
        Some(2),
        "spl_bit_shift_right",
        "bit_shift_right(a, places)",
        "The bits moved to the right, those beyond the first dropped.",
        &[("bit_shift_right(4, 1)", "2"), ("bit_shift_right(1, 1)", "0")],
    ),
    row(
        &["bit_xor"],
        None,
        "spl_bit_xor",
        "bit_xor(a, b, …)",
        "The bits set in an odd number of arguments.",
        &[("bit_xor(3, 2)", "1")],
    ),
];

const fn row(
    names: &'static [&'static str],
    max_args: Option<usize>,
    kernel: &'static str,
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> EvalSpec {
    EvalSpec {
        names,
        min_args: 2,
        max_args,
        args: &[Kind::Number],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call(kernel),
        usage,
        summary,
        examples,
        ..EvalSpec::NEW
    }
}

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_bit_and", integer, |args| fold(args, |a, b| a & b)),
        kernel("spl_bit_not", integer, not),
        kernel("spl_bit_or", integer, |args| fold(args, |a, b| a | b)),
        kernel("spl_bit_shift_left", integer, |args| shift(args, |a, places| a.checked_shl(places))),
        kernel("spl_bit_shift_right", integer, |args| shift(args, |a, places| a.checked_shr(places))),
        kernel("spl_bit_xor", integer, |args| fold(args, |a, b| a ^ b)),
    ]
}

fn bits(number: f64) -> Option<u64> {
    (number >= 0.0 && number <= MASK as f64 && number.fract() == 0.0).then_some(number as u64)
}

fn shown(bits: u64) -> i64 {
    (bits & MASK) as i64
}

fn fold(args: &Arguments, combine: impl Fn(u64, u64) -> u64 + Copy) -> Result<ArrayRef> {
    if let Some(result) = fold_whole(args, combine)? {
        return Ok(result);
    }
    let columns = args.numbers_from(0)?;
    integers(args.rows(), |row| {
        let mut numbers = columns.iter().map(|column| column.get(row).and_then(bits));
        let first = numbers.next()??;
        numbers.try_fold(first, |so_far, next| Some(combine(so_far, next?))).map(shown)
    })
}

/// Two columns of whole numbers, or one and a constant, in a loop without a branch.
fn fold_whole(args: &Arguments, combine: impl Fn(u64, u64) -> u64) -> Result<Option<ArrayRef>> {
    let (2, Some(left)) = (args.len(), whole(args, 0)?) else { return Ok(None) };
    let combine = |a: i64, b: i64| shown(combine(a as u64, b as u64));
    if args.is_constant(1) {
        let Some(right) = args.numbers(1)?.get(0).and_then(bits) else { return Ok(None) };
        let result: Int64Array = left.unary(|a| combine(a, shown(right)));
        return Ok(Some(without(&result, |row| is_bits(left.value(row)))));
    }
    let Some(right) = whole(args, 1)? else { return Ok(None) };
    let result: Int64Array = binary(left, right, combine)?;
    Ok(Some(without(&result, |row| is_bits(left.value(row)) & is_bits(right.value(row)))))
}

/// A column of whole numbers.
fn whole(args: &Arguments, index: usize) -> Result<Option<&Int64Array>> {
    Ok(if args.is_constant(index) { None } else { args.array(index)?.as_primitive_opt::<Int64Type>() })
}

fn is_bits(value: i64) -> bool {
    value as u64 <= MASK
}

/// Null as well where the arguments are out of range.
fn without(result: &Int64Array, in_range: impl FnMut(usize) -> bool) -> ArrayRef {
    let in_range = BooleanBuffer::collect_bool(result.len(), in_range);
    let nulls = NullBuffer::union(result.nulls(), Some(&NullBuffer::new(in_range)));
    Arc::new(Int64Array::new(result.values().clone(), nulls))
}

fn not(args: &Arguments) -> Result<ArrayRef> {
    let values = args.numbers(0)?;
    let masks = if args.len() > 1 { Some(args.numbers(1)?) } else { None };
    integers(args.rows(), |row| {
        let mask = match &masks {
            Some(masks) => bits(masks.get(row)?)?,
            None => MASK,
        };
        Some(shown(!bits(values.get(row)?)? & mask))
    })
}

fn shift(args: &Arguments, shift: impl Fn(u64, u32) -> Option<u64>) -> Result<ArrayRef> {
    // Moved by more than 63 places, nothing is left.
    let moved =
        |value, places: u64| shown(u32::try_from(places).ok().and_then(|places| shift(value, places)).unwrap_or(0));
    if let (Some(values), true) = (whole(args, 0)?, args.is_constant(1))
        && let Some(places) = args.numbers(1)?.get(0).and_then(bits)
    {
        let result: Int64Array = values.unary(|value| moved(value as u64, places));
        return Ok(without(&result, |row| is_bits(values.value(row))));
    }
    let (values, places) = (args.numbers(0)?, args.numbers(1)?);
    integers(args.rows(), |row| Some(moved(bits(values.get(row)?)?, bits(places.get(row)?)?)))
}

#[cfg(test)]
mod tests {
    use super::super::kernel::testing::{check, integers, literal_number, numbers, texts};

    #[test]
    fn only_whole_numbers_of_53_bits_have_bits() {
        check(
            "spl_bit_and",
            &[numbers(&[12.0, -1.0, 1.5, 9_007_199_254_740_992.0, 9_007_199_254_740_991.0]), literal_number(9.0)],
            &["8", "null", "null", "null", "9"],
        );
        check("spl_bit_or", &[texts(&["4", "x", "null"]), integers(&[2, 2, 2])], &["6", "null", "null"]);
    }

    #[test]
    fn more_than_two_arguments_are_folded() {
        check("spl_bit_xor", &[integers(&[1]), integers(&[2]), integers(&[4])], &["7"]);
        check("spl_bit_xor", &[integers(&[1]), integers(&[2]), texts(&["null"])], &["null"]);
    }

    #[test]
    fn not_keeps_to_its_mask() {
        check("spl_bit_not", &[integers(&[9])], &["9007199254740982"]);
        check("spl_bit_not", &[integers(&[9, 9]), integers(&[15, -1])], &["6", "null"]);
    }

    #[test]
    fn bits_fall_off_both_ends() {
        check(
            "spl_bit_shift_left",
            &[integers(&[2, 1, 3, 1, 1]), integers(&[1, 53, 52, -1, 1 << 40])],
            &["4", "0", "4503599627370496", "null", "0"],
        );
        check("spl_bit_shift_right", &[integers(&[4, 1, 8]), integers(&[1, 1, 100])], &["2", "0", "0"]);
    }
}
