#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Found, Wanted, shown};
use crate::{
    eval::{
        json::{path::parse, value::native, walk::find},
        spath,
    },
    value::format_number,
};

/// Texts of all kinds; those of the second list are unusual.
const USUAL: &[&str] = &[
    r#"{"a":{"b":[1,2]},"c":"x"}"#,
    r#" { "a" : { "b" : 5 , "c" : [ { "b" : 1 } , { "b" : "\u00e4\n" } , 7 , [ ] ] } , "z" : { } } "#,
    r#"{"ab":1,"a":{"bc":2,"b":{"c":3}},"b":null}"#,
    r#"{"a":[{"b":1.50,"c":[true,false]},{"b":-0.0},{"c":null},[{"b":9}]]}"#,
    r#"{"a":12345678901234567890,"b":1e3,"c":0.00001,"z":1e999}"#,
    r#"[{"a":1},{"a":{"b":2}},3,[4,[5]]]"#,
    "[]",
    "5",
    "\"a\"",
    "null",
    r#"{"a":"","b":"ä","c":{"b":{"c":"\""}}}"#,
];
const UNUSUAL: &[&str] = &[
    r#"{"a":{"b":1},"a":{"b":2}}"#,
    r#"{"\u0061":{"b":1}}"#,
    r#"{"a":1"#,
    r#"{"a":1} x"#,
    r#"{"a":1,}"#,
    r#"{"z":"\x","a":1}"#,
    "",
    "plain",
];

#[test]
fn values_at_a_path_are_those_of_the_slower_reading() {
    let paths = [
        "",
        "a",
        "a.b",
        "a.b{}",
        "a{}.b",
        "a{0}",
        "a{0}.c{1}",
        "{}.a",
        "{3}{1}{}",
        "c",
        "b",
        "a.b.c",
        "c.b.c",
        "a{@x}",
    ];
    let mut found = Found::default();
    for (text, is_usual) in USUAL.iter().map(|text| (text, true)).chain(UNUSUAL.iter().map(|text| (text, false))) {
        for path in paths {
            let steps = parse(path).unwrap();
            let Some(()) = found.read(text, &Wanted::path(&steps)) else {
                // What cannot be read at all is never usual, what is odd somewhere may be.
                assert!(!is_usual || path.len() < 2, "{path} in {text}");
                continue;
            };
            let values: Vec<Option<String>> = found.values(text).map(|(_, value)| value.map(str::to_owned)).collect();
            let expected: Vec<Option<String>> = find(text, &steps).unwrap().iter().map(native).collect();
            assert_eq!(values, expected, "{path} in {text}");
        }
    }
}

#[test]
fn values_of_names_are_those_of_all_fields() {
    let names =
        ["a", "b", "a.b", "a.b{}", "a{}.b", "a.c{}.b", "c", "{}.a", "{}{}", "a.b.c", "c.b.c", "a{}.c{}", "a{}{}.b"];
    let wanted = Wanted::names(names).unwrap();
    let odd = [
        USUAL[4],
        r#"{"a.b":1}"#,
        r#"{"a{}":1,"a":[2]}"#,
        r#"{"":{"a":1}}"#,
        r#"{"a":{"":1,"b":2}}"#,
        r#"{"a":{"b.c":1}}"#,
    ];
    let mut found = Found::default();
    for text in USUAL.iter().chain(UNUSUAL).chain(&odd) {
        let is_read = found.read(text, &wanted).is_some();
        let is_odd = UNUSUAL.contains(text) || odd.contains(text);
        assert_ne!(is_read, is_odd, "{text}");
        if !is_read {
            continue;
        }
        let fields = spath::fields(text);
        for (slot, name) in names.iter().enumerate() {
            let values: Vec<&str> =
                found.values(text).filter(|(own, _)| *own == slot).map(|(_, value)| value.unwrap_or("null")).collect();
            let expected = fields.iter().find(|(own, _)| own == name).map(|(_, values)| values.clone());
            assert_eq!(values, expected.unwrap_or_default(), "{name} in {text}");
        }
    }
}

#[test]
fn odd_names_are_left_to_the_slower_reading() {
    for name in ["", ".a", "a.", "a..b", "a.{}"] {
        assert!(Wanted::names([name]).is_none(), "{name}");
    }
}

#[test]
fn keys_that_only_begin_alike_are_not_odd() {
    let wanted = Wanted::names(["user.name"]).unwrap();
    let mut found = Found::default();
    assert!(found.read(r#"{"username":1,"user_id":2,"use":3,"user":{"names":4}}"#, &wanted).is_some());
    assert_eq!(found.values("").count(), 0);
}

#[test]
fn numbers_show_as_they_read() {
    for text in [
        "1.5",
        "1.50",
        "104.0",
        "-104.00",
        "0.5",
        "-0.25",
        "0.05",
        "0.0",
        "-0.0",
        "123456789012.125",
        "0.000001",
        "9.99",
        "1234567890123456.5",
        "100.10",
        "1.5e3",
    ] {
        let expected = format_number(text.parse().unwrap());
        match shown(text.as_bytes()) {
            Some(length) => assert_eq!(text.get(..length), Some(expected.as_str())),
            None => assert!(text.contains(['e', '0']), "{text}"),
        }
    }
}
