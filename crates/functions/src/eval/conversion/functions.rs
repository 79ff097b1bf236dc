//! The table of the family.

use crate::{EvalSpec, Kernel, Kind, Returns};

const ROW: EvalSpec = EvalSpec { ..EvalSpec::NEW };

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["ipmask"],
        min_args: 2,
        max_args: Some(2),
        kernel: Kernel::Call("spl_ipmask"),
        usage: "ipmask(mask, ip)",
        summary: "The IPv4 address with only the bits of the mask; null where one of them is none.",
        examples: &[
            ("ipmask(\"255.255.255.0\", \"10.20.30.120\")", "10.20.30.0"),
            ("ipmask(\"0.255.0.224\", \"10.20.30.120\")", "0.20.0.96"),
        ],
        ..ROW
    },
    EvalSpec {
        names: &["toarray"],
        kernel: Kernel::Call("spl_toarray"),
        usage: "toarray(x)",
        summary: "A JSON array as it is, several values as a JSON array, null for one other value.",
        several: "Several values become the elements.",
        examples: &[("toarray(\"[1,2]\")", "[1,2]"), ("toarray(split(\"1, 2, 3\", \",\"))", "[1,2,3]")],
        ..ROW
    },
    EvalSpec {
        names: &["tobool"],
        returns: Returns::Always(Kind::Bool),
        kernel: Kernel::Call("spl_tobool"),
        usage: "tobool(x)",
        summary: "True or false for these words and for numbers, of which 0 is false; null for all else.",
        examples: &[("if(tobool(\"True\"), 1, 0)", "1"), ("if(tobool(0), 1, 0)", "0")],
        ..ROW
    },
    EvalSpec {
        names: &["todouble"],
        max_args: Some(2),
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_todouble"),
        usage: "todouble(x, base)",
        summary: "The number that a text reads as, in base 10 by default; null if none.",
        examples: &[("todouble(\"1.50\")", "1.5")],
        ..ROW
    },
    EvalSpec {
        names: &["toint"],
        max_args: Some(2),
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_toint"),
        usage: "toint(x, base)",
        summary: "The number that a text reads as, rounded down; null if none.",
        examples: &[("toint(3.14)", "3"), ("toint(\"24\")", "24"), ("toint(-1.5)", "-2")],
        ..ROW
    },
    EvalSpec {
        names: &["tomv"],
        returns: Returns::Always(Kind::List),
        kernel: Kernel::Call("spl_tomv"),
        usage: "tomv(x)",
        summary: "The elements of a JSON array as values, texts in quotes; several values as they are.",
        several: "Several values stay as they are.",
        examples: &[("tomv(\"[1, \\\"a\\\"]\")", "[1, \"a\"]"), ("tomv(\"x\")", "null")],
        ..ROW
    },
    EvalSpec {
        names: &["tonumber"],
        max_args: Some(2),
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_tonumber"),
        usage: "tonumber(x, base)",
        summary: "The number that a text reads as in a base from 2 to 36, 10 by default; null if none.",
        examples: &[("tonumber(\"0A4\", 16)", "164"), ("tonumber(\"0101\", 2)", "5"), ("tonumber(\"12.5\")", "12.5")],
        ..ROW
    },
    EvalSpec {
        names: &["toobject"],
        kernel: Kernel::Call("spl_toobject"),
        usage: "toobject(x)",
        summary: "A JSON object without needless blanks; null for all else.",
        examples: &[("toobject(\"{\\\"a\\\": 1}\")", "{\"a\":1}"), ("toobject(\"[1]\")", "null")],
        ..ROW
    },
    EvalSpec {
        names: &["tostring"],
        max_args: Some(2),
        args: &[Kind::Any, Kind::Text],
        kernel: Kernel::Call("spl_tostring"),
        usage: "tostring(x, \"format\")",
        summary: "The value as text, `Null` for none; with a format a number in hex, in binary, with commas or as a \
                  duration in seconds.",
        nulls: "No value gives the text `Null`; with a format, null.",
        examples: &[
            ("tostring(1==1)", "True"),
            ("tostring(15, \"hex\")", "0xF"),
            ("tostring(9, \"binary\")", "1001"),
            ("tostring(12345.6789, \"commas\")", "12,345.68"),
            ("tostring(615, \"duration\")", "00:10:15"),
            ("tostring(93784, \"duration\")", "1+02:03:04"),
        ],
        ..ROW
    },
];
