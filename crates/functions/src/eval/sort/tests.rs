#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use datafusion::{
    arrow::array::{Array, ArrayRef, AsArray, Int64Array},
    logical_expr::ColumnarValue,
};

use crate::eval::kernel::testing::{integers, invoke, lists, literal, numbers, texts, times};

/// The places of the rows in the order of their keys; rows without a key are left out.
fn order(keys: &ArrayRef) -> Vec<usize> {
    let keys = keys.as_binary::<i32>();
    let mut places: Vec<usize> = (0..keys.len()).filter(|&place| keys.is_valid(place)).collect();
    places.sort_by_key(|&place| keys.value(place));
    places
}

fn check(mode: &str, values: &[&str], expected: &[&str]) {
    let keys = invoke("spl_sort_key", &[texts(values), literal(mode)], values.len()).unwrap();
    let sorted: Vec<&str> = order(&keys).into_iter().map(|place| values[place]).collect();
    assert_eq!(sorted, expected, "{mode}");
}

#[test]
fn numbers_then_addresses_then_texts() {
    let values = ["b", "10", "9", "-1", "10.0.0.2", "9.9.9.9", "::1", "B", "-1.5", "1e3", "", "null"];
    let sorted = ["-1.5", "-1", "9", "10", "1e3", "9.9.9.9", "10.0.0.2", "::1", "", "B", "b"];
    check("auto", &values, &sorted);
    check(
        "num",
        &["b", "10", "9", "null", "-Infinity", "NaN", "Infinity"],
        &["-Infinity", "9", "10", "Infinity", "NaN"],
    );
    check("str", &["b", "10", "9"], &["10", "9", "b"]);
    check("ip", &["x", "10.0.0.2", "9.9.9.9"], &["9.9.9.9", "10.0.0.2", "x"]);
}

#[test]
fn columns_of_numbers_order_like_their_texts() {
    let keys = |column: ColumnarValue| invoke("spl_sort_key", &[column, literal("auto")], 3).unwrap();
    let text = keys(texts(&["2", "-3", "1"]));
    assert_eq!(&keys(integers(&[2, -3, 1])), &text);
    assert_eq!(&keys(numbers(&[2.0, -3.0, 1.0])), &text);
    assert_eq!(&keys(times(&[2_000_000, -3_000_000, 1_000_000])), &text);
    assert_eq!(&keys(lists(&[&["2", "9"], &["-3"], &["1"]])), &text);
    let zeros = keys(texts(&["0", "-0", "-0.0"]));
    assert_eq!(zeros.as_binary::<i32>().value(0), zeros.as_binary::<i32>().value(1));
}

#[test]
fn order_keys_fold_columns() {
    let args = [texts(&["a", "b", "a", "null"]), literal("desc"), integers(&[1, 2, 3, 4]), literal("asc")];
    assert_eq!(order(&invoke("spl_order_key", &args, 4).unwrap()), [1, 0, 2, 3]);
    let args = [texts(&["a", "null", "b"]), literal("desc_first")];
    assert_eq!(order(&invoke("spl_order_key", &args, 3).unwrap()), [1, 2, 0]);
    let args = [literal("x"), literal("asc"), integers(&[2, 1]), literal("asc_first")];
    assert_eq!(order(&invoke("spl_order_key", &args, 2).unwrap()), [1, 0]);
    assert!(invoke("spl_order_key", &[texts(&["a"]), literal("up")], 1).is_err());
}

/// A value that is missing sends all rows the way of any columns: the keys of the others have to be the same bytes.
#[test]
fn order_keys_of_numbers_are_those_of_any_columns() {
    let numbers = [0, 1, -1, i64::MAX, i64::MIN, 1_767_268_800_000_000];
    let column = |values: Vec<Option<i64>>| -> ArrayRef { Arc::new(Int64Array::from(values)) };
    for directions in [["asc", "asc"], ["desc", "asc"], ["asc", "desc_first"], ["desc", "desc"]] {
        let keys = |first: ArrayRef, second: ArrayRef| {
            let rows = first.len();
            let args = [
                ColumnarValue::Array(first),
                literal(directions[0]),
                ColumnarValue::Array(second),
                literal(directions[1]),
            ];
            invoke("spl_order_key", &args, rows).unwrap()
        };
        let all = |missing: bool| numbers.iter().map(|number| Some(*number)).chain(missing.then_some(None));
        let turned = |missing: bool| numbers.iter().rev().map(|number| Some(*number)).chain(missing.then_some(None));
        let own = keys(column(all(false).collect()), column(turned(false).collect()));
        let any = keys(column(all(true).collect()), column(turned(true).collect()));
        assert_eq!(&own, &any.slice(0, numbers.len()), "{directions:?}");
    }
}
