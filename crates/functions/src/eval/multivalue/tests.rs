#![allow(clippy::unwrap_used)]

use super::super::kernel::testing::{check, integers, invoke, lists, literal, literal_number, nulls, numbers, texts};

#[test]
fn append_leaves_nulls_out() {
    check("spl_mvappend", &[lists(&[&["x", "y"], &[]]), texts(&["z", "null"])], &["[x, y, z]", "null"]);
    check("spl_mvappend", &[texts(&["null", ""]), nulls(2), numbers(&[1.0, 2.5])], &["[1]", "[, 2.5]"]);
}

#[test]
fn nothing_has_no_count() {
    check("spl_mvcount", &[lists(&[&["a", "b"], &["a"], &[]])], &["2", "1", "null"]);
    check("spl_mvcount", &[texts(&["x", "null", ""])], &["1", "null", "1"]);
    check("spl_mvcount", &[nulls(1)], &["null"]);
}

#[test]
fn places_are_counted_within_each_list() {
    check("spl_mvplaces", &[lists(&[&["b", "a", "b"], &[], &["x"]])], &["[1, 2, 3]", "null", "[1]"]);
}

#[test]
fn values_are_put_in_order() {
    check("spl_mvdedup", &[lists(&[&["b", "a", "b", "B", "a"], &["a"], &[]])], &["[b, a, B]", "[a]", "null"]);
    check(
        "spl_mvsort",
        &[lists(&[&["10", "9", "70", "100"], &["b", "a", "B"], &[]])],
        &["[10, 100, 70, 9]", "[B, a, b]", "null"],
    );
    check(
        "spl_mvreverse",
        &[lists(&[&["a", "b"], &["a"], &[], &["", "é", "c"]])],
        &["[b, a]", "[a]", "null", "[c, é, ]"],
    );
    check("spl_mvreverse", &[texts(&["a", "null"])], &["[a]", "null"]);
}

#[test]
fn one_index_gives_a_text() {
    let row: &[&str] = &["a", "b", "c", "d"];
    let values = lists(&[row, row, row, row, row, row, &[]]);
    check(
        "spl_mvindex",
        &[values.clone(), numbers(&[0.0, -1.0, 3.0, 4.0, -4.0, -5.0, 0.0])],
        &["a", "d", "d", "null", "a", "null", "null"],
    );
    check("spl_mvindex", &[texts(&["x", "x"]), integers(&[0, 1])], &["x", "null"]);
    check(
        "spl_mvindex",
        &[values, texts(&["1", "x", "null", "1", "1", "1", "1"])],
        &["b", "null", "null", "b", "b", "b", "null"],
    );
}

#[test]
fn two_indexes_give_a_list() {
    for (start, end, expected) in [
        (1.0, 2.0, "[b, c]"),
        (-3.0, -1.0, "[b, c, d]"),
        (0.0, 9.0, "[a, b, c, d]"),
        (2.0, 1.0, "null"),
        (4.0, 5.0, "null"),
        (-5.0, 1.0, "null"),
        (0.0, 0.0, "[a]"),
        (0.0, -9.0, "null"),
        (1e300, 1e300, "null"),
    ] {
        let values = lists(&[&["a", "b", "c", "d"]]);
        check("spl_mvindex", &[values, literal_number(start), literal_number(end)], &[expected]);
    }
}

#[test]
fn joined_values_are_one_text() {
    check("spl_mvjoin", &[lists(&[&["a", "b"], &["a"], &[]]), literal(" OR ")], &["a OR b", "a", "null"]);
    check("spl_mvjoin", &[integers(&[5]), texts(&["null"])], &["null"]);
}

#[test]
fn pairs_end_with_the_shorter_list() {
    let (left, right) = (lists(&[&["1", "2", "3"], &[]]), lists(&[&["a", "b"], &["a"]]));
    check("spl_mvzip", &[left.clone(), right.clone()], &["[1,a, 2,b]", "null"]);
    check("spl_mvzip", &[left, right, literal("|")], &["[1|a, 2|b]", "null"]);
    check("spl_mvzip", &[texts(&["x"]), integers(&[1])], &["[x,1]"]);
}

#[test]
fn texts_split_at_plain_delimiters() {
    check(
        "spl_split",
        &[texts(&["a||b", "a|b", "", "null", "||"]), literal("||")],
        &["[a, b]", "[a|b]", "[]", "null", "[, ]"],
    );
    check(
        "spl_split",
        &[texts(&["/a/bc", "null", "", "x", "/", "/ä/123456789012345678901234567890123456789"]), literal("/")],
        &["[, a, bc]", "null", "[]", "[x]", "[, ]", "[, ä, 123456789012345678901234567890123456789]"],
    );
    // What would be a delimiter across two texts is none, and delimiters do not overlap.
    check("spl_split", &[texts(&["a|", "|b", "c|||d"]), literal("||")], &["[a|]", "[|b]", "[c, |d]"]);
    check("spl_split", &[texts(&["aéb", "é"]), literal("é")], &["[a, b]", "[, ]"]);
    check("spl_split", &[texts(&["añc", ""]), literal("")], &["[a, ñ, c]", "null"]);
    check("spl_split", &[lists(&[&["a,b", "c"]]), literal(",")], &["[a, b, c]"]);
    check("spl_split", &[integers(&[1021]), literal_number(2.0)], &["[10, 1]"]);
}

#[test]
fn ranges_end_before_their_end() {
    let utc = literal("UTC");
    check("spl_mvrange", &[integers(&[1, 5]), integers(&[4, 5]), utc.clone()], &["[1, 2, 3]", "null"]);
    check(
        "spl_mvrange",
        &[numbers(&[0.0]), literal_number(0.35), literal_number(0.1), utc.clone()],
        &["[0, 0.1, 0.2, 0.30000000000000004]"],
    );
    check(
        "spl_mvrange",
        &[numbers(&[1.0, 1.0]), literal_number(3.0), texts(&["0", "-1"]), utc.clone()],
        &["null", "null"],
    );
    check("spl_mvrange", &[texts(&["x"]), literal_number(3.0), utc.clone()], &["null"]);
    assert!(invoke("spl_mvrange", &[literal_number(0.0), literal_number(1e9), utc], 1).is_err());
}

#[test]
fn spans_of_a_day_follow_the_calendar() {
    let range = |start: f64, end: f64, step: &str, zone: &str, expected: &str| {
        check("spl_mvrange", &[numbers(&[start]), literal_number(end), literal(step), literal(zone)], &[expected]);
    };
    // 2024-03-09 00:00 in New York, the day before the clocks go forward: the next day has 23 hours.
    range(1_709_960_400.0, 1_710_129_600.0, "1d", "America/New_York", "[1709960400, 1710046800]");
    range(1_709_960_400.0, 1_710_129_601.0, "1d", "America/New_York", "[1709960400, 1710046800, 1710129600]");
    range(0.0, 7200.0, "1h", "UTC", "[0, 3600]");
    // From 31 January the short month does not shorten those behind it: 29 February, 31 March.
    range(1_706_659_200.0, 1_712_000_000.0, "1mon", "UTC", "[1706659200, 1709164800, 1711843200]");
    range(0.0, 7200.0, "-1h", "UTC", "null");
    range(0.0, 7200.0, "soon", "UTC", "null");
    range(f64::NEG_INFINITY, 7200.0, "1h", "UTC", "null");
}
