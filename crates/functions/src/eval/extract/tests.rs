#![allow(clippy::unwrap_used)]

use datafusion::{arrow::array::AsArray, logical_expr::ColumnarValue};

use crate::{
    eval::kernel::testing::{check, invoke, literal, texts},
    value::Lists,
};

/// Calls a kernel that gives a struct; the parts are `-` where they are null, lists with `|` between values.
fn check_parts(kernel: &str, text: &str, options: &[&str], names: &[&str], expected: &str) {
    let literals = options.iter().chain(names).map(|text| literal(text));
    let args: Vec<ColumnarValue> = std::iter::once(texts(&[text, "null"])).chain(literals).collect();
    let found = invoke(kernel, &args, 2).unwrap();
    let parts = |row: usize| -> Vec<String> {
        let shown = |part| Lists::new(part).unwrap().get(row).map(|values| values.collect::<Vec<_>>().join("|"));
        found.as_struct().columns().iter().map(|part| shown(part).unwrap_or_else(|| "-".to_owned())).collect()
    };
    assert_eq!(parts(0).join(" "), expected, "{kernel} {options:?} of {text}");
    assert_eq!(parts(1).join(""), "-".repeat(names.len()), "{kernel} of null");
}

fn kv(event: &str, mode: &str, options: &str, names: &[&str], expected: &str) {
    check_parts("spl_kv", event, &[mode, options], names, expected);
}

