//! Arithmetic functions: `eval kb=round(bytes/1024, 2)`.
//!
//! Absent: the display precision that Splunk tracks through arithmetic (`round(5,2)` shows `5`, not `5.00`), so `exact`
//! changes nothing, and `sigfig` counts the figures of its own argument, not those of what earlier commands computed.

use std::sync::Arc;

use datafusion::{arrow::array::ArrayRef, common::Result, logical_expr::ScalarUDF};

use super::kernel::{Arguments, Doubles, integer, kernel, map, map_defined, map_two, map_two_defined, number, numbers};
use crate::{EvalSpec, Kernel, Kind, Returns};

mod figures;
mod round;

pub(super) use round::round;

const NUMBER: EvalSpec = EvalSpec { args: &[Kind::Number], returns: Returns::Always(Kind::Number), ..EvalSpec::NEW };

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["abs"],
        kernel: Kernel::Call("spl_abs"),
        usage: "abs(x)",
        summary: "The number without its sign.",
        examples: &[("abs(-3)", "3")],
        ..NUMBER
    },
    EvalSpec {
        names: &["ceiling", "ceil"],
        kernel: Kernel::Call("spl_ceiling"),
        usage: "ceiling(x)",
        summary: "The nearest whole number upwards.",
        examples: &[("ceil(1.9)", "2"), ("ceiling(-1.2)", "-1")],
        ..NUMBER
    },
    EvalSpec {
        names: &["exact"],
        usage: "exact(x)",
        summary: "The number with all its digits.",
        differs: &["All results have all their digits, with `exact` or without."],
        examples: &[("exact(0.2)", "0.2")],
        ..NUMBER
    },
    EvalSpec {
        names: &["exp"],
        kernel: Kernel::Call("spl_exp"),
        usage: "exp(x)",
        summary: "e to the power of x.",
        examples: &[("exp(0)", "1")],
        ..NUMBER
    },
    EvalSpec {
        names: &["floor"],
        kernel: Kernel::Call("spl_floor"),
        usage: "floor(x)",
        summary: "The nearest whole number downwards.",
        examples: &[("floor(1.9)", "1"), ("floor(-1.2)", "-2")],
        ..NUMBER
    },
    EvalSpec {
        names: &["ln"],
        kernel: Kernel::Call("spl_ln"),
        usage: "ln(x)",
        summary: "The natural logarithm; null unless x is above 0.",
        examples: &[("ln(1)", "0"), ("ln(0)", "null")],
        ..NUMBER
    },
    EvalSpec {
        names: &["log"],
        max_args: Some(2),
        kernel: Kernel::Call("spl_log"),
        usage: "log(x, base)",
        summary: "The logarithm, to base 10 unless a base is given; null unless both are above 0.",
        examples: &[("log(100)", "2"), ("log(8, 2)", "3"), ("log(-1)", "null")],
        ..NUMBER
    },
    EvalSpec {
        names: &["pi"],
        min_args: 0,
        max_args: Some(0),
        kernel: Kernel::Call("spl_pi"),
        usage: "pi()",
        summary: "The ratio of a circle's circumference to its diameter.",
        examples: &[("round(pi(), 2)", "3.14")],
        ..NUMBER
    },
    EvalSpec {
        names: &["pow"],
        min_args: 2,
        max_args: Some(2),
        kernel: Kernel::Call("spl_pow"),
        usage: "pow(x, y)",
        summary: "x to the power of y.",
        examples: &[("pow(2, 10)", "1024"), ("pow(2, -1)", "0.5"), ("pow(0, 0)", "1")],
        ..NUMBER
    },
    EvalSpec {
        names: &["round"],
        max_args: Some(2),
        kernel: Kernel::Call("spl_round"),
        usage: "round(x, digits)",
        summary: "The number with so many digits after the point, none by default; halves go away from zero.",
        differs: &["Zeros at the end are not shown: `round(5, 2)` is 5."],
        examples: &[("round(3.5)", "4"), ("round(2.5)", "3"), ("round(2.555, 2)", "2.56")],
        ..NUMBER
    },
    EvalSpec {
        names: &["sigfig"],
        usage: "sigfig(x)",
        summary: "The number rounded to the significant figures of what it was computed from.",
        differs: &["It counts the figures of its own argument, not of what earlier commands computed."],
        examples: &[
            ("sigfig(1.00*1111)", "1110"),
            ("sigfig(3.990000000000215*1.00)", "3.99"),
            ("sigfig(1.25+1.1)", "2.4"),
        ],
        ..NUMBER
    },
    EvalSpec {
        names: &["sqrt"],
        kernel: Kernel::Call("spl_sqrt"),
        usage: "sqrt(x)",
        summary: "The square root; null below 0.",
        examples: &[("sqrt(9)", "3"), ("sqrt(-1)", "null")],
        ..NUMBER
    },
];

