//! What kind of value something is: `where isnum(bytes)`.
//!
//! All but `typeof` are true or false, never null. What the text of the search tells already, such as the kind of a
//! literal or of a comparison, is decided by lowering; these kernels look at the values of a column.

use std::{borrow::Cow, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, BooleanArray},
        buffer::BooleanBuffer,
        datatypes::DataType,
    },
    common::Result,
    logical_expr::ScalarUDF,
};
use serde::de::IgnoredAny;

use super::kernel::{Arguments, Doubles, bits, boolean, booleans, is_list, kernel, text, texts};
use crate::{EvalSpec, Kernel, Kind, Returns, value::parse_number};

const TEST: EvalSpec = EvalSpec {
    returns: Returns::Always(Kind::Bool),
    nulls: "False.",
    several: "Several values give false.",
    ..EvalSpec::NEW
};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["isarray"],
        kernel: Kernel::Call("spl_isarray"),
        usage: "isarray(x)",
        summary: "Whether the text is a JSON array.",
        examples: &[("if(isarray(\"[1,2]\"), 1, 0)", "1"), ("if(isarray(\"x\"), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isbool"],
        usage: "isbool(x)",
        summary: "Whether it is a condition; a field never is.",
        examples: &[("if(isbool(1==2), 1, 0)", "1"), ("if(isbool(\"true\"), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isdouble"],
        kernel: Kernel::Call("spl_isdouble"),
        usage: "isdouble(x)",
        summary: "Whether it is a number that is not whole.",
        examples: &[("if(isdouble(3.546), 1, 0)", "1"), ("if(isdouble(1000000), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isint"],
        kernel: Kernel::Call("spl_isint"),
        usage: "isint(x)",
        summary: "Whether it is a whole number, also as the text of a field.",
        examples: &[("if(isint(5), 1, 0)", "1"), ("if(isint(5.4), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["ismv"],
        kernel: Kernel::Call("spl_ismv"),
        usage: "ismv(x)",
        summary: "Whether there are two values or more.",
        nulls: "False.",
        several: "True.",
        examples: &[("if(ismv(split(\"a,b\", \",\")), 1, 0)", "1"), ("if(ismv(\"a\"), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isnotnull"],
        usage: "isnotnull(x)",
        summary: "Whether there is a value; an empty text is one.",
        nulls: "False.",
        several: "Several values are a value.",
        examples: &[("if(isnotnull(\"\"), 1, 0)", "1")],
        ..TEST
    },
    EvalSpec {
        names: &["isnull"],
        usage: "isnull(x)",
        summary: "Whether there is no value.",
        nulls: "True.",
        several: "Several values are a value.",
        examples: &[("if(isnull(null()), 1, 0)", "1"), ("if(isnull(\"\"), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isnum"],
        kernel: Kernel::Call("spl_isnum"),
        usage: "isnum(x)",
        summary: "Whether it is a number, also as the text of a field.",
        examples: &[("if(isnum(5.4), 1, 0)", "1"), ("if(isnum(\"a\"), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isobject"],
        kernel: Kernel::Call("spl_isobject"),
        usage: "isobject(x)",
        summary: "Whether the text is a JSON object.",
        examples: &[("if(isobject(\"{}\"), 1, 0)", "1"), ("if(isobject(\"[1]\"), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["isstr"],
        kernel: Kernel::Call("spl_isstr"),
        usage: "isstr(x)",
        summary: "Whether it is a text; a field that reads as a number is none.",
        examples: &[("if(isstr(\"a\"), 1, 0)", "1"), ("if(isstr(3), 1, 0)", "0")],
        ..TEST
    },
    EvalSpec {
        names: &["typeof"],
        returns: Returns::Always(Kind::Text),
        usage: "typeof(x)",
        summary: "Number, String, Bool, MultiValue, or Invalid where there is no value.",
        nulls: "`Invalid`.",
        several: "`MultiValue`.",
        examples: &[
            ("typeof(12)", "Number"),
            ("typeof(\"10\")", "String"),
            ("typeof(1==2)", "Bool"),
            ("typeof(null())", "Invalid"),
        ],
        ..TEST
    },
];

/// Their kernels, and `spl_typeof` for fields.
pub fn kernels() -> Vec<Arc<ScalarUDF>> {
    vec![
        kernel("spl_isarray", boolean, |args| test_text(args, |text| is_json(text, '['))),
        kernel("spl_isdouble", boolean, |args| test_number(args, |number| number.is_finite() && number.fract() != 0.0)),
        kernel("spl_isint", boolean, |args| test_number(args, |number| number.is_finite() && number.fract() == 0.0)),
        kernel("spl_ismv", boolean, is_multivalue),
        kernel("spl_isnum", boolean, |args| test_number(args, |_| true)),
        kernel("spl_isobject", boolean, |args| test_text(args, |text| is_json(text, '{'))),
        kernel("spl_isstr", boolean, |args| test_text(args, is_text)),
        kernel("spl_typeof", text, type_of),
    ]
}

fn test_number(args: &Arguments, test: fn(f64) -> bool) -> Result<ArrayRef> {
    let answers = match args.doubles(0)? {
        Doubles::Column(column) => {
            let answers = bits(column.values().iter().map(|number| test(*number)));
            column.nulls().map_or(answers.clone(), |nulls| &answers & nulls.inner())
        }
        Doubles::Constant(number) => BooleanBuffer::collect_bool(args.rows(), |_| number.is_some_and(test)),
    };
    Ok(Arc::new(BooleanArray::new(answers, None)))
}

/// A test of texts; a number or a condition passes none.
fn test_text(args: &Arguments, test: fn(&str) -> bool) -> Result<ArrayRef> {
    if !is_list(args.array(0)?.data_type()) && !args.array(0)?.data_type().is_string() {
        return booleans(args.rows(), |_| Some(false));
    }
    let values = args.texts(0)?;
    booleans(args.rows(), |row| Some(values.get(row).is_some_and(|text| test(&text))))
}

/// `NaN` is a number and a text.
fn is_text(text: &str) -> bool {
    parse_number(text).is_none_or(f64::is_nan)
}

/// Whether a text is JSON that starts with a bracket.
pub(super) fn is_json(text: &str, bracket: char) -> bool {
    text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with(bracket)
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn is_multivalue(args: &Arguments) -> Result<ArrayRef> {
    let values = args.lists(0)?;
    booleans(args.rows(), |row| Some(values.get(row).is_some_and(|values| values.take(2).count() == 2)))
}

fn type_of(args: &Arguments) -> Result<ArrayRef> {
    let kind = match args.array(0)?.data_type() {
        DataType::Boolean => Some("Bool"),
        other if other.is_numeric() || matches!(other, DataType::Timestamp(..)) => Some("Number"),
        _ => None,
    };
    let values = args.lists(0)?;
    texts(args.rows(), |row| {
        let Some(mut values) = values.get(row) else { return Some(Cow::Borrowed("Invalid")) };
        let first = values.next();
        Some(Cow::Borrowed(match (kind, first, values.next()) {
            (Some(kind), ..) => kind,
            (None, None, _) => "Invalid",
            (None, Some(_), Some(_)) => "MultiValue",
            (None, Some(text), None) if parse_number(text).is_some() => "Number",
            _ => "String",
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::super::kernel::testing::{booleans, check, integers, lists, nulls, numbers, texts, times};

    const TRUE: &str = "true";
    const FALSE: &str = "false";

    #[test]
    fn nothing_is_of_no_kind() {
        for name in ["isarray", "isdouble", "isint", "ismv", "isnum", "isobject", "isstr"] {
            let kernel = format!("spl_{name}");
            check(&kernel, &[texts(&["null"])], &[FALSE]);
            check(&kernel, &[nulls(1)], &[FALSE]);
            check(&kernel, &[lists(&[&[]])], &[FALSE]);
        }
    }

    #[test]
    fn texts_of_fields_count_as_numbers() {
        check("spl_isnum", &[texts(&["5", "5.4", "a", "", "NaN"])], &[TRUE, TRUE, FALSE, FALSE, TRUE]);
        check("spl_isint", &[texts(&["5", "5.4", "5.0", "Infinity"])], &[TRUE, FALSE, TRUE, FALSE]);
        check("spl_isdouble", &[numbers(&[5.0, 5.4])], &[FALSE, TRUE]);
        check("spl_isnum", &[times(&[1])], &[TRUE]);
        check("spl_isnum", &[booleans(&[Some(true)])], &[FALSE]);
        check("spl_isnum", &[lists(&[&["5"], &["5", "6"]])], &[TRUE, FALSE]);
    }

    #[test]
    fn numbers_are_no_texts() {
        check("spl_isstr", &[texts(&["a", "", "5", "NaN"])], &[TRUE, TRUE, FALSE, TRUE]);
        check("spl_isstr", &[integers(&[5])], &[FALSE]);
        check("spl_isstr", &[booleans(&[Some(true)])], &[FALSE]);
    }

    #[test]
    fn json_is_checked_to_its_end() {
        check(
            "spl_isarray",
            &[texts(&["[1, \"a\"]", " []", "[1", "{}", "5", "[1] x"])],
            &[TRUE, TRUE, FALSE, FALSE, FALSE, FALSE],
        );
        check("spl_isobject", &[texts(&["{\"a\":1}", "{a:1}", "[]"])], &[TRUE, FALSE, FALSE]);
        let deep = "[".repeat(100_000);
        check("spl_isarray", &[texts(&[&deep])], &[FALSE]);
    }

    #[test]
    fn kinds_have_names() {
        check("spl_typeof", &[texts(&["5", "x", "", "null"])], &["Number", "String", "String", "Invalid"]);
        check("spl_typeof", &[lists(&[&["a", "b"], &["7"], &[]])], &["MultiValue", "Number", "Invalid"]);
        check("spl_typeof", &[booleans(&[Some(false), None])], &["Bool", "Invalid"]);
        check("spl_typeof", &[integers(&[5])], &["Number"]);
        check("spl_ismv", &[lists(&[&["a", "b"], &["7"]])], &[TRUE, FALSE]);
    }
}
