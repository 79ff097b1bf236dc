//! What is compared with what.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::datatypes::DataType,
    execution::FunctionRegistry,
    logical_expr::{Expr, Operator, ScalarUDF, binary_expr, cast, lit, try_cast},
    prelude::{SessionContext, col},
    scalar::ScalarValue,
};

/// A function, and DataFusion's nearest.
pub(crate) struct Case {
    /// What the command line selects by.
    pub(crate) name: &'static str,
    /// A kernel's call as lowering writes it.
    pub(crate) ours: Expr,
    /// The other side.
    pub(crate) theirs: Expr,
}

/// What ours has to do and DataFusion's does not, by SPL's rules.
pub(crate) fn remark(name: &str) -> &'static str {
    match name {
        "bit_xor out of range" => "half of the numbers are below 0 and give null",
        "/" | "%" => "null where the divisor is 0",
        "ln" | "log" | "log base" | "acosh" | "atanh" | "acos" | "asin" => "null where it is undefined",
        "round digits" => "halves by the shown digits: 2.555 is 2.56",
        "ltrim" | "rtrim" | "trim" => "tabs as well as blanks",
        "max text" => "numbers by size, below texts",
        "= of texts" | "= of texts of other lengths" => {
            "equal numbers in different texts are equal: bytes are looked at even if lengths differ"
        }
        "mvfind" => "a regular expression is searched for in each value; theirs compares whole values",
        "mvrange" => "theirs is a cast of a list of integers",
        "bin of time" => "calendars of any time zone",
        _ => "",
    }
}

/// All comparisons.
pub(crate) fn all(context: &SessionContext) -> Vec<Case> {
    let functions = Functions {
        ours: speleo_functions::eval::kernels().into_iter().map(|udf| (udf.name().to_owned(), udf)).collect(),
        theirs: context,
    };
    [text(&functions), pattern(&functions), number(&functions), value(&functions), list(&functions), time(&functions)]
        .concat_all()
}

/// The functions of both sides by their names.
struct Functions<'a> {
    ours: HashMap<String, Arc<ScalarUDF>>,
    theirs: &'a SessionContext,
}

impl Functions<'_> {
    fn ours(&self, name: &str, args: Vec<Expr>) -> Expr {
        self.ours.get(name).unwrap().call(args)
    }

    fn theirs(&self, name: &str, args: Vec<Expr>) -> Expr {
        self.theirs.udf(name).unwrap().call(args)
    }

    /// A function of the same arguments on both sides.
    fn same(&self, name: &'static str, ours: &str, theirs: &str, args: Vec<Expr>) -> Case {
        Case { name, ours: self.ours(ours, args.clone()), theirs: self.theirs(theirs, args) }
    }
}

trait ConcatAll {
    fn concat_all(self) -> Vec<Case>;
}

impl<const N: usize> ConcatAll for [Vec<Case>; N] {
    fn concat_all(self) -> Vec<Case> {
        self.into_iter().flatten().collect()
    }
}

