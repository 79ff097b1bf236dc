use super::super::kernel::testing::{
    booleans, check, integers, lists, literal, literal_number, nulls, numbers, texts, times,
};

#[test]
fn texts_read_as_numbers() {
    check(
        "spl_num",
        &[texts(&["5", "-1.5e3", "", " 5", "0x10", "null", "abc"])],
        &["5", "-1500", "null", "null", "null", "null", "null"],
    );
    check("spl_num", &[integers(&[7])], &["7"]);
    check("spl_num", &[lists(&[&["7"], &["7", "8"], &[]])], &["7", "null", "null"]);
    check("spl_num", &[times(&[1_500_000])], &["1.5"]);
    check("spl_num", &[booleans(&[Some(true)])], &["null"]);
    check("spl_num", &[nulls(2)], &["null", "null"]);
}

#[test]
fn values_show_as_texts() {
    check("spl_text", &[numbers(&[1.0, 0.1, f64::NAN, 1e20])], &["1", "0.1", "null", "100000000000000000000"]);
    check("spl_text", &[booleans(&[Some(true), None])], &["True", "null"]);
    check("spl_text", &[lists(&[&["a"], &["a", "b"]])], &["a", "null"]);
}

#[test]
fn one_value_is_a_list_of_one() {
    check("spl_as_list", &[texts(&["a", "null", ""])], &["[a]", "null", "[]"]);
    check("spl_as_list", &[integers(&[5])], &["[5]"]);
    check("spl_as_list", &[lists(&[&["a", "b"], &[]])], &["[a, b]", "null"]);
    check("spl_as_list", &[nulls(1)], &["null"]);
}

#[test]
fn plus_adds_numbers_and_joins_texts() {
    check(
        "spl_add",
        &[texts(&["5", "5", "a", "null", "0.1"]), texts(&["1", "x", "b", "1", "0.2"])],
        &["6", "5x", "ab", "null", "0.30000000000000004"],
    );
    check("spl_add", &[lists(&[&["1"], &["1", "2"]]), literal("2")], &["3", "null"]);
}

#[test]
fn nothing_is_divided_by_zero() {
    check("spl_divide", &[numbers(&[3.0, 5.0]), numbers(&[2.0, 0.0])], &["1.5", "null"]);
    check("spl_modulo", &[integers(&[7, -7, 5]), integers(&[3, 3, 0])], &["1", "-1", "null"]);
    check("spl_divide", &[texts(&["9", "x"]), literal_number(3.0)], &["3", "null"]);
}

#[test]
fn a_missing_part_makes_the_whole_missing() {
    check("spl_concat", &[texts(&["a", "null", "c"]), literal("-"), integers(&[1, 2, 3])], &["a-1", "null", "c-3"]);
    check(
        "spl_concat",
        &[
            texts(&["a", "null", "", "ä"]),
            literal(" - "),
            texts(&["x", "y", "zz", "null"]),
            texts(&["1", "2", "3", "4"]),
        ],
        &["a - x1", "null", " - zz3", "null"],
    );
    check("spl_concat", &[lists(&[&["a"], &["a", "b"]]), literal("x")], &["ax", "null"]);
}

#[test]
fn like_takes_percent_and_underscore() {
    for (text, pattern, fits) in [
        ("foobar", "foo%", true),
        ("foo", "f_o", true),
        ("Foo", "f%", false),
        ("", "%", true),
        ("", "_", false),
        ("abcabd", "%ab_", true),
        ("abcabd", "%ab_c", false),
        ("a%b", "a%%b", true),
        ("über", "_ber", true),
        ("a\nb", "a%b", true),
        ("xaby", "%ab%", true),
        ("aab", "a%ab", true),
        ("ab", "a%ab", false),
        ("a*b", "a*", false),
    ] {
        check("spl_like", &[texts(&[text]), literal(pattern)], &[if fits { "true" } else { "false" }]);
    }
    check("spl_like", &[lists(&[&["a", "b"], &["c"], &[]]), literal("b%")], &["true", "false", "null"]);
    check("spl_like", &[texts(&["a"]), texts(&["null"])], &["null"]);
}

#[test]
fn kinds_decide_how_values_compare() {
    let (ten, nine) = (texts(&["10", "10", "x", "null"]), texts(&["9", "y", "y", "1"]));
    check("spl_gt", &[ten.clone(), nine.clone(), literal("auto")], &["true", "false", "false", "null"]);
    check("spl_gt", &[ten.clone(), nine.clone(), literal("text")], &["false", "false", "false", "null"]);
    check("spl_gt", &[ten, nine, literal("number")], &["true", "null", "null", "null"]);
    check("spl_eq", &[texts(&["10", "10"]), texts(&["10.0", "10"]), literal("auto")], &["true", "true"]);
    let pairs =
        [texts(&["10", "x", "", "", "1e1", "-", "İ"]), texts(&["x", "x", "", "0", "10", "-", "İ"]), literal("auto")];
    check("spl_eq", &pairs, &["false", "true", "true", "false", "true", "true", "true"]);
    check("spl_ne", &pairs, &["true", "false", "false", "true", "false", "false", "false"]);
    check("spl_eq", &[texts(&["10", "a"]), texts(&["10.0", "a"]), literal("text")], &["false", "true"]);
    check("spl_eq", &[texts(&["10"]), literal("10.0"), literal("text")], &["false"]);
    check("spl_le", &[integers(&[1, 2, 3]), literal("2"), literal("auto")], &["true", "true", "false"]);
    check("spl_ge", &[integers(&[1, 2, 3]), literal("2"), literal("number")], &["false", "true", "true"]);
    check("spl_lt", &[texts(&["B"]), texts(&["a"]), literal("auto")], &["true"]);
}

#[test]
fn one_of_several_values_is_enough() {
    let several = lists(&[&["a", "b"], &["b"], &[]]);
    check("spl_eq", &[several.clone(), literal("a"), literal("auto")], &["true", "false", "null"]);
    check("spl_ne", &[several, literal("a"), literal("auto")], &["true", "true", "null"]);
    check("spl_eq", &[lists(&[&["x", "5"], &["x"]]), literal("5.0"), literal("number")], &["true", "null"]);
}

#[test]
fn nan_differs_from_everything() {
    check("spl_eq", &[texts(&["NaN"]), texts(&["NaN"]), literal("auto")], &["false"]);
    check("spl_ne", &[texts(&["NaN"]), texts(&["NaN"]), literal("auto")], &["true"]);
}
