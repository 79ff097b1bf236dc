//! Fields taken out of raw events: megabytes a second on one core.
//!
//! `cargo bench -p speleo-functions --bench extraction [WORD…]`; `MEGABYTES=20` makes it short. Ours is the kernel over batches of
//! events; beside it the nearest thing that knows nothing of fields: for pairs a walk over all equals signs, for JSON a parse
//! that builds nothing, for a pattern the regex crate with the groups copied into columns.

#![allow(clippy::unwrap_used, reason = "a benchmark that fails has nothing to clean up")]

mod paired;

use std::{fmt::Write, hint::black_box, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray, StringBuilder},
        datatypes::Field,
    },
    common::{ScalarValue, config::ConfigOptions},
    logical_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF},
};
use memchr::memchr_iter;
use serde::de::IgnoredAny;
use speleo_functions::eval::kernels;

const MEGABYTES: usize = 100;
const BATCH: usize = 8192;

const PATTERN: &str = r"^(?<day>\S+) (?<clock>\S+) user=(?<user>\w+) action=(?<action>\w+)";

fn main() {
    let megabytes = std::env::var("MEGABYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(MEGABYTES);
    let wanted = paired::wanted();
    let (pairs, json) = (events(megabytes << 20, pair_line), events(megabytes << 20, json_line));
    let regex = regex::Regex::new(PATTERN).unwrap();
    println!("{:<44} {:>10} {:>10} {:>6} {:>8}", "", "ours ms", "theirs ms", "ratio", "MB/s");
    let show = |name: &str, texts: &[ArrayRef], call: (&str, &[&str]), theirs: &dyn Fn(&StringArray)| {
        if !wanted(name) {
            return;
        }
        let kernel = kernels().into_iter().find(|kernel| kernel.name() == call.0).unwrap();
        let pair = paired::compare(
            || texts.iter().for_each(|batch| drop(black_box(run(&kernel, batch, call.1)))),
            || texts.iter().for_each(|batch| theirs(batch.as_string::<i32>())),
        );
        let bytes: usize = texts.iter().map(|batch| batch.as_string::<i32>().value_data().len()).sum();
        println!("{name:<44} {pair} {:>8.0}", bytes as f64 / 1e6 / pair.ours.as_secs_f64());
    };
    let equals = |texts: &StringArray| {
        black_box(texts.iter().flatten().map(|text| memchr_iter(b'=', text.as_bytes()).count()).sum::<usize>());
    };
    show("one pair, the last", &pairs, ("spl_kv", &["auto", "json trim", "bytes"]), &equals);
    show("four pairs", &pairs, ("spl_kv", &["auto", "json trim", "user", "action", "src", "bytes"]), &equals);
    show("a pair that no event has", &pairs, ("spl_kv", &["auto", "json trim", "absent"]), &equals);
    let parse = |texts: &StringArray| {
        texts.iter().flatten().for_each(|text| {
            black_box(serde_json::from_str::<IgnoredAny>(text).unwrap());
        });
    };
    show("one field of JSON", &json, ("spl_kv", &["json", "", "user.name"]), &parse);
    let four = ["json", "", "user.name", "status", "tags{}", "path"];
    show("four fields of JSON", &json, ("spl_kv", &four), &parse);
    show("a path of JSON", &json, ("spl_spath", &["user.name"]), &parse);
    show("a path of JSON, one value", &json, ("spl_json_extract", &["user.name"]), &parse);
    show("three names of JSON", &json, ("spl_spath_some", &["1user.name", "1status", "+tags{}"]), &parse);
    let groups = |texts: &StringArray| {
        let mut columns: Vec<StringBuilder> = (0..4).map(|_| StringBuilder::new()).collect();
        let mut slots = regex.capture_locations();
        for text in texts.iter().flatten() {
            let found = regex.captures_read(&mut slots, text).is_some();
            for (group, column) in (1..).zip(&mut columns) {
                let place = slots.get(group).filter(|_| found);
                column.append_option(place.and_then(|(start, end)| text.get(start..end)));
            }
        }
        columns.iter_mut().for_each(|column| drop(black_box(column.finish())));
    };
    show(
        "a pattern with four groups",
        &pairs,
        ("spl_transform", &[PATTERN, "", "", "day", "clock", "user", "action"]),
        &groups,
    );
}

fn run(kernel: &ScalarUDF, batch: &ArrayRef, literals: &[&str]) -> ColumnarValue {
    let literals: Vec<ScalarValue> = literals.iter().map(|text| ScalarValue::from(*text)).collect();
    let mut args = vec![ColumnarValue::Array(Arc::clone(batch))];
    args.extend(literals.iter().cloned().map(ColumnarValue::Scalar));
    let arg_fields: Vec<_> = args.iter().map(|arg| Arc::new(Field::new("x", arg.data_type(), true))).collect();
    let scalar_arguments: Vec<_> = std::iter::once(None).chain(literals.iter().map(Some)).collect();
    let planned = ReturnFieldArgs { arg_fields: &arg_fields, scalar_arguments: &scalar_arguments };
    let return_field = kernel.return_field_from_args(planned).unwrap();
    let number_rows = batch.len();
    let config_options = Arc::new(ConfigOptions::default());
    kernel.invoke_with_args(ScalarFunctionArgs { args, arg_fields, number_rows, return_field, config_options }).unwrap()
}

/// Batches of lines of so many bytes.
fn events(bytes: usize, line: impl Fn(usize, &mut String)) -> Vec<ArrayRef> {
    let mut batches: Vec<ArrayRef> = Vec::new();
    let (mut count, mut size) = (0, 0);
    let mut text = String::new();
    while size < bytes {
        let mut batch = StringBuilder::new();
        for _ in 0..BATCH {
            text.clear();
            line(count, &mut text);
            size += text.len();
            count += 1;
            batch.append_value(&text);
        }
        batches.push(Arc::new(batch.finish()));
    }
    batches
}

fn pair_line(count: usize, line: &mut String) {
    let (user, action) = (count * 7 % 1000, ["login", "logout", "read", "write"][count % 4]);
    let _ = write!(
        line,
        "2024-03-10 11:{:02}:{:02} user=u{user} action={action} src=10.0.{}.{} url=\"https://example.com/a/{count}\" \
         agent=\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\" session={:x} bytes={}",
        count / 60 % 60,
        count % 60,
        count % 256,
        count / 256 % 256,
        count * 2_654_435_761,
        count * 31 % 100_000,
    );
}

fn json_line(count: usize, line: &mut String) {
    let _ = write!(
        line,
        "{{\"time\":\"2024-03-10T11:{:02}:{:02}Z\",\"status\":{},\"path\":\"/a/{count}\",\"user\":{{\"id\":{},\"name\":\"u{}\"}},\
         \"tags\":[\"a\",\"b\"],\"agent\":\"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\",\"ok\":true,\"ms\":{}.5}}",
        count / 60 % 60,
        count % 60,
        200 + count % 5,
        count % 1000,
        count * 7 % 1000,
        count % 300,
    );
}