/// Their kernels.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_abs", number, |args| map(args, f64::abs)),
        kernel("spl_decimals", integer, figures::decimals),
        kernel("spl_figures", integer, figures::figures),
        kernel("spl_sigfig", number, figures::sigfig),
        kernel("spl_whole_digits", integer, figures::whole_digits),
        kernel("spl_ceiling", number, |args| map(args, f64::ceil)),
        kernel("spl_exp", number, |args| map(args, f64::exp)),
        kernel("spl_floor", number, |args| map(args, f64::floor)),
        kernel("spl_ln", number, |args| map_defined(args, f64::ln, |x, _| x <= 0.0)),
        kernel("spl_log", number, log),
        kernel("spl_pi", number, |args| numbers(args.rows(), |_| Some(std::f64::consts::PI))),
        // Splunk shows NaN, not null, for a power that is no real number.
        kernel("spl_pow", number, |args| map_two(args, f64::powf)),
        kernel("spl_round", number, round_to_digits),
        kernel("spl_sqrt", number, |args| map_defined(args, f64::sqrt, is_undefined)),
    ]
}

/// Whether a function has no result at `x`. NaN in gives NaN out.
pub(super) fn is_undefined(x: f64, result: f64) -> bool {
    result.is_nan() && !x.is_nan()
}

fn log(args: &Arguments) -> Result<ArrayRef> {
    if args.len() < 2 {
        return map_defined(args, f64::log10, |x, _| x <= 0.0);
    }
    if let Doubles::Constant(Some(base)) = args.doubles(1)?
        && base > 0.0
        && base != 10.0
        && base != 2.0
    {
        let scale = base.ln();
        return map_defined(args, |x| x.ln() / scale, |x, result| x <= 0.0 || is_undefined(x, result));
    }
    // The special functions are exact where the quotient of two logarithms is not: log(1000) is 3.
    let logarithm = |x: f64, base: f64| {
        if base == 10.0 {
            x.log10()
        } else if base == 2.0 {
            x.log2()
        } else {
            x.ln() / base.ln()
        }
    };
    map_two_defined(args, logarithm, |x, base, result| x <= 0.0 || base <= 0.0 || is_undefined(x + base, result))
}

fn round_to_digits(args: &Arguments) -> Result<ArrayRef> {
    if args.len() < 2 {
        return map(args, f64::round);
    }
    if let Doubles::Constant(Some(digits)) = args.doubles(1)?
        && digits >= 0.0
    {
        let rounding = round::Rounding::new(digits as usize);
        return match args.doubles(0)? {
            Doubles::Column(column) => Ok(Arc::new(rounding.round_all(&column))),
            Doubles::Constant(_) => map(args, |x| rounding.round(x)),
        };
    }
    map_two_defined(args, |x, digits| round(x, digits as usize), |_, digits, _| digits.is_nan() || digits < 0.0)
}

#[cfg(test)]
mod tests;
