//! The table of the family.

use crate::{Ambient, EvalSpec, Kernel, Kind, Returns};

const LIST: EvalSpec = EvalSpec {
    names: &[],
    min_args: 1,
    max_args: Some(1),
    args: &[Kind::Any],
    returns: Returns::Always(Kind::List),
    ambient: &[],
    kernel: Kernel::Form,
    usage: "",
    summary: "",
    examples: &[],
};

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["commands"],
        args: &[Kind::Text],
        usage: "commands(\"search\")",
        summary: "The names of the commands of a search, in order; the search is a literal.",
        ..LIST
    },
    EvalSpec {
        names: &["mvappend"],
        max_args: None,
        kernel: Kernel::Call("spl_mvappend"),
        usage: "mvappend(x, …)",
        summary: "All values of the arguments in order, nulls left out; null if there is none.",
        examples: &[("mvappend(\"a\", \"b\")", "[a, b]"), ("mvappend(mvappend(\"x\", null()), \"z\")", "[x, z]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvcount"],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_mvcount"),
        usage: "mvcount(x)",
        summary: "The number of values; null, not 0, if there is none.",
        examples: &[("mvcount(split(\"a,b,c\", \",\"))", "3"), ("mvcount(\"x\")", "1"), ("mvcount(null())", "null")],
        ..LIST
    },
    EvalSpec {
        names: &["mvdedup"],
        kernel: Kernel::Call("spl_mvdedup"),
        usage: "mvdedup(x)",
        summary: "The values without those that came before; case counts.",
        examples: &[("mvdedup(split(\"a,b,a\", \",\"))", "[a, b]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvfilter"],
        args: &[Kind::Bool],
        usage: "mvfilter(condition)",
        summary: "The values of the one field in the condition for which it is true; null if there is none.",
        examples: &[("mvcount(mvfilter(_time > 0))", "1"), ("mvfilter(_time < 0)", "null")],
        ..LIST
    },
    EvalSpec {
        names: &["mvindex"],
        min_args: 2,
        max_args: Some(3),
        args: &[Kind::Any, Kind::Number],
        returns: Returns::Arguments,
        kernel: Kernel::Call("spl_mvindex"),
        usage: "mvindex(x, start, end)",
        summary: "The value at an index, or those from an index to another; the first is 0, the last -1. Null where the \
                  start is out of range; an end past the last value is the last.",
        examples: &[
            ("mvindex(split(\"a,b,c,d\", \",\"), 0)", "a"),
            ("mvindex(split(\"a,b,c,d\", \",\"), -1)", "d"),
            ("mvindex(split(\"a,b,c,d\", \",\"), 1, 2)", "[b, c]"),
            ("mvindex(split(\"a,b,c,d\", \",\"), 9)", "null"),
        ],
        ..LIST
    },
    EvalSpec {
        names: &["mvjoin"],
        min_args: 2,
        max_args: Some(2),
        returns: Returns::Always(Kind::Text),
        kernel: Kernel::Call("spl_mvjoin"),
        usage: "mvjoin(x, delimiter)",
        summary: "All values as one text, with the delimiter between them.",
        examples: &[("mvjoin(mvrange(1, 6), \" OR \")", "1 OR 2 OR 3 OR 4 OR 5"), ("mvjoin(\"a\", \";\")", "a")],
        ..LIST
    },
    EvalSpec {
        names: &["mvmap"],
        min_args: 2,
        max_args: Some(3),
        usage: "mvmap(x, expression)",
        summary: "The result of the expression for each value of the field, nulls left out; null if there is none.",
        examples: &[("mvjoin(mvmap(_time, _time - _time), \",\")", "0")],
        ..LIST
    },
    EvalSpec {
        names: &["mvrange"],
        min_args: 2,
        max_args: Some(3),
        args: &[Kind::Number, Kind::Number, Kind::Any],
        ambient: &[Ambient::Timezone],
        kernel: Kernel::Call("spl_mvrange"),
        usage: "mvrange(start, end, step)",
        summary: "The numbers from start to before end in steps of 1, of a number, or of a span of time such as \"7d\".",
        examples: &[
            ("mvrange(1, 6)", "[1, 2, 3, 4, 5]"),
            ("mvrange(1, 11, 2)", "[1, 3, 5, 7, 9]"),
            ("mvrange(5, 5)", "null"),
        ],
        ..LIST
    },
    EvalSpec {
        names: &["mvreverse"],
        kernel: Kernel::Call("spl_mvreverse"),
        usage: "mvreverse(x)",
        summary: "The values, last to first.",
        examples: &[("mvreverse(split(\"a,b,c\", \",\"))", "[c, b, a]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvsort"],
        kernel: Kernel::Call("spl_mvsort"),
        usage: "mvsort(x)",
        summary: "The values by their bytes, as texts even where they are numbers.",
        examples: &[("mvsort(split(\"10,9,70,100\", \",\"))", "[10, 100, 70, 9]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvzip"],
        min_args: 2,
        max_args: Some(3),
        kernel: Kernel::Call("spl_mvzip"),
        usage: "mvzip(x, y, delimiter)",
        summary: "The first values joined, then the second ones, up to the end of the shorter field; by a comma unless a \
                  delimiter is given.",
        examples: &[("mvzip(split(\"1,2\", \",\"), split(\"a,b\", \",\"), \"|\")", "[1|a, 2|b]")],
        ..LIST
    },
    EvalSpec {
        names: &["split"],
        min_args: 2,
        max_args: Some(2),
        kernel: Kernel::Call("spl_split"),
        usage: "split(text, delimiter)",
        summary: "The parts between the delimiters, a plain text; each character where the delimiter is empty.",
        examples: &[
            ("split(\"a;b;c\", \";\")", "[a, b, c]"),
            ("split(\"abcd\", \"\")", "[a, b, c, d]"),
            ("mvcount(split(\"abc\", \",\"))", "1"),
        ],
        ..LIST
    },
];
