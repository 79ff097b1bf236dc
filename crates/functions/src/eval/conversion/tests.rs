#![allow(clippy::unwrap_used)]

use super::super::kernel::testing::{
    booleans, check, integers, invoke, lists, literal, literal_number, nulls, numbers, texts,
};

#[test]
fn texts_read_as_numbers_without_blanks() {
    check(
        "spl_tonumber",
        &[texts(&["12.5", "-3e2", "seven", " 1", "", "NaN", "Infinity", "null"])],
        &["12.5", "-300", "null", "null", "null", "null", "null", "null"],
    );
    check("spl_tonumber", &[lists(&[&["5"], &["5", "6"], &[]])], &["5", "null", "null"]);
    check("spl_tonumber", &[integers(&[7])], &["7"]);
    check("spl_todouble", &[texts(&["16.00"])], &["16"]);
    check("spl_toint", &[texts(&["3.14", "-1.5", "24", "x"])], &["3", "-2", "24", "null"]);
}

#[test]
fn digits_belong_to_their_base() {
    for (text, base, expected) in [
        ("0A4", 16.0, "164"),
        ("0x3e7", 16.0, "999"),
        ("-ff", 16.0, "-255"),
        ("0101", 2.0, "5"),
        ("012", 2.0, "null"),
        ("z", 36.0, "35"),
        ("z", 37.0, "null"),
        ("1", 1.0, "null"),
        ("0x", 16.0, "null"),
        ("1.5", 8.0, "null"),
        ("1.5", 10.0, "1.5"),
        ("", 16.0, "null"),
        ("é", 16.0, "null"),
    ] {
        check("spl_tonumber", &[texts(&[text]), literal_number(base)], &[expected]);
    }
    check("spl_tonumber", &[integers(&[10]), literal_number(16.0)], &["10"]);
    let too_long = "f".repeat(1000);
    check("spl_tonumber", &[texts(&[&too_long]), literal_number(16.0)], &["null"]);
}

#[test]
fn everything_has_a_text() {
    check("spl_tostring", &[booleans(&[Some(true), Some(false), None])], &["True", "False", "Null"]);
    check("spl_tostring", &[texts(&["a", "", "null"])], &["a", "", "Null"]);
    check("spl_tostring", &[numbers(&[1.0, 2.5])], &["1", "2.5"]);
    check("spl_tostring", &[lists(&[&["a"], &["a", "b"], &[]])], &["a", "null", "Null"]);
    check("spl_tostring", &[nulls(2)], &["Null", "Null"]);
}

#[test]
fn numbers_have_formats() {
    for (number, format, expected) in [
        (15.0, "hex", "0xF"),
        (-1.0, "hex", "0xFFFFFFFFFFFFFFFF"),
        (1.5, "hex", "null"),
        (1e30, "hex", "null"),
        (9.0, "binary", "1001"),
        (-9.0, "binary", "null"),
        (12345.6789, "commas", "12,345.68"),
        (1_000_000.0, "commas", "1,000,000"),
        (1234.5, "commas", "1,234.50"),
        (-1234.5, "commas", "-1,234.50"),
        (-123.0, "commas", "-123"),
        (999.999, "commas", "1,000.00"),
        (0.0, "commas", "0"),
        (-0.001, "commas", "0.00"),
        (1e21, "commas", "1,000,000,000,000,000,000,000"),
        (615.0, "duration", "00:10:15"),
        (3661.0, "duration", "01:01:01"),
        (93784.0, "duration", "1+02:03:04"),
        (1.25, "duration", "00:00:01.250000"),
        (-61.0, "duration", "-00:01:01"),
        (0.0, "duration", "00:00:00"),
        (-1e-9, "duration", "00:00:00"),
    ] {
        check("spl_tostring", &[numbers(&[number]), literal(format)], &[expected]);
    }
    check("spl_tostring", &[texts(&["6500", "n/a", "null"]), literal("commas")], &["6,500", "n/a", "null"]);
    check(
        "spl_tostring",
        &[integers(&[0, 9, 10, 255, 0x1_2345_6789, 0xABCD_EF01, -1, i64::MAX]), literal("hex")],
        &["0x0", "0x9", "0xA", "0xFF", "0x123456789", "0xABCDEF01", "0xFFFFFFFFFFFFFFFF", "0x7FFFFFFFFFFFFFFF"],
    );
    assert!(invoke("spl_tostring", &[numbers(&[1.0]), literal("octal")], 1).is_err());
}

#[test]
fn words_and_numbers_are_true_or_false() {
    check(
        "spl_tobool",
        &[texts(&["true", "True", "false", "TRUE", "0", "2", "", "null"])],
        &["true", "true", "false", "null", "false", "true", "null", "null"],
    );
    check("spl_tobool", &[integers(&[0, 7])], &["false", "true"]);
    check("spl_tobool", &[booleans(&[Some(true), None])], &["true", "null"]);
}

#[test]
fn addresses_are_masked() {
    check(
        "spl_ipmask",
        &[texts(&["255.255.255.0", "0.255.0.224", "255.0.0", "0.0.0.0"]), literal("10.20.30.120")],
        &["10.20.30.0", "0.20.0.96", "null", "0.0.0.0"],
    );
    check("spl_ipmask", &[literal("255.0.0.0"), texts(&["10.1.2.3", "::1", "null"])], &["10.0.0.0", "null", "null"]);
}

#[test]
fn arrays_become_values_and_values_arrays() {
    check("spl_toarray", &[texts(&["[1, 2]", "x", "{}", "null"])], &["[1, 2]", "null", "null", "null"]);
    check(
        "spl_toarray",
        &[lists(&[&["1", " 2", "x", "\"y\"", "true"], &["[1]"], &["1"]])],
        &["[1,2,\"x\",\"y\",true]", "[1]", "null"],
    );
    check("spl_tomv", &[texts(&["[1, \"a\", {\"b\": 2}]", "[]", "x"])], &["[1, \"a\", {\"b\":2}]", "null", "null"]);
    check("spl_tomv", &[lists(&[&["a", "b"], &[]])], &["[a, b]", "null"]);
    check(
        "spl_toobject",
        &[texts(&["{\"b\": 1, \"a\": [ ]}", "[1]", "x", "null"])],
        &["{\"b\":1,\"a\":[]}", "null", "null", "null"],
    );
}
