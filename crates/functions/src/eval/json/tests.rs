use datafusion::{common::ScalarValue, logical_expr::ColumnarValue};

use crate::eval::kernel::testing::{booleans, check, integers, invoke, lists, literal, numbers, texts};

fn flag(value: bool) -> ColumnarValue {
    ColumnarValue::Scalar(ScalarValue::Boolean(Some(value)))
}

#[test]
fn values_become_json() {
    check(
        "spl_json_array",
        &[texts(&["a", "null", "{\"b\":1}", "5"]), integers(&[1, 2, 3, 4])],
        &["[\"a\",1]", "[null,2]", "[{\"b\":1},3]", "[\"5\",4]"],
    );
    check("spl_json_array", &[numbers(&[1.0, 2.5, 1e300])], &["[1]", "[2.5]", "[1e+300]"]);
    check("spl_json_array", &[booleans(&[Some(true), None])], &["[true]", "[null]"]);
    check("spl_json_array", &[lists(&[&["a", "b"], &["c"], &[]])], &["[[\"a\",\"b\"]]", "[\"c\"]", "[null]"]);
    check("spl_json_array", &[texts(&["{broken", "[1] x"])], &["[\"{broken\"]", "[\"[1] x\"]"]);
    check(
        "spl_json_object",
        &[texts(&["k", "null"]), texts(&["say \"hi\"", "v"])],
        &["{\"k\":\"say \\\"hi\\\"\"}", "{}"],
    );
    assert!(invoke("spl_json_object", &[literal("k")], 1).is_err());
}

#[test]
fn extraction_gives_native_values() {
    let json = |text: &str, path: &str, expected: &str| {
        check("spl_json_extract", &[texts(&[text]), literal(path)], &[expected]);
    };
    json(r#"{"a":{"b":[1,2]}}"#, "a.b{1}", "2");
    json(r#"{"a":"x"}"#, "a", "x");
    json(r#"{"a":true,"b":1.50}"#, "b", "1.5");
    json(r#"{"a":null}"#, "a", "null");
    json(r#"{"a": {"c": 1, "b": 2}}"#, "a", r#"{"c":1,"b":2}"#);
    json(r#"[{"n":"p"},{"n":"q"}]"#, "{}.n", r#"["p","q"]"#);
    json(r#"{"a":1}"#, "a{", "null");
    json("broken", "a", "null");
    check(
        "spl_json_extract",
        &[texts(&[r#" "x" "#, "5", "[1, 2]", "x", "null"])],
        &["x", "5", "[1,2]", "null", "null"],
    );
    check("spl_json_extract", &[texts(&[r#"{"a":1,"b":"x"}"#]), literal("b"), literal("z")], &[r#"["x",null]"#]);
    check("spl_json_extract", &[literal(r#"{"a":1,"b":2}"#), texts(&["a", "b", "null"])], &["1", "2", "null"]);
    check("spl_json_extract_exact", &[texts(&[r#"{"a.b":5,"a":{"b":6}}"#]), literal("a.b")], &["5"]);
}

#[test]
fn changes_are_made_at_paths() {
    let set = |text: &str, path: &str, expected: &str| {
        check("spl_json_set", &[texts(&[text]), literal(path), integers(&[9])], &[expected]);
    };
    set(r#"{"a":1,"b":2}"#, "a", r#"{"a":9,"b":2}"#);
    set("{}", "a.b", r#"{"a":{"b":9}}"#);
    set(r#"{"a":"b"}"#, "a.c", r#"{"a":"b"}"#);
    set(r#"{"a":[{},{"x":1}]}"#, "a{}.x", r#"{"a":[{"x":9},{"x":9}]}"#);
    set("[1,2]", "{1}", "[1,9]");
    set("[1,2]", "{2}", "[1,2,9]");
    set("[1,2]", "{3}", "[1,2]");
    set("x", "a", "null");
    check("spl_json_set_exact", &[literal("{}"), literal("a.b"), integers(&[1])], &[r#"{"a.b":1}"#]);
    let args = [texts(&[r#"{"l":["a"],"s":1}"#]), literal("l"), literal("[\"b\"]"), literal("s"), literal("x")];
    check("spl_json_append", &args, &[r#"{"l":["a",["b"]],"s":[1,"x"]}"#]);
    check("spl_json_extend", &args, &[r#"{"l":["a","b"],"s":[1,"x"]}"#]);
    check("spl_json_append", &[texts(&["{}"]), literal("a"), literal("b")], &["{}"]);
}

#[test]
fn keys_and_entries() {
    check(
        "spl_json_keys",
        &[texts(&[r#"{"b":1,"a":2}"#, "[1]", "x", "null"])],
        &[r#"["b","a"]"#, "null", "null", "null"],
    );
    check("spl_json_entries", &[texts(&[r#"{"a":1}"#, "[]"])], &[r#"[{"key":"a","value":1}]"#, "null"]);
    check(
        "spl_json_has_key_exact",
        &[texts(&[r#"{"a.b":1}"#, "{}", "[]"]), literal("a.b")],
        &["true", "false", "null"],
    );
    check(
        "spl_json_delete",
        &[texts(&[r#"{"a":1,"b":{"c":1,"d":2}}"#, "[1]"]), literal("b.c"), literal("a")],
        &[r#"{"b":{"d":2}}"#, "null"],
    );
    check("spl_json_delete", &[texts(&[r#"{"a":1,"a.b":2,"c":3}"#]), literal(r#"["a.b","c"]"#)], &[r#"{"a":1}"#]);
}

#[test]
fn arrays_and_lists() {
    let array = || texts(&[r#"["a",1,[2],null]"#, "{}", "x"]);
    check("spl_json_array_to_mv", &[array()], &["[a, 1, [2], null]", "null", "null"]);
    check("spl_json_array_to_mv", &[array(), flag(true)], &["[\"a\", 1, [2], null]", "null", "null"]);
    let values = || lists(&[&["\"B\"", "true", "7", "x"], &[]]);
    check("spl_mv_to_json_array", &[values()], &[r#"["\"B\"","true","7","x"]"#, "null"]);
    check("spl_mv_to_json_array", &[values(), flag(true)], &[r#"["B",true,7,null]"#, "null"]);
}

#[test]
fn validity() {
    check("spl_json_valid", &[texts(&["{}", "{a:1}", "5", "", "null"])], &["true", "false", "true", "false", "null"]);
    check("spl_json", &[texts(&["{\"a\":1}", "Golden Gate"])], &["{\"a\":1}", "null"]);
    let deep = "[".repeat(100_000);
    check("spl_json_valid", &[texts(&[&deep])], &["false"]);
}
