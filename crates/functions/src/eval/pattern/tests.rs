#![allow(clippy::unwrap_used)]

use datafusion::{arrow::array::AsArray, common::ScalarValue, logical_expr::ColumnarValue};

use crate::eval::kernel::testing::{check, integers, invoke, lists, literal, show, texts};

fn whole(number: i64) -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Int64(Some(number)))
}

/// The columns that `spl_rex` gives.
fn check_rex(value: ColumnarValue, pattern: &str, max_match: i64, expected: &[(&str, &[&str])]) {
    let rows = expected[0].1.len();
    let found = invoke("spl_rex", &[value, literal(pattern), whole(max_match)], rows).unwrap();
    let found = found.as_struct();
    let found: Vec<_> = found.column_names().into_iter().zip(found.columns().iter().map(show)).collect();
    let expected: Vec<_> =
        expected.iter().map(|(name, rows)| (*name, rows.iter().map(ToString::to_string).collect())).collect();
    assert_eq!(found, expected, "{pattern}");
}

#[test]
fn match_is_unanchored() {
    check("spl_match", &[texts(&["abc123", "abc", "null"]), literal(r"\d+")], &["true", "false", "null"]);
    check("spl_match", &[lists(&[&["a", "b1"], &["c"], &[]]), literal(r"\d")], &["true", "false", "null"]);
    check("spl_match", &[integers(&[404]), literal("^4")], &["true"]);
    check("spl_match", &[literal("a\"b"), literal("\"")], &["true"]);
}

#[test]
fn patterns_from_fields_may_be_malformed() {
    check("spl_match", &[literal("a("), texts(&["a", "(", "null"])], &["true", "null", "null"]);
    assert!(invoke("spl_match", &[texts(&["a"]), literal("(")], 1).is_err());
}

#[test]
fn replace_knows_groups() {
    let replace = |text, pattern, replacement, expected| {
        check("spl_replace", &[texts(&[text]), literal(pattern), literal(replacement)], &[expected]);
    };
    replace("1/14/2023", r"^(\d{1,2})/(\d{1,2})/", r"\2/\1/", "14/1/2023");
    replace("54.1.2.3:443:X1", ":.*", "", "54.1.2.3");
    replace("ab", "b", r"[\0]", "a[b]");
    replace("ab", "(x)?b", r"[\1]", "a[]");
    replace("ab", "b", "$1&", "a$1&");
    replace("ab", "b", r"\\\/\n", r"a\/\n");
    replace("null", "b", "", "null");
    check("spl_replace", &[literal("aXb"), literal("X"), texts(&["-", "null"])], &["a-b", "null"]);
    check("spl_replace", &[lists(&[&["a", "b"], &["ab"]]), literal("a"), literal("x")], &["null", "xb"]);
}

#[test]
fn mvfind_counts_from_zero() {
    check("spl_mvfind", &[lists(&[&["a", "err1", "err2"], &["a"], &[]]), literal(r"err\d+")], &["1", "null", "null"]);
    check("spl_mvfind", &[texts(&["err1", "null"]), literal("err")], &["0", "null"]);
}

#[test]
fn rex_gives_a_column_per_group() {
    let value = texts(&["k=1 v=a", "v=b", "null", "k= v=c"]);
    check_rex(
        value,
        r"(?:k=(?<k>\d*) )?v=(?<v>\w)",
        1,
        &[("k", &["1", "null", "null", ""]), ("v", &["a", "b", "null", "c"])],
    );
}

#[test]
fn rex_gives_lists_of_several_matches() {
    check_rex(texts(&["k=1 k=2", "k=3", "x"]), r"k=(?<k>\d+)", 0, &[("k", &["[1, 2]", "[3]", "null"])]);
    check_rex(texts(&["k=1 k=2 k=3"]), r"k=(?<k>\d+)", 2, &[("k", &["[1, 2]"])]);
    check_rex(lists(&[&["k=1 k=9", "k=2"], &["x"]]), r"k=(?<k>\d+)", 1, &[("k", &["[1, 2]", "null"])]);
}

#[test]
fn rex_tells_places() {
    let offset = |value, pattern, max_match, expected: &[&str]| {
        check("spl_rex_offset", &[value, literal(pattern), whole(max_match)], expected);
    };
    offset(texts(&["abcdefgh", "x"]), "(?<mid>cde)", 1, &["mid=2-4", "null"]);
    offset(texts(&["a1b2"]), r"(?<n>\d)", 0, &["n=1-1&n=3-3"]);
    offset(texts(&["éa1"]), r"(?<l>a)(?<n>\d)", 1, &["l=1-1&n=2-2"]);
}

#[test]
fn sed_edits_each_value() {
    check("spl_rex_sed", &[texts(&["1234-5678", "null"]), literal(r"s/\d{4}-/XXXX-/g")], &["XXXX-5678", "null"]);
    check("spl_rex_sed", &[lists(&[&["ab", "b"]]), literal("s/b/c/")], &["[ac, c]"]);
    check("spl_rex_sed", &[integers(&[1234]), literal("s/2/x/")], &["1x34"]);
    assert!(invoke("spl_rex_sed", &[texts(&["a"]), literal("s/a")], 1).is_err());
}

#[test]
fn what_lowering_asks() {
    assert_eq!(super::group_names("(?<a>x)(?<b>y)").unwrap(), ["a", "b"]);
    assert!(super::check("(").is_err());
    assert!(super::check_sed("s/a/b/").is_ok());
}