fn text(f: &Functions) -> Vec<Case> {
    let pad = || vec![col("word"), lit(" s")];
    vec![
        f.same("len", "spl_len", "character_length", vec![col("text")]),
        f.same("len view", "spl_len", "character_length", vec![col("view")]),
        f.same("len umlaut", "spl_len", "character_length", vec![col("umlaut")]),
        f.same("lower", "spl_lower", "lower", vec![col("text")]),
        f.same("lower view", "spl_lower", "lower", vec![col("view")]),
        f.same("lower umlaut", "spl_lower", "lower", vec![col("umlaut")]),
        f.same("upper", "spl_upper", "upper", vec![col("text")]),
        f.same("ltrim", "spl_ltrim", "ltrim", vec![col("word")]),
        f.same("ltrim set", "spl_ltrim", "ltrim", pad()),
        f.same("rtrim", "spl_rtrim", "rtrim", vec![col("word")]),
        f.same("trim", "spl_trim", "btrim", vec![col("word")]),
        f.same("trim set", "spl_trim", "btrim", pad()),
        f.same("substr", "spl_substr", "substr", vec![col("text"), lit(3_i64), lit(8_i64)]),
        f.same("substr rest", "spl_substr", "substr", vec![col("text"), lit(5_i64)]),
        f.same("substr view", "spl_substr", "substr", vec![col("view"), lit(3_i64), lit(8_i64)]),
        f.same("substr umlaut", "spl_substr", "substr", vec![col("umlaut"), lit(3_i64), lit(8_i64)]),
        Case {
            name: "substr from the end",
            ours: f.ours("spl_substr", vec![col("text"), lit(-4.0)]),
            theirs: f.theirs("right", vec![col("text"), lit(4_i64)]),
        },
        Case {
            name: "concat",
            ours: f.ours("spl_concat", vec![col("text"), lit("-"), col("word")]),
            theirs: binary_expr(
                binary_expr(col("text"), Operator::StringConcat, lit("-")),
                Operator::StringConcat,
                col("word"),
            ),
        },
    ]
}

fn pattern(f: &Functions) -> Vec<Case> {
    let like = |name, pattern: &'static str| Case {
        name,
        ours: f.ours("spl_like", vec![col("text"), lit(pattern)]),
        theirs: col("text").like(lit(pattern)),
    };
    let matches = |name, pattern: &'static str| Case {
        name,
        ours: f.ours("spl_match", vec![col("text"), lit(pattern)]),
        theirs: binary_expr(col("text"), Operator::RegexMatch, lit(pattern)),
    };
    vec![
        like("like start", "/api/v2%"),
        like("like end", "%f.html"),
        like("like within", "%session%"),
        like("like mixed", "/api/_/%s/%a%.html"),
        matches("match", r"v\d/(users|img)/[0-9a-f]{3}"),
        matches("match start", "^/api/v2"),
        matches("match within", "session"),
        f.same("replace plain", "spl_replace", "replace", vec![col("text"), lit("/"), lit("::")]),
    ]
}

