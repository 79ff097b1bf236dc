//! Trigonometry and its hyperbolic kin, in radians: `eval distance=acos(sin(a)*sin(b)+cos(a)*cos(b))`.
//!
//! A function that is not defined at its argument, such as `acos(2)`, gives null.

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use super::{
    kernel::{kernel, map_defined, map_two, number},
    math::is_undefined,
};
use crate::{EvalSpec, Kernel, Kind, Returns};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    row(&["acos"], "spl_acos", "acos(x)", "The arc cosine, 0 to pi; null outside -1 to 1.", &[("acos(1)", "0")]),
    row(&["acosh"], "spl_acosh", "acosh(x)", "The inverse hyperbolic cosine; null below 1.", &[("acosh(1)", "0")]),
    row(&["asin"], "spl_asin", "asin(x)", "The arc sine, -pi/2 to pi/2; null outside -1 to 1.", &[("asin(0)", "0")]),
    row(&["asinh"], "spl_asinh", "asinh(x)", "The inverse hyperbolic sine.", &[("asinh(0)", "0")]),
    row(&["atan"], "spl_atan", "atan(x)", "The arc tangent, -pi/2 to pi/2.", &[("atan(0)", "0")]),
    EvalSpec {
        min_args: 2,
        max_args: Some(2),
        ..row(
            &["atan2"],
            "spl_atan2",
            "atan2(y, x)",
            "The angle of the point (x, y), above -pi up to pi.",
            &[("atan2(0, 1)", "0"), ("round(atan2(1, 0), 4)", "1.5708")],
        )
    },
    row(
        &["atanh"],
        "spl_atanh",
        "atanh(x)",
        "The inverse hyperbolic tangent; null outside -1 to 1.",
        &[("atanh(0)", "0")],
    ),
    row(&["cos"], "spl_cos", "cos(x)", "The cosine.", &[("cos(0)", "1")]),
    row(&["cosh"], "spl_cosh", "cosh(x)", "The hyperbolic cosine.", &[("cosh(0)", "1")]),
    EvalSpec {
        min_args: 2,
        max_args: Some(2),
        ..row(
            &["hypot"],
            "spl_hypot",
            "hypot(x, y)",
            "The length of the hypotenuse of a triangle with the legs x and y.",
            &[("hypot(3, 4)", "5")],
        )
    },
    row(&["sin"], "spl_sin", "sin(x)", "The sine.", &[("sin(0)", "0")]),
    row(&["sinh"], "spl_sinh", "sinh(x)", "The hyperbolic sine.", &[("sinh(0)", "0")]),
    row(&["tan"], "spl_tan", "tan(x)", "The tangent.", &[("tan(0)", "0")]),
    row(&["tanh"], "spl_tanh", "tanh(x)", "The hyperbolic tangent.", &[("tanh(0)", "0")]),
];

const fn row(
    names: &'static [&'static str],
    kernel: &'static str,
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
) -> EvalSpec {
    EvalSpec {
        names,
        min_args: 1,
        max_args: Some(1),
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
        kernel("spl_acos", number, |args| map_defined(args, f64::acos, is_undefined)),
        kernel("spl_acosh", number, |args| map_defined(args, f64::acosh, is_undefined)),
        kernel("spl_asin", number, |args| map_defined(args, f64::asin, is_undefined)),
        kernel("spl_asinh", number, |args| map_defined(args, f64::asinh, is_undefined)),
        kernel("spl_atan", number, |args| map_defined(args, f64::atan, is_undefined)),
        kernel("spl_atan2", number, |args| map_two(args, f64::atan2)),
        kernel("spl_atanh", number, |args| map_defined(args, f64::atanh, is_undefined)),
        kernel("spl_cos", number, |args| map_defined(args, f64::cos, is_undefined)),
        kernel("spl_cosh", number, |args| map_defined(args, f64::cosh, is_undefined)),
        kernel("spl_hypot", number, |args| map_two(args, f64::hypot)),
        kernel("spl_sin", number, |args| map_defined(args, f64::sin, is_undefined)),
        kernel("spl_sinh", number, |args| map_defined(args, f64::sinh, is_undefined)),
        kernel("spl_tan", number, |args| map_defined(args, f64::tan, is_undefined)),
        kernel("spl_tanh", number, |args| map_defined(args, f64::tanh, is_undefined)),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::kernel::testing::{check, lists, numbers, texts};

    #[test]
    fn functions_are_undefined_outside_their_domain() {
        check("spl_acos", &[numbers(&[1.0, 2.0, -1.5, f64::NAN])], &["0", "null", "null", "null"]);
        check("spl_asin", &[numbers(&[0.0, 1.01])], &["0", "null"]);
        check("spl_acosh", &[numbers(&[1.0, 0.5])], &["0", "null"]);
        check("spl_atanh", &[numbers(&[0.0, 2.0, 1.0])], &["0", "null", "Infinity"]);
        check("spl_sin", &[texts(&["0", "Infinity", "x", "null"])], &["0", "null", "null", "null"]);
    }

    #[test]
    fn the_first_argument_of_atan2_is_the_ordinate() {
        check(
            "spl_atan2",
            &[numbers(&[1.0, 0.0]), numbers(&[0.0, -1.0])],
            &["1.5707963267948966", "3.141592653589793"],
        );
    }

    #[test]
    fn several_values_have_no_length() {
        check("spl_hypot", &[lists(&[&["3"], &["3", "4"]]), numbers(&[4.0, 4.0])], &["5", "null"]);
    }
}
