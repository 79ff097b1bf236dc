//! Comparison and choice: `eval grade=case(score>=90, "A", score>=80, "B", true(), "C")`.
//!
//! All of them are forms: lowering turns them into CASE, COALESCE and comparisons, so that only the branch that is taken
//! counts. There are no kernels here; that of `like` is with the operators.

use crate::{EvalSpec, Kind, Returns};

const FORM: EvalSpec = EvalSpec { min_args: 2, max_args: None, returns: Returns::Arguments, ..EvalSpec::NEW };

/// The functions of this family.
pub const FUNCTIONS: &[EvalSpec] = &[
    EvalSpec {
        names: &["case"],
        usage: "case(condition, value, …)",
        summary: "The value after the first condition that is true; null if none is.",
        nulls: "A condition that is null is not true.",
        several: "A condition holds if it does for one of several values; a result keeps all of its values.",
        examples: &[
            ("case(1==2, \"a\", 1==1, \"b\")", "b"),
            ("case(1==2, \"a\")", "null"),
            ("case(null()=1, \"a\", true(), \"z\")", "z"),
        ],
        ..FORM
    },
    EvalSpec {
        names: &["coalesce"],
        min_args: 1,
        usage: "coalesce(x, …)",
        summary: "The first argument that has a value, an empty text being one; all its values.",
        nulls: "Null only where all arguments are.",
        several: "Several values stay together.",
        examples: &[
            ("coalesce(null(), \"x\")", "x"),
            ("coalesce(\"\", \"x\")", ""),
            ("coalesce(null(), null())", "null"),
        ],
        ..FORM
    },
    EvalSpec {
        names: &["false"],
        min_args: 0,
        max_args: Some(0),
        args: &[],
        returns: Returns::Always(Kind::Bool),
        usage: "false()",
        summary: "The truth value false.",
        examples: &[("if(false(), 1, 2)", "2"), ("tostring(false())", "False")],
        ..FORM
    },
    EvalSpec {
        names: &["if"],
        min_args: 3,
        max_args: Some(3),
        args: &[Kind::Bool, Kind::Any],
        usage: "if(condition, x, y)",
        summary: "x where the condition is true, else y.",
        nulls: "A condition that is null is not true.",
        several: "A condition holds if it does for one of several values; a result keeps all of its values.",
        examples: &[
            ("if(1<2, \"y\", \"n\")", "y"),
            ("if(null()=1, \"y\", \"n\")", "n"),
            ("if(1==1, null(), 1)", "null"),
        ],
        ..FORM
    },
    EvalSpec {
        names: &["in"],
        returns: Returns::Always(Kind::Bool),
        usage: "in(x, item, …)",
        summary: "Whether x equals an item; wildcards are none, and case counts.",
        nulls: "Null where x is; an item that is null equals nothing.",
        several: "True if one of several values equals an item.",
        examples: &[
            ("if(in(\"a\", \"a\", \"b\"), 1, 0)", "1"),
            ("if(\"c\" IN (\"a\", \"b\"), 1, 0)", "0"),
            ("if(in(\"abc\", \"a*\"), 1, 0)", "0"),
        ],
        ..FORM
    },
    EvalSpec {
        names: &["like"],
        max_args: Some(2),
        returns: Returns::Always(Kind::Bool),
        usage: "like(text, pattern)",
        summary: "Whether the whole text fits the pattern: % is any run of characters, _ one; \
                  case counts.",
        several: "True if one of several values fits.",
        examples: &[
            ("if(like(\"foobar\", \"foo%\"), 1, 0)", "1"),
            ("if(like(\"foo\", \"f_o\"), 1, 0)", "1"),
            ("if(like(\"Foo\", \"f%\"), 1, 0)", "0"),
        ],
        ..FORM
    },
    EvalSpec {
        names: &["lookup"],
        min_args: 3,
        max_args: Some(3),
        returns: Returns::Always(Kind::Text),
        usage: "lookup(\"table\", json_object(\"in\", x, …), json_array(\"out\", …))",
        summary: "The fields of the matching row of a lookup as a JSON object, as arrays where several rows match.",
        nulls: "Null where no row matches.",
        examples: &[(
            r#"lookup("wsa_blocked_domain.csv", json_object("top_tld", "top"), json_array("reason"))"#,
            r#"{"reason":"spam"}"#,
        )],
        ..FORM
    },
    EvalSpec {
        names: &["null"],
        min_args: 0,
        max_args: Some(0),
        args: &[],
        usage: "null()",
        summary: "No value; a field that gets it is gone from the row.",
        examples: &[("if(isnull(null()), 1, 0)", "1")],
        ..FORM
    },
    EvalSpec {
        names: &["nullif"],
        max_args: Some(2),
        usage: "nullif(x, y)",
        summary: "Null where x equals y, else x.",
        nulls: "Null where x is; a y that is null equals nothing.",
        several: "Equal if one value of each is; x keeps all of its values.",
        examples: &[("nullif(\"a\", \"a\")", "null"), ("nullif(\"a\", \"b\")", "a"), ("nullif(\"a\", null())", "a")],
        ..FORM
    },
    EvalSpec {
        names: &["searchmatch"],
        min_args: 1,
        max_args: Some(1),
        args: &[Kind::Text],
        returns: Returns::Always(Kind::Bool),
        usage: "searchmatch(\"search\")",
        summary: "Whether the event fits the conditions, written as for `search`; a literal.",
        nulls: "A comparison of a missing field does not hold.",
        several: "A comparison holds if it does for one of several values.",
        examples: &[("if(searchmatch(\"host=web*\"), 1, 0)", "0")],
        ..FORM
    },
    EvalSpec {
        names: &["true"],
        min_args: 0,
        max_args: Some(0),
        args: &[],
        returns: Returns::Always(Kind::Bool),
        usage: "true()",
        summary: "The truth value true.",
        examples: &[("if(true(), 1, 2)", "1"), ("tostring(true())", "True")],
        ..FORM
    },
    EvalSpec {
        names: &["validate"],
        usage: "validate(condition, value, …)",
        summary: "The value after the first condition that is not true; null if all are.",
        nulls: "A condition that is null counts as one that fails.",
        several: "A condition holds if it does for one of several values.",
        examples: &[("validate(1==1, \"a\", 1==2, \"b\")", "b"), ("validate(1==1, \"a\")", "null")],
        ..FORM
    },
];