fn number(f: &Functions) -> Vec<Case> {
    let one = |name, ours: &str, theirs: &str| f.same(name, ours, theirs, vec![col("number")]);
    let unit = |name, ours: &str, theirs: &str| f.same(name, ours, theirs, vec![col("unit")]);
    let two = |name, ours: &str, theirs: &str| f.same(name, ours, theirs, vec![col("unit"), col("number2")]);
    let of_bits = |name, ours: &str, op, left: &str, right: Expr| Case {
        name,
        ours: f.ours(ours, vec![col(left), right.clone()]),
        theirs: binary_expr(col(left), op, right),
    };
    let flags = |name, ours, op| of_bits(name, ours, op, "flags", col("flags2"));
    let shift = |name, ours, op| of_bits(name, ours, op, "flags", lit(3_i64));
    let operator = |name, ours: &str, op| Case {
        name,
        ours: f.ours(ours, vec![col("number"), col("number2")]),
        theirs: binary_expr(col("number"), op, col("number2")),
    };
    vec![
        one("abs", "spl_abs", "abs"),
        one("ceiling", "spl_ceiling", "ceil"),
        one("floor", "spl_floor", "floor"),
        one("round", "spl_round", "round"),
        f.same("round digits", "spl_round", "round", vec![col("number"), lit(2_i64)]),
        unit("sqrt", "spl_sqrt", "sqrt"),
        unit("exp", "spl_exp", "exp"),
        unit("ln", "spl_ln", "ln"),
        unit("log", "spl_log", "log10"),
        Case {
            name: "log base",
            ours: f.ours("spl_log", vec![col("unit"), lit(3.0)]),
            theirs: f.theirs("log", vec![lit(3.0), col("unit")]),
        },
        two("pow", "spl_pow", "power"),
        unit("acos", "spl_acos", "acos"),
        Case {
            name: "acosh",
            ours: f.ours("spl_acosh", vec![col("epoch")]),
            theirs: f.theirs("acosh", vec![col("epoch")]),
        },
        unit("asin", "spl_asin", "asin"),
        unit("asinh", "spl_asinh", "asinh"),
        unit("atan", "spl_atan", "atan"),
        two("atan2", "spl_atan2", "atan2"),
        unit("atanh", "spl_atanh", "atanh"),
        unit("cos", "spl_cos", "cos"),
        unit("cosh", "spl_cosh", "cosh"),
        unit("sin", "spl_sin", "sin"),
        unit("sinh", "spl_sinh", "sinh"),
        unit("tan", "spl_tan", "tan"),
        unit("tanh", "spl_tanh", "tanh"),
        Case { name: "random", ours: f.ours("spl_random", vec![]), theirs: f.theirs("random", vec![]) },
        flags("bit_and", "spl_bit_and", Operator::BitwiseAnd),
        flags("bit_or", "spl_bit_or", Operator::BitwiseOr),
        flags("bit_xor", "spl_bit_xor", Operator::BitwiseXor),
        of_bits("bit_xor out of range", "spl_bit_xor", Operator::BitwiseXor, "whole", col("whole2")),
        shift("bit_shift_left", "spl_bit_shift_left", Operator::BitwiseShiftLeft),
        shift("bit_shift_right", "spl_bit_shift_right", Operator::BitwiseShiftRight),
        operator("/", "spl_divide", Operator::Divide),
        operator("%", "spl_modulo", Operator::Modulo),
        f.same("max", "spl_max", "greatest", vec![col("number"), col("number2")]),
        f.same("min", "spl_min", "least", vec![col("number"), col("number2")]),
        f.same("max text", "spl_max", "greatest", vec![col("text"), col("word")]),
    ]
}

fn value(f: &Functions) -> Vec<Case> {
    let as_number = |name: &str| try_cast(col(name), DataType::Float64);
    let to_text = |name, column: &str, ours: &str| Case {
        name,
        ours: f.ours(ours, vec![col(column)]),
        theirs: cast(col(column), DataType::Utf8),
    };
    let of_text = |name, ours: &str, theirs: Expr| Case { name, ours: f.ours(ours, vec![col("digits")]), theirs };
    let compare = |name, left: &str, ours: &str, op, right: &str, theirs: fn(&str) -> Expr| Case {
        name,
        ours: f.ours(ours, vec![col(left), col(right), lit("auto")]),
        theirs: binary_expr(theirs(left), op, theirs(right)),
    };
    let number: fn(&str) -> Expr = |name| try_cast(col(name), DataType::Float64);
    let text: fn(&str) -> Expr = |name| col(name);
    vec![
        of_text("tonumber", "spl_tonumber", as_number("digits")),
        of_text("a text in arithmetic", "spl_num", as_number("digits")),
        of_text("todouble", "spl_todouble", as_number("digits")),
        of_text("toint", "spl_toint", f.theirs("floor", vec![as_number("digits")])),
        of_text("isnum", "spl_isnum", as_number("digits").is_not_null()),
        to_text("tostring number", "number", "spl_tostring"),
        to_text("tostring whole", "whole", "spl_tostring"),
        to_text("a number in text", "number", "spl_text"),
        to_text("a whole number in text", "whole", "spl_text"),
        Case {
            name: "tostring hex",
            ours: f.ours("spl_tostring", vec![col("whole"), lit("hex")]),
            theirs: f.theirs("to_hex", vec![col("whole")]),
        },
        compare("= of numbers in texts", "digits", "spl_eq", Operator::Eq, "digits2", number),
        compare("< of numbers in texts", "digits", "spl_lt", Operator::Lt, "digits2", number),
        compare("= of texts", "text", "spl_eq", Operator::Eq, "text2", text),
        compare("= of texts of other lengths", "text", "spl_eq", Operator::Eq, "word", text),
        Case {
            name: "+ of numbers in texts",
            ours: f.ours("spl_add", vec![col("digits"), col("digits2")]),
            theirs: cast(binary_expr(number("digits"), Operator::Plus, number("digits2")), DataType::Utf8),
        },
    ]
}

