//! Functions of the bits of whole numbers: `eval syn=if(bit_and(tcp_flags, 2)=2, 1, 0)`.
//!
//! Numbers run from 0 to 2^53-1, the whole numbers that a double holds exactly; null for any other.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, new_null_array},
        buffer::NullBuffer,
        datatypes::{DataType, Int64Type},
    },
    common::{Result, internal_err},
    logical_expr::ScalarUDF,
};

use super::kernel::{Arguments, Doubles, bits, integer, kernel};
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
        kernel("spl_bit_shift_left", integer, |args| fold(args, |a, places| shift(a, places, u64::checked_shl))),
        kernel("spl_bit_shift_right", integer, |args| fold(args, |a, places| shift(a, places, u64::checked_shr))),
        kernel("spl_bit_xor", integer, |args| fold(args, |a, b| a ^ b)),
    ]
}

/// An argument as whole numbers. What is out of range may still be among them.
enum Whole {
    Column(Int64Array),
    Constant(u64),
}

impl Whole {
    /// An argument; none where it is the same on all rows and has no bits.
    fn new(args: &Arguments, index: usize) -> Result<Option<Self>> {
        // A constant is one row of many.
        let column = args.array(index)?.as_primitive_opt::<Int64Type>().filter(|column| column.len() == args.rows());
        if let Some(column) = column {
            return Ok(Some(Self::Column(column.clone())));
        }
        Ok(match args.doubles(index)? {
            Doubles::Constant(value) => value.and_then(bits_of).map(Self::Constant),
            Doubles::Column(column) => Some(Self::Column(column.unary(|value| bits_of(value).map_or(-1, shown)))),
        })
    }

    /// Both combined, in a loop without a branch; null where one of them is out of range.
    fn combine(self, other: Self, combine: impl Fn(u64, u64) -> u64) -> Result<Self> {
        let pair = |a: i64, b: i64| Pair { arguments: a | b, result: shown(combine(a as u64, b as u64)) };
        Ok(match (self, other) {
            (Self::Column(left), Self::Column(right)) => {
                if left.len() != right.len() {
                    return internal_err!("columns of one batch have the same length");
                }
                let pairs = left.values().iter().zip(right.values()).map(|(a, b)| pair(*a, *b));
                Self::Column(results(pairs, NullBuffer::union(left.nulls(), right.nulls())))
            }
            (Self::Column(left), Self::Constant(right)) => {
                let right = shown(right);
                Self::Column(results(left.values().iter().map(|a| pair(*a, right)), left.nulls().cloned()))
            }
            (Self::Constant(left), Self::Column(right)) => {
                let left = shown(left);
                Self::Column(results(right.values().iter().map(|b| pair(left, *b)), right.nulls().cloned()))
            }
            (Self::Constant(left), Self::Constant(right)) => {
                Self::Constant(pair(shown(left), shown(right)).result as u64)
            }
        })
    }
}

/// Two numbers combined.
struct Pair {
    /// The bits of either; if one of the two is out of range, so is this.
    arguments: i64,
    result: i64,
}

/// Null as well where an argument is out of range, which is looked for only if there is any.
fn results(pairs: impl ExactSizeIterator<Item = Pair> + Clone, nulls: Option<NullBuffer>) -> Int64Array {
    let mut all = 0;
    let results: Vec<i64> = pairs
        .clone()
        .map(|pair| {
            all |= pair.arguments;
            pair.result
        })
        .collect();
    if all as u64 <= MASK {
        return Int64Array::new(results.into(), nulls);
    }
    let in_range = bits(pairs.map(|pair| (pair.arguments as u64 >> MASK.count_ones()) as u32 == 0));
    Int64Array::new(results.into(), NullBuffer::union(nulls.as_ref(), Some(&NullBuffer::new(in_range))))
}

fn bits_of(number: f64) -> Option<u64> {
    (number >= 0.0 && number <= MASK as f64 && number.fract() == 0.0).then_some(number as u64)
}

fn shown(bits: u64) -> i64 {
    (bits & MASK) as i64
}

fn fold(args: &Arguments, combine: impl Fn(u64, u64) -> u64) -> Result<ArrayRef> {
    let mut so_far = Whole::new(args, 0)?;
    for index in 1..args.len() {
        so_far = match (so_far, Whole::new(args, index)?) {
            (Some(left), Some(right)) => Some(left.combine(right, &combine)?),
            _ => None,
        };
    }
    Ok(column(so_far, args.rows()))
}

/// Without a mask, all 53 bits are changed.
fn not(args: &Arguments) -> Result<ArrayRef> {
    let mask = if args.len() > 1 { Whole::new(args, 1)? } else { Some(Whole::Constant(MASK)) };
    let result = match (Whole::new(args, 0)?, mask) {
        (Some(value), Some(mask)) => Some(value.combine(mask, |value, mask| !value & mask)?),
        _ => None,
    };
    Ok(column(result, args.rows()))
}

fn column(whole: Option<Whole>, rows: usize) -> ArrayRef {
    match whole {
        Some(Whole::Column(column)) => Arc::new(column),
        Some(Whole::Constant(value)) => Arc::new(Int64Array::from_value(shown(value), rows)),
        None => new_null_array(&DataType::Int64, rows),
    }
}

/// Moved by more than 63 places, nothing is left.
fn shift(value: u64, places: u64, shift: impl Fn(u64, u32) -> Option<u64>) -> u64 {
    u32::try_from(places).ok().and_then(|places| shift(value, places)).unwrap_or(0)
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