#[test]
fn pairs_of_keys_and_values() {
    kv("a=1 b=2 a=3", "auto", "", &["b", "a", "c"], "2 1 -");
    kv("msg=\"hello = world\" status=404", "auto", "", &["status"], "404");
    kv("user-id=7 x.y=8 2fa=on 7=lucky", "auto", "", &["user_id", "x_y", "fa", "7"], "7 8 on lucky");
    kv("a-b=1 a_b=2", "auto", "", &["a_b"], "1");
    kv(r#"e= s="say \"hi\"" t=x"#, "auto", "trim", &["e", "s", "t"], r"- say \ x");
    kv(r#"s="say \"hi\"" t=x"#, "auto_escaped", "trim", &["s", "t"], r#"say "hi" x"#);
    kv("a=1", "auto", "", &[], "");
    kv("a=1", "none", "", &["a{}"], "-");
    kv("größe=5", "auto", "", &["größe"], "5");
}

#[test]
fn keys_of_json() {
    let event =
        r#"{"s": 404, "u": {"n": "x", "e": {}}, "t": [1, 2.5], "o": [{"k": true}, {"k": null}, {"k": "z"}], "a.b": 1}"#;
    kv(event, "json", "", &["s", "u.n", "t{}", "o{}.k", "a.b", "u", "n"], "404 x 1|2.5 true|z 1 - -");
    kv(event, "auto", "json", &["u.n", "t{}"], "x 1|2.5");
    kv(event, "auto", "", &["s"], "-");
    kv("[{\"a\": 1}, {\"a\": 2}, 3]", "json", "", &["{}.a", "{}"], "1|2 3");
    kv(r#"{"a": 1, "a": 2, "aa": 3}"#, "json", "", &["a"], "1");
    kv(r#"{"a": 1"#, "json", "", &["a"], "-");
    kv(r#"{broken b=2}"#, "auto", "json", &["b"], "2}");
    kv(r#"{"msg": "b=2"}"#, "auto", "json", &["b"], "-");
    kv(r#"{"\u0061": "é\n"}"#, "json", "", &["a"], "é\n");
    kv(&"[".repeat(100_000), "json", "", &["{}"], "-");
}

#[test]
fn paths_of_xml() {
    let event = "May 1 host <E><S At='7'><ID>4624</ID></S><D N='u'>Bob</D><D N='v'>x &amp; y</D></E>";
    kv(event, "xml", "", &["E.S.ID", "E.D", "E.D{@N}", "E.S{@At}", "E"], "4624 Bob|x & y u|v 7 -");
    kv("no markup", "xml", "", &["a"], "-");
}

#[test]
fn limits_are_those_of_splunk() {
    let many: String = (0..150).map(|n| format!("k{n}=v ")).collect();
    kv(&many, "auto", "fields:100", &["k99", "k100"], "v -");
    kv(&many, "auto", "", &["k149"], "v");
    let far = format!("a=1 {} b=2", "é".repeat(10_240));
    kv(&far, "auto", "characters:10240", &["a", "b"], "1 -");
    let long = format!(r#"{{"a": 1, "pad": "{}", "b": 2}}"#, "x".repeat(5_000));
    kv(&long, "json", "bytes:5000", &["a", "b"], "1 -");
    kv(&long, "json", "", &["a", "b"], "1 2");
}

#[test]
fn names_of_what_an_event_says() {
    let check_names = |event: &str, mode: &str, expected: &str| {
        check("spl_kv_names", &[texts(&[event]), literal(mode), literal("json trim")], &[expected]);
    };
    check_names("a=1 user-id=2 a=3 _x=4", "auto", "[a, user_id, x]");
    check_names("1=2", "auto", "null");
    check_names(r#"{"a": null, "b": [[1], {"c": 2}], "b": []}"#, "json", "[b{}{}, b{}.c]");
    check_names("plain", "auto", "null");
    check_names("null", "auto", "null");
    check_names(r#"{"s": 404, "u": {"n": "x", "e": {}}, "t": [1, 2]}"#, "auto", "[s, u.n, t{}]");
    check_names(r#"{broken b=2}"#, "auto", "[b]");
    check_names("[12:00] b=2", "auto", "[b]");
    check_names("a=1", "json", "null");
    check_names("<a b='1'>x</a>", "xml", "[a{@b}, a]");
}

fn transform(text: &str, pattern: &str, format: &str, options: &str, names: &[&str], expected: &str) {
    check_parts("spl_transform", text, &[pattern, format, options], names, expected);
}

#[test]
fn transforms_by_format() {
    transform("ip=192.168.10.20", r"(\d+)\.(\d+)\.(\d+)\.(\d+)", "a::$1 d::$4", "clean", &["a", "d"], "192 20");
    transform("code=503", r"code=(\d+)", "whole::$0 first::$1", "clean", &["whole", "first"], "- 503");
    transform("a=1 b=2 a=3", r"(\w+)=(\d+)", "$1::$2", "clean", &["a", "b"], "1 2");
    transform("a=1 b=2 a=3", r"(\w+)=(\d+)", "$1::$2", "clean add", &["a", "b"], "1|3 2");
    transform("l=a l=b", r"l=(\w)", "l::$1 kind::x", "", &["l", "kind"], "a x");
    transform("l=a l=b", r"l=(\w)", "l::$1", "add", &["l"], "a|b");
    transform("x my.odd-key=v", r"([\w.\- ]+)=(\w+)", "$1::$2", "", &["x my.odd-key"], "v");
    transform("1 my.odd-key=v", r"([\w.\- ]+)=(\w+)", "$1::$2", "clean", &["my_odd_key"], "v");
    transform("a=1", r"a=(\d)", "a::$1 b::$2", "", &["a"], "-");
    transform("a= b=1", r"(\w)=(\d*)", "$1::$2", "", &["a", "b"], "- 1");
    let check = |names, expected: &str| {
        let args = [texts(&["a=1 b-c=2"]), literal(r"([\w-]+)=(\d)"), literal("$1::$2 k::$2"), literal(names)];
        check("spl_transform_names", &args, &[expected]);
    };
    check("clean", "[a, k, b_c]");
    check("", "[a, k, b-c]");
    let args = |options: &'static str| [texts(&["a="]), literal(r"(\w)=(\d*)"), literal("$1::$2"), literal(options)];
    check_empty(&args("empty"), "[a]");
    check_empty(&args(""), "null");
}

fn check_empty(args: &[ColumnarValue], expected: &str) {
    check("spl_transform_names", args, &[expected]);
}

#[test]
fn transforms_by_named_groups() {
    transform("user=al action=in", r"user=(?<who>\w+) action=(?<what>\w+)", "", "", &["what", "who"], "in al");
    transform("k:v x:y", r"(?<_KEY_1>\w):(?<_VAL_1>\w)", "", "clean", &["k", "x"], "v y");
    transform("a=1", r"(?<a>b)?a=", "", "", &["a"], "-");
    transform("a1b22", r"(?<=b)(?<n>\d+)", "", "", &["n"], "22");
    assert!(super::check_transform("(a", "").is_err());
    assert!(super::check_transform("(a)", "b::$2").is_err());
    assert!(super::check_transform("(a)", "").is_err());
    assert!(super::check_transform("(?<a>a)", "").is_ok());
    assert_eq!(super::transform_names("(a)(b)", "x::$1 $2::$1"), (vec!["x".to_owned()], true));
    assert_eq!(super::transform_names("(?<a>a)", ""), (vec!["a".to_owned()], false));
}

#[test]
fn fields_between_delimiters() {
    let pairs = |text, names: &[&str], expected| {
        check_parts("spl_delimited", text, &[";", "=", "", "clean"], names, expected);
    };
    pairs("2026-01-15T10:00:00Z a=1;b=2;c=3", &["T10_00_00Z_a", "b"], "1 2");
    pairs("a=1;;b=;c=\"x;y\"", &["a", "b", "c"], "1 - x;y");
    let columns = |text, options, expected| {
        let settings = ["|,", "", "day\ncs-user\nrest", options];
        check_parts("spl_delimited", text, &settings, &["day", "cs_user", "rest"], expected);
    };
    columns("1|bob|\"x|y\"|more", "clean", "1 bob x|y");
    columns("1||z", "clean", "1 - z");
    columns("1||z", "clean empty", "1  z");
    columns("1", "clean", "1 - -");
    columns("\"open|b", "clean", "\"open|b - -");
    check_parts("spl_delimited", "a=1", &[";", "", "", ""], &["a"], "-");
    assert_eq!(super::column_names(&["cs-user".to_owned(), "7".to_owned()], true), ["cs_user"]);
}

#[test]
fn names_heed_the_limits_as_values_do() {
    let large = format!(r#"{{"a": 1, "b": "{}", "c": 3}}"#, "x".repeat(6000));
    let names = |options: &str, expected: &str| {
        check("spl_kv_names", &[texts(&[&large]), literal("json"), literal(options)], &[expected]);
    };
    names("json trim", "[a, b, c]");
    names("json trim bytes:5000", "[a]");
    // What is broken is no JSON, however much of it could be read.
    check("spl_kv_names", &[texts(&[r#"{"a": 1, "b""#]), literal("json"), literal("json")], &["null"]);
}