fn list(f: &Functions) -> Vec<Case> {
    let list = || vec![col("list")];
    let at = |index: i64| vec![col("list"), lit(index)];
    vec![
        f.same("split", "spl_split", "string_to_array", vec![col("joined"), lit(",")]),
        f.same("mvjoin", "spl_mvjoin", "array_to_string", vec![col("list"), lit(";")]),
        f.same("mvcount", "spl_mvcount", "array_length", list()),
        Case { name: "mvindex", ours: f.ours("spl_mvindex", at(1)), theirs: f.theirs("array_element", at(2)) },
        Case {
            name: "mvindex range",
            ours: f.ours("spl_mvindex", vec![col("list"), lit(1_i64), lit(2_i64)]),
            theirs: f.theirs("array_slice", vec![col("list"), lit(2_i64), lit(3_i64)]),
        },
        f.same("mvdedup", "spl_mvdedup", "array_distinct", list()),
        f.same("mvsort", "spl_mvsort", "array_sort", list()),
        f.same("mvreverse", "spl_mvreverse", "array_reverse", list()),
        f.same("mvappend", "spl_mvappend", "array_concat", vec![col("list"), col("list")]),
        f.same("mvfind", "spl_mvfind", "array_position", vec![col("list"), lit("img")]),
        Case {
            name: "mvrange",
            ours: f.ours(
                "spl_mvrange",
                vec![
                    lit(1_i64),
                    binary_expr(binary_expr(col("whole"), Operator::Modulo, lit(8_i64)), Operator::Plus, lit(9_i64)),
                    lit("UTC"),
                ],
            ),
            theirs: cast(
                f.theirs(
                    "range",
                    vec![
                        lit(1_i64),
                        binary_expr(
                            binary_expr(col("whole"), Operator::Modulo, lit(8_i64)),
                            Operator::Plus,
                            lit(9_i64),
                        ),
                    ],
                ),
                DataType::List(Arc::new(datafusion::arrow::datatypes::Field::new("item", DataType::Utf8, true))),
            ),
        },
    ]
}

fn time(f: &Functions) -> Vec<Case> {
    let hour = ScalarValue::new_interval_mdn(0, 0, 3_600_000_000_000);
    let now = || lit(1_700_000_000_000_000_i64);
    vec![
        Case {
            name: "strftime",
            ours: f.ours("spl_strftime", vec![col("epoch"), lit("%Y-%m-%d %H:%M:%S"), lit("UTC")]),
            theirs: f.theirs("to_char", vec![col("time"), lit("%Y-%m-%d %H:%M:%S")]),
        },
        Case {
            name: "strptime",
            ours: f.ours("spl_strptime", vec![col("date"), lit("%Y-%m-%d %H:%M:%S"), lit("UTC"), now()]),
            theirs: f.theirs("to_timestamp_micros", vec![col("date"), lit("%Y-%m-%d %H:%M:%S")]),
        },
        Case {
            name: "relative_time",
            ours: f.ours("spl_relative_time", vec![col("epoch"), lit("@d"), lit("UTC")]),
            theirs: f.theirs("date_trunc", vec![lit("day"), col("time")]),
        },
        Case {
            name: "bin of time",
            ours: f.ours(
                "spl_bin_time",
                vec![
                    col("time"),
                    lit(1_i64),
                    lit("h"),
                    lit(ScalarValue::Utf8(None)),
                    lit("UTC"),
                    lit(ScalarValue::Int64(None)),
                ],
            ),
            theirs: f.theirs("date_bin", vec![lit(hour), col("time")]),
        },
    ]
}
