#![allow(clippy::unwrap_used)]

use datafusion::{common::ScalarValue, logical_expr::ColumnarValue};

use crate::eval::kernel::testing::{
    check, integers, invoke, lists, literal, literal_number, nulls, numbers, show, texts, times,
};

/// 2022-02-17 10:00:37 UTC.
const NOW: i64 = 1_645_092_037_000_000;

fn whole(number: Option<i64>) -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Int64(number))
}

fn none() -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Utf8(None))
}

#[test]
fn strftime_takes_whatever_is_a_number() {
    let args = |times, format| [times, literal(format), literal("UTC")];
    check(
        "spl_strftime",
        &args(integers(&[0, 1_534_159_353]), "%F %T"),
        &["1970-01-01 00:00:00", "2018-08-13 11:22:33"],
    );
    check("spl_strftime", &args(texts(&["1521467703.049", "x", "null"]), "%T.%Q"), &["13:55:03.049", "null", "null"]);
    check("spl_strftime", &args(times(&[1_534_159_353_500_000]), "%s %3N"), &["1534159353 500"]);
    check(
        "spl_strftime",
        &args(numbers(&[1e300, -1e300, f64::INFINITY, 1e13]), "%Y"),
        &["null", "null", "null", "null"],
    );
    check("spl_strftime", &args(nulls(1), "%Y"), &["null"]);
    check("spl_strftime", &[literal_number(0.0), texts(&["%Y", "null", "x"]), literal("UTC")], &["1970", "null", "x"]);
    check("spl_strftime", &[literal_number(0.0), literal("%H %Z"), literal("Europe/Berlin")], &["01 CET"]);
    assert!(invoke("spl_strftime", &[literal_number(0.0), literal("%H"), literal("Mars/Base")], 1).is_err());
}

#[test]
fn strptime_gives_epoch_seconds() {
    let args = |text, format, zone| [text, literal(format), literal(zone), whole(Some(NOW))];
    check("spl_strptime", &args(texts(&["2018-08-13", "bogus", "null"]), "%F", "UTC"), &["1534118400", "null", "null"]);
    check("spl_strptime", &args(texts(&["2018-08-13"]), "%F", "America/New_York"), &["1534132800"]);
    check("spl_strptime", &args(integers(&[1_534_143_600]), "%s", "UTC"), &["1534143600"]);
    check("spl_strptime", &args(texts(&["00:00"]), "%H:%M", "UTC"), &["1645056000"]);
    let formats = texts(&["%F", "%Y", "null"]);
    check(
        "spl_strptime",
        &[literal("2018-08-13"), formats, literal("UTC"), whole(Some(NOW))],
        &["1534118400", "null", "null"],
    );
}

#[test]
fn relative_time_moves_a_time() {
    let args = |times, modifier| [times, literal(modifier), literal("UTC")];
    check("spl_relative_time", &args(integers(&[1_645_092_037]), "@d"), &["1645056000"]);
    check("spl_relative_time", &args(texts(&["1645092037", "x", "null"]), "-1h@h"), &["1645088400", "null", "null"]);
    check("spl_relative_time", &args(numbers(&[1e300]), "-1h@h"), &["null"]);
    let modifiers = texts(&["-7d", "bad", "null"]);
    check(
        "spl_relative_time",
        &[literal_number(1_645_092_037.0), modifiers, literal("UTC")],
        &["1644487237", "null", "null"],
    );
    assert!(invoke("spl_relative_time", &args(integers(&[0]), "bad"), 1).is_err());
}

#[test]
fn time_is_the_wall_clock() {
    let found = invoke("spl_time", &[], 2).unwrap();
    assert!(show(&found).iter().all(|time| time.parse::<f64>().unwrap() > 1.7e9));
}

#[test]
fn bin_time_gives_the_start_of_the_bucket() {
    let bin = |times, count, unit, snap, zone, align, expected: &[&str]| {
        check("spl_bin_time", &[times, whole(Some(count)), literal(unit), snap, literal(zone), whole(align)], expected);
    };
    let micros = || times(&[NOW, NOW + 300_000_000, NOW, 0]);
    bin(micros(), 5, "m", none(), "UTC", None, &["1645092000", "1645092300", "1645092000", "0"]);
    bin(micros(), 1, "d", none(), "Europe/Berlin", None, &["1645052400", "1645052400", "1645052400", "-3600"]);
    bin(integers(&[1_645_092_037]), 1, "w", literal("w1"), "UTC", None, &["1644796800"]);
    bin(texts(&["1645092037.9", "x", "null"]), 1, "s", none(), "UTC", None, &["1645092037", "null", "null"]);
    bin(integers(&[1_645_092_037]), 12, "h", none(), "UTC", Some(3 * 3_600_000_000), &["1645066800"]);
    bin(numbers(&[1e300, -1e12]), 1, "mon", none(), "UTC", None, &["null", "-1000000425600"]);
}

#[test]
fn bin_number_names_the_bucket() {
    let bin = |values, width, expected: &[&str]| check("spl_bin_number", &[values, literal_number(width)], expected);
    bin(integers(&[17, 10, 0, -3, -10]), 10.0, &["10-20", "10-20", "0-10", "-10-0", "-10-0"]);
    bin(texts(&["7", "x", "", "null"]), 5.0, &["5-10", "x", "", "null"]);
    bin(numbers(&[0.7, 0.3]), 0.1, &["0.6-0.7", "0.2-0.3"]);
    bin(lists(&[&["7", "x", "12"], &[]]), 5.0, &["[5-10, x, 10-15]", "null"]);
    bin(texts(&["NaN", "1e308"]), 1e-10, &["NaN", "1e308"]);
    assert!(invoke("spl_bin_number", &[integers(&[1]), literal_number(0.0)], 1).is_err());
}

#[test]
fn bin_log_has_edges_at_powers() {
    let bin = |values, coefficient, base, expected: &[&str]| {
        check("spl_bin_log", &[values, literal_number(coefficient), literal_number(base)], expected);
    };
    bin(numbers(&[1.0, 2.0, 19.9, 20.0]), 2.0, 10.0, &["0.2-2", "2-20", "2-20", "20-200"]);
    bin(integers(&[1, 1000, 999, 0, -5]), 1.0, 10.0, &["1-10", "1000-10000", "100-1000", "0", "-5"]);
    bin(texts(&["8", "x", "null"]), 1.0, 2.0, &["8-16", "x", "null"]);
    assert!(invoke("spl_bin_log", &[integers(&[1]), literal_number(1.0), literal_number(1.0)], 1).is_err());
}
