use crate::eval::kernel::testing::{check, integers, lists, literal, nulls, numbers, texts};
use datafusion::{arrow::array::AsArray, common::ScalarValue, logical_expr::ColumnarValue};
use std::sync::Arc;

fn list_literal(values: &[&str]) -> ColumnarValue {
    let ColumnarValue::Array(array) = lists(&[values]) else { return literal("") };
    ColumnarValue::Scalar(ScalarValue::List(Arc::new(array.as_list::<i32>().clone())))
}

#[test]
fn equals_takes_the_whole_value() {
    check(
        "spl_search_equals",
        &[texts(&["Web01", "db", "", "null"]), literal("web*")],
        &["true", "false", "false", "null"],
    );
    check("spl_search_equals", &[texts(&["x", ""]), literal("*")], &["true", "true"]);
    check("spl_search_equals", &[integers(&[404, 4040]), literal("404")], &["true", "false"]);
    check("spl_search_equals", &[numbers(&[1.0, 1.5]), literal("1")], &["true", "false"]);
    check("spl_search_equals", &[texts(&["1.0"]), literal("1")], &["false"]);
    check(
        "spl_search_equals",
        &[texts(&["10.1.1.1", "11.1.1.1", "10.0.0.0/8"]), literal("10.0.0.0/8")],
        &["true", "false", "true"],
    );
    check("spl_search_equals", &[lists(&[&["x", "y"], &["z"], &[]]), literal("y")], &["true", "false", "null"]);
    check("spl_search_equals", &[nulls(1), literal("y")], &["null"]);
    check("spl_search_case", &[texts(&["Bob", "bob"]), literal("B*")], &["true", "false"]);
}

#[test]
fn differs_needs_a_value() {
    check("spl_search_differs", &[texts(&["x", "y", "", "null"]), literal("x")], &["false", "true", "true", "null"]);
    check("spl_search_differs", &[lists(&[&["x", "y"], &["x", "x"]]), literal("x")], &["true", "false"]);
}

#[test]
fn order_is_of_numbers_where_both_are() {
    let values = || texts(&["10", "9", "abc", "null"]);
    check("spl_search_compare", &[values(), literal(">"), literal("9.5")], &["true", "false", "true", "null"]);
    check("spl_search_compare", &[values(), literal("<="), literal("9")], &["false", "true", "false", "null"]);
    check("spl_search_compare", &[values(), literal("<"), literal("ab")], &["true", "true", "false", "null"]);
    check("spl_search_compare", &[lists(&[&["1", "20"]]), literal(">="), literal("20")], &["true"]);
    check("spl_search_compare", &[texts(&["NaN"]), literal(">="), literal("20")], &["false"]);
}

#[test]
fn in_takes_any_of_a_list() {
    let patterns = || list_literal(&["a", "B*", "10.0.0.0/8"]);
    let values = texts(&["A", "bcd", "10.2.3.4", "ab", "null"]);
    check("spl_search_in", &[values, patterns()], &["true", "true", "true", "false", "null"]);
    check("spl_search_in", &[lists(&[&["x", "a"], &["x"]]), patterns()], &["true", "false"]);
    // Lists that look alike when joined are kept apart.
    check("spl_search_in", &[texts(&["a"]), list_literal(&["a1:b"])], &["false"]);
    check("spl_search_in", &[texts(&["a"]), list_literal(&["a", "b"])], &["true"]);
}

#[test]
fn terms_look_at_the_event() {
    let raws = || texts(&["login failed for Bob", "ok", "null"]);
    check("spl_search_term", &[raws(), literal("FAILED"), literal("term")], &["true", "false", "null"]);
    check("spl_search_term", &[raws(), literal("failed for"), literal("phrase")], &["true", "false", "null"]);
    check("spl_search_term", &[raws(), literal("bob"), literal("CASE")], &["false", "false", "null"]);
    check("spl_search_term", &[raws(), literal("bob"), literal("TERM")], &["true", "false", "null"]);
    check("spl_search_term", &[raws(), literal("*"), literal("term")], &["true", "true", "true"]);
}

#[test]
fn patterns_can_come_from_a_column() {
    let flag = |value| ColumnarValue::Scalar(ScalarValue::Boolean(Some(value)));
    let values = || texts(&["Abc", "abc", "abc", "null"]);
    let patterns = || texts(&["a*", "b*", "null", "a"]);
    check("spl_wildcard", &[values(), patterns(), flag(true)], &["true", "false", "null", "null"]);
    check("spl_wildcard", &[values(), patterns(), flag(false)], &["false", "false", "null", "null"]);
}

#[test]
fn cidrmatch_is_false_for_what_is_malformed() {
    let addresses = texts(&["10.1.2.3", "11.1.2.3", "x", "null"]);
    check("spl_cidrmatch", &[literal("10.0.0.0/8"), addresses], &["true", "false", "false", "null"]);
    check("spl_cidrmatch", &[texts(&["10.0.0.0/x", "null"]), literal("10.1.1.1")], &["false", "null"]);
}
