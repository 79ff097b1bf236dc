//! The table of the family.

use crate::{Ambient, EvalSpec, Kernel, Kind, Returns};

const LIST: EvalSpec = EvalSpec { returns: Returns::Always(Kind::List), ..EvalSpec::NEW };

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["commands"],
        args: &[Kind::Text],
        usage: "commands(\"search\")",
        summary: "The names of the commands of a search, in order; the search is a literal.",
        examples: &[("commands(\"search foo | stats count | sort count\")", "[search, stats, sort]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvappend"],
        max_args: None,
        kernel: Kernel::Call("spl_mvappend"),
        usage: "mvappend(x, …)",
        summary: "All values of the arguments in order.",
        nulls: "What is missing is left out; null where nothing is left.",
        several: "All values of each argument.",
        examples: &[("mvappend(\"a\", \"b\")", "[a, b]"), ("mvappend(mvappend(\"x\", null()), \"z\")", "[x, z]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvcount"],
        returns: Returns::Always(Kind::Number),
        kernel: Kernel::Call("spl_mvcount"),
        usage: "mvcount(x)",
        summary: "The number of values.",
        nulls: "Null, not 0.",
        several: "Each value counts.",
        examples: &[("mvcount(split(\"a,b,c\", \",\"))", "3"), ("mvcount(\"x\")", "1"), ("mvcount(null())", "null")],
        ..LIST
    },
    EvalSpec {
        names: &["mvdedup"],
        kernel: Kernel::Call("spl_mvdedup"),
        usage: "mvdedup(x)",
        summary: "The values without those that came before; case counts.",
        several: "One value is a list of one.",
        examples: &[("mvdedup(split(\"a,b,a\", \",\"))", "[a, b]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvfilter"],
        args: &[Kind::Bool],
        usage: "mvfilter(condition)",
        summary: "The values of the one field in the condition for which it is true.",
        nulls: "Values for which the condition is null are left out.",
        several: "One value is a list of one.",
        examples: &[
            (r#"mvfilter(match(sites, "\.(net|org)$"))"#, "[a.net, c.org]"),
            (r#"mvfilter(sites="zzz")"#, "null"),
            ("mvfilter(ports > 79)", "[80, 443]"),
        ],
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
        several: "One value is a list of one.",
        differs: &["An end past the last value is the last; Splunk's manual calls it out of range."],
        examples: &[
            ("mvindex(split(\"a,b,c,d\", \",\"), 0)", "a"),
            ("mvindex(split(\"a,b,c,d\", \",\"), -1)", "d"),
            ("mvindex(split(\"a,b,c,d\", \",\"), 1, 2)", "[b, c]"),
            ("mvindex(split(\"a,b,c,d\", \",\"), -3, -1)", "[b, c, d]"),
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
        several: "One value stays as it is.",
        examples: &[("mvjoin(mvrange(1, 6), \" OR \")", "1 OR 2 OR 3 OR 4 OR 5"), ("mvjoin(\"a\", \";\")", "a")],
        ..LIST
    },
    EvalSpec {
        names: &["mvmap"],
        min_args: 2,
        max_args: Some(2),
        usage: "mvmap(x, expression)",
        summary: "The results of an expression for each value of a field, or of one that comes from a field: `mvindex(f, 0, 2)`.",
        nulls: "Results that are null are left out.",
        several: "One value is a list of one; other fields of the expression keep their value.",
        examples: &[
            ("mvmap(ports, ports * 10)", "[220, 800, 4430]"),
            ("mvmap(mvindex(ports, 1, 2), ports + 1)", "[81, 444]"),
            ("mvmap(ports, if(ports > 100, ports, null()))", "[443]"),
        ],
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
        nulls: "Null where an argument is, and for a step that is not above 0.",
        differs: &["More than a million values in a row are an error."],
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
        several: "One value is a list of one.",
        examples: &[("mvreverse(split(\"a,b,c\", \",\"))", "[c, b, a]")],
        ..LIST
    },
    EvalSpec {
        names: &["mvsort"],
        kernel: Kernel::Call("spl_mvsort"),
        usage: "mvsort(x)",
        summary: "The values by their bytes, as texts even where they are numbers.",
        several: "One value is a list of one.",
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
        several: "One value is a list of one.",
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
        several: "Each of several values is split.",
        examples: &[
            ("split(\"a;b;c\", \";\")", "[a, b, c]"),
            ("split(\"abcd\", \"\")", "[a, b, c, d]"),
            ("mvcount(split(\"abc\", \",\"))", "1"),
        ],
        ..LIST
    },
];
