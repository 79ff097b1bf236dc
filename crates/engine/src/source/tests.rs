#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use std::io::Write;

use chrono_tz::Tz;
use datafusion::{
    arrow::util::display::{ArrayFormatter, FormatOptions},
    prelude::{col, lit},
};

use super::*;
use crate::session;

const NOW: i64 = 1_700_000_000_000_000;

/// Files of one index in a folder of their own.
struct Data(tempfile::TempDir);

impl Data {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self(folder)
    }

    async fn open(&self) -> Result<Index, Fault> {
        self.open_remembering(&Remembered::default()).await
    }

    async fn open_remembering(&self, remembered: &Remembered) -> Result<Index, Fault> {
        let session = session::open(None).unwrap();
        let part = IndexSetting {
            name: "Main".into(),
            path: self.0.path().to_string_lossy().into(),
            ..IndexSetting::default()
        };
        let files = Files::find(&[part])?;
        open(files, &session, Zone { timezone: Tz::UTC, now: NOW }, &Arc::default(), remembered).await
    }

    /// The rows of some columns in storage order; cells are joined by `|`, null is `-`.
    async fn rows(&self, columns: &[&str]) -> Vec<String> {
        let index = self.open().await.unwrap();
        show(&index, columns, None).await
    }
}

async fn show(index: &Index, columns: &[&str], filter: Option<datafusion::logical_expr::Expr>) -> Vec<String> {
    let session = session::open(None).unwrap();
    let mut frame = session.read_table(Arc::clone(&index.table)).unwrap();
    if let Some(filter) = filter {
        frame = frame.filter(filter).unwrap();
    }
    let frame = frame.sort(vec![col("__seq").sort(true, true)]).unwrap();
    let quoted =
        |name: &&str| datafusion::logical_expr::Expr::Column(datafusion::common::Column::new_unqualified(*name));
    let batches = frame.select(columns.iter().map(quoted).collect::<Vec<_>>()).unwrap().collect().await.unwrap();
    let options = FormatOptions::default().with_null("-");
    let mut rows = Vec::new();
    for batch in batches {
        let cells: Vec<_> =
            batch.columns().iter().map(|array| ArrayFormatter::try_new(array, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows())
                .map(|row| cells.iter().map(|c| c.value(row).to_string()).collect::<Vec<_>>().join("|")),
        );
    }
    rows
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn types(index: &Index, names: &[&str]) -> Vec<String> {
    let schema = index.table.schema();
    names.iter().map(|name| schema.field_with_name(name).unwrap().data_type().to_string()).collect()
}

#[tokio::test]
async fn json_lines_give_typed_nested_and_repeated_fields() {
    let data = Data::new(&[(
        "a.ndjson",
        br#"{"n": 1, "f": 1, "mix": 5, "o": {"p": {"q": "x"}}, "l": ["a", 2, null, true], "e": [], "b": true}
{"n": 2, "f": 2.5, "mix": "a", "o.p.q": "y", "l": "z", "items": [{"k": 1, "s": ["u", "v"]}, {"k": 2}], "none": null}
"#,
    )]);
    let index = data.open().await.unwrap();
    assert_eq!(types(&index, &["n", "f", "mix", "b"]), ["Int64", "Float64", "Utf8", "Utf8"]);
    let names = ["n", "f", "mix", "o.p.q", "l", "b", "items{}.k", "items{}.s"];
    let expected = ["1|1.0|5|x|[a, 2, true]|true|-|-", "2|2.5|a|y|[z]|-|[1, 2]|[u, v]"];
    assert_eq!(show(&index, &names, None).await, expected);
    assert!(index.table.schema().field_with_name("none").is_err());
    assert!(index.table.schema().field_with_name("e").is_err());
}

#[tokio::test]
async fn numbers_in_text_columns_stay_as_written() {
    let data = Data::new(&[(
        "a.ndjson",
        b"{\"m\": 1.50, \"id\": 12345678901234567890123, \"n\": 1, \"_time\": 1700000000.5}\n{\"m\": \"x\", \"id\": 7}\n",
    )]);
    let rows = data.rows(&["m", "id", "n", "_time"]).await;
    assert_eq!(rows, ["1.50|12345678901234567890123|1|2023-11-14T22:13:20.500Z", "x|7|-|-"]);
}

#[tokio::test]
async fn every_event_has_its_line_its_origin_and_its_place() {
    let data = Data::new(&[("a.jsonl", b"{\"host\": \"h\"}\r\n\n{\"_raw\": \"own\", \"index\": \"other\"}")]);
    let rows = data.rows(&["_raw", "index", "host", "sourcetype", "__seq"]).await;
    assert_eq!(rows, ["{\"host\": \"h\"}|Main|h|json|0", "own|other|-|json|16"]);
    let source = data.rows(&["source"]).await;
    assert!(source[0].ends_with("/a.jsonl"), "{source:?}");
}

#[tokio::test]
async fn times_come_from_the_best_key_that_can_be_read() {
    let data = Data::new(&[(
        "a.ndjson",
        br#"{"_time": 1700000000.25, "timestamp": 1}
{"_time": "soon", "timestamp": "2023-11-14T22:13:20Z"}
{"timestamp": 1700000000000, "time": 1700000001}
{"other": 1}
"#,
    )]);
    let expected = ["2023-11-14T22:13:20.250Z", "2023-11-14T22:13:20Z", "2023-11-14T22:13:21Z", "-"];
    assert_eq!(data.rows(&["_time"]).await, expected);
}

#[tokio::test]
async fn bad_lines_are_counted_and_left_out_whatever_is_asked() {
    let data = Data::new(&[(
        "a.ndjson",
        b"{\"a\": 1}\n{\"a\": 2, \"b\": 5\n[1]\n{\"a\": \"\xff\"}\n{\"a\": 3} x\n{\"a\": 4}\n",
    )]);
    let index = data.open().await.unwrap();
    assert_eq!(index.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), [Code::SkippedLines]);
    assert!(index.warnings[0].message.contains("3 of 6 lines"), "{}", index.warnings[0].message);
    assert!(index.warnings[0].message.contains("line 2"), "{}", index.warnings[0].message);
    assert_eq!(show(&index, &["a"], None).await, ["1", "\u{fffd}", "4"]);
    assert_eq!(show(&index, &["sourcetype"], None).await.len(), 3);
    assert_eq!(show(&index, &["b"], Some(col("a").not_eq(lit("1")))).await, ["-", "-"]);
}

#[tokio::test]
async fn json_documents_and_compressed_files_are_events_too() {
    let array = b"[\n  {\"a\": 1},\n  {\"a\": 2}\n]";
    let lines = [gzip(b"{\"a\": 3}\n"), gzip(b"{\"a\": 4}\n")].concat();
    let zstd = zstd::encode_all(&b"{\"a\": 5}\n"[..], 1).unwrap();
    let data = Data::new(&[("a.json", array), ("b.ndjson.gz", &lines), ("c.ndjson.zst", &zstd), ("d.ndjson", b"")]);
    assert_eq!(data.rows(&["a"]).await, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn cut_archives_are_errors_that_name_the_file() {
    let bytes = gzip(b"{\"a\": 3}\n");
    let data = Data::new(&[("cut.ndjson.gz", &bytes[..bytes.len() - 5])]);
    let fault = data.open().await.unwrap_err();
    assert_eq!(fault.code, Code::File);
    assert!(fault.message.contains("cut.ndjson.gz"), "{}", fault.message);
    let data = Data::new(&[("no.csv.gz", b"plain text")]);
    assert!(data.open().await.unwrap_err().message.contains("no.csv.gz"));
}

#[tokio::test]
async fn csv_cells_are_numbers_only_where_all_are() {
    let data = Data::new(&[(
        "a.csv",
        b"\xef\xbb\xbftime,n,id,f,t,\"q\"\"\"\r\n1700000000,1,007,1.5,,\"x,\ny\"\r\n,2,8,2,z,\r\n",
    )]);
    let index = data.open().await.unwrap();
    assert_eq!(types(&index, &["n", "id", "f", "t"]), ["Int64", "Utf8", "Float64", "Utf8"]);
    let rows = show(&index, &["_time", "n", "id", "f", "t", "q\""], None).await;
    assert_eq!(rows, ["2023-11-14T22:13:20Z|1|007|1.5|-|x,\ny", "-|2|8|2.0|z|-"]);
    let raw = show(&index, &["_raw"], Some(col("n").gt(lit(0)))).await;
    assert_eq!(raw, ["1700000000,1,007,1.5,,\"x,\ny\"", ",2,8,2,z,"]);
}

#[tokio::test]
async fn a_ragged_csv_row_is_an_error_with_file_and_line() {
    let data = Data::new(&[("a.csv", b"a,b\n1,2\n\n1,2,3\n")]);
    let fault = data.open().await.unwrap_err();
    assert_eq!(fault.code, Code::Data);
    assert!(fault.message.contains("a.csv: line 4 has 3 cells, the header 2"), "{}", fault.message);
}

#[tokio::test]
async fn raw_lines_have_recognised_times_and_open_fields() {
    let data = Data::new(&[("a.log", b"2023-11-14T22:13:20Z hello\nno time \xff\n")]);
    let index = data.open().await.unwrap();
    assert!(index.open);
    let rows = show(&index, &["_time", "_raw", "sourcetype"], None).await;
    assert_eq!(rows, ["2023-11-14T22:13:20Z|2023-11-14T22:13:20Z hello|text", "-|no time \u{fffd}|text"]);
}

#[tokio::test]
async fn conditions_give_the_same_events_whether_few_or_many_pass() {
    let lines: String = (0..30_000).map(|n| format!("{{\"n\": {n}, \"t\": \"v{}\"}}\n", n % 7)).collect();
    let data = Data::new(&[("a.ndjson", lines.as_bytes())]);
    let index = data.open().await.unwrap();
    let few = show(&index, &["t"], Some(col("n").eq(lit(12_345)))).await;
    assert_eq!(few, [format!("v{}", 12_345 % 7)]);
    let many = show(&index, &["n"], Some(col("t").not_eq(lit("v3")))).await;
    let expected: Vec<String> = (0..30_000).filter(|n| n % 7 != 3).map(|n| n.to_string()).collect();
    assert!(many == expected, "{} rows, {} expected", many.len(), expected.len());
}

#[tokio::test]
async fn parquet_files_get_the_columns_of_an_index_and_unite_with_texts() {
    use datafusion::arrow::{
        array::{ArrayRef, BooleanArray, Int32Array, RecordBatch, StringArray, TimestampMillisecondArray},
        datatypes::{DataType, Field, Schema, TimeUnit},
    };
    let fields = vec![
        Field::new("timestamp", DataType::Timestamp(TimeUnit::Millisecond, None), true),
        Field::new("n", DataType::Int32, true),
        Field::new("ok", DataType::Boolean, true),
        Field::new("host", DataType::Utf8, true),
    ];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampMillisecondArray::from(vec![1_700_000_000_000, 1_700_000_001_000])),
        Arc::new(Int32Array::from(vec![Some(1), None])),
        Arc::new(BooleanArray::from(vec![true, false])),
        Arc::new(StringArray::from(vec![None, Some("h")])),
    ];
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = datafusion::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let data = Data::new(&[("a.parquet", &bytes)]);
    let names = ["_time", "n", "ok", "host", "index", "sourcetype", "_raw", "__seq"];
    let expected =
        ["2023-11-14T22:13:20Z|1|true|-|Main|parquet|-|0", "2023-11-14T22:13:21Z|-|false|h|Main|parquet|-|1"];
    assert_eq!(data.rows(&names).await, expected);
    let index = data.open().await.unwrap();
    assert_eq!(show(&index, &["ok"], Some(col("n").eq(lit(1_i64)))).await, ["true"]);
    let data = Data::new(&[("a.parquet", &bytes), ("b.ndjson", b"{\"n\": 2.5, \"ok\": [\"x\", \"y\"]}\n")]);
    assert_eq!(
        data.rows(&["n", "ok", "sourcetype"]).await,
        ["1.0|[true]|parquet", "-|[false]|parquet", "2.5|[x, y]|json"]
    );
}

#[tokio::test]
async fn a_broken_parquet_file_is_an_error_that_names_it() {
    let data = Data::new(&[("a.parquet", b"PAR1 no more")]);
    let fault = data.open().await.unwrap_err();
    assert!(fault.message.contains("a.parquet"), "{}", fault.message);
}

#[tokio::test]
async fn events_that_are_made_are_the_same_in_parts() {
    use speleo_knowledge::{Conf, IndexTimeKnowledge, Props};

    // Some have no time, some are no text, some ends are doubled.
    let mut text = Vec::new();
    for n in 0..60_000_u32 {
        match n % 1_000 {
            0..3 => text.extend(format!("2023-11-14T22:{:02}:{:02}Z event {n}\r\n", n / 1_000 % 60, n % 60).bytes()),
            500 => text.extend(format!("\n\nno time \u{e9} {n}\n").bytes()),
            501 => text.extend([b"cut \xe9\xff ", n.to_string().as_bytes(), b"\n"].concat()),
            _ => text.extend(format!("no time {n}\n").bytes()),
        }
    }
    let data = Data::new(&[("a.log", &text)]);
    let part = IndexSetting {
        name: "Main".into(),
        path: data.0.path().to_string_lossy().into(),
        sourcetype: Some("s".into()),
        ..IndexSetting::default()
    };
    let props = Props::from_conf(&Conf::parse("[s]\nSHOULD_LINEMERGE = false\n").0).0;
    let index_time = IndexTimeKnowledge { props, ..IndexTimeKnowledge::default() };
    let knowledge = Arc::new(Knowledge { index_time, ..Knowledge::default() });
    let session = session::open(None).unwrap();
    let zone = Zone { timezone: Tz::UTC, now: NOW };
    let index = open(Files::find(&[part]).unwrap(), &session, zone, &knowledge, &Remembered::default()).await.unwrap();
    let mut answers = Vec::new();
    for parts in [1, 3, 7] {
        let config = datafusion::prelude::SessionConfig::new()
            .with_target_partitions(parts)
            .set_usize("datafusion.optimizer.repartition_file_min_size", 1);
        let session = datafusion::prelude::SessionContext::new_with_config(config);
        let frame = session.read_table(Arc::clone(&index.table)).unwrap().select_columns(&["_raw", "_time"]).unwrap();
        let batches = frame.collect().await.unwrap();
        let options = FormatOptions::default();
        let mut rows = Vec::new();
        for batch in &batches {
            let cells: Vec<_> =
                batch.columns().iter().map(|array| ArrayFormatter::try_new(array, &options).unwrap()).collect();
            rows.extend((0..batch.num_rows()).map(|row| format!("{} {}", cells[0].value(row), cells[1].value(row))));
        }
        rows.sort();
        assert_eq!(rows.len(), 60_000);
        answers.push(rows);
    }
    assert!(answers[0] == answers[1] && answers[0] == answers[2]);
}

/// The origins of an index's events by their source types, `sourcetype/structured`.
async fn origins(index: &Index, remembered: &Remembered) -> Vec<String> {
    let (session, zone) = (session::open(None).unwrap(), Zone { timezone: Tz::UTC, now: NOW });
    let origins = index.origins_of_events(&["sourcetype"], remembered, &session, zone).await.unwrap();
    assert!(origins.iter().all(|origin| origin.source.is_none() && origin.host.is_none()));
    origins
        .iter()
        .map(|origin| format!("{}/{}", origin.sourcetype.as_deref().unwrap_or("-"), origin.structured))
        .collect()
}

#[tokio::test]
async fn events_tell_where_they_are_from_once() {
    let data = Data::new(&[
        ("a.ndjson", b"{\"sourcetype\":\"x\"}\n{\"sourcetype\":\"w\"}\n{\"n\":1}\n{\"sourcetype\":\"x\"}\n"),
        ("b.log", b"one\ntwo\n"),
        ("c.csv", b"n,sourcetype\n1,x\n2,y\n"),
    ]);
    let remembered = Remembered::default();
    let index = data.open_remembering(&remembered).await.unwrap();
    assert_eq!(index.said, ["sourcetype"]);
    let expected = ["json/true", "w/true", "x/true", "text/false", "y/true"];
    assert_eq!(origins(&index, &remembered).await, expected);
    // What is remembered is not read again: nobody sees that a file is gone.
    std::fs::remove_file(data.0.path().join("a.ndjson")).unwrap();
    assert_eq!(origins(&index, &remembered).await, expected);
    // A file that changed is.
    std::fs::write(data.0.path().join("c.csv"), "n,sourcetype\n1,new\n").unwrap();
    let index = data.open_remembering(&remembered).await.unwrap();
    assert_eq!(origins(&index, &remembered).await, ["text/false", "new/true"]);
}

/// A call of a kernel with a column and texts.
fn call(kernel: &str, column: &str, texts: &[&str]) -> datafusion::logical_expr::Expr {
    let kernel = speleo_functions::eval::kernels().into_iter().find(|known| known.name() == kernel).unwrap();
    let column = datafusion::logical_expr::Expr::Column(datafusion::common::Column::new_unqualified(column));
    kernel.call([vec![column], texts.iter().map(|text| lit(*text)).collect()].concat())
}

fn term(text: &str) -> datafusion::logical_expr::Expr {
    call("spl_search_term", "_raw", &[text, "term"])
}

#[tokio::test]
async fn words_are_looked_for_in_lines_whatever_else_is_asked() {
    let data = Data::new(&[
        ("a.log", b"an error here\r\n\nnone \xff\nERROR and failure\nfailure of b\nerrors"),
        ("b.ndjson", b"{\"m\": \"an error\"}\n{\"m\": \"error\n{\"m\": \"\\u0065rror\"}\n{\"n\": 5}\n"),
        ("c.csv", b"m,k\n\"an\nerror\",x\nno,y\n"),
    ]);
    let index = data.open().await.unwrap();
    let check = async |filter, expected: &[&str]| assert_eq!(show(&index, &["_raw"], Some(filter)).await, expected);
    let (error, in_json) = ("an error here", "{\"m\": \"an error\"}");
    check(term("error"), &[error, "ERROR and failure", in_json, "\"an\nerror\",x"]).await;
    check(term("error").and(term("failure")), &["ERROR and failure"]).await;
    check(term("failure").or(term("an")), &[error, "ERROR and failure", "failure of b", in_json, "\"an\nerror\",x"])
        .await;
    check(term("error").and(col("m").is_not_null()), &[in_json, "\"an\nerror\",x"]).await;
    check(
        term("error").and(call("spl_search_differs", "_raw", &["*here"])),
        &["ERROR and failure", in_json, "\"an\nerror\",x"],
    )
    .await;
    check(term("\u{fffd}"), &["none \u{fffd}"]).await;
    check((!term("error")).and(term("failure")), &["failure of b"]).await;
    // What is no text is told though its line has none of the words.
    let other = data.open().await.unwrap();
    show(&other, &["_raw"], Some(term("failure"))).await;
    let notes = other.notes.list();
    assert!(notes.iter().any(|note| note.message.contains("line 3")), "{notes:?}");
}

#[tokio::test]
async fn values_are_looked_for_as_they_may_be_written() {
    let data = Data::new(&[(
        "a.ndjson",
        br#"{"id": 1, "u": "Bob", "n": 404, "m": 1.50}
{"id": 2, "u": "b\u006fb", "n": 200, "m": "true"}
{"id": 3, "u": "alice", "x": "bob", "n": 4040, "m": true}
{"id": 4, "u": "say \"bob\"", "n": 404, "m": "x"}
{"id": 5, "u": ["bob
{"id": 6, "u": "c:\\temp\\bob", "n": 404, "m": 12345678901234567890123}
"#,
    )]);
    let index = data.open().await.unwrap();
    let check = async |filter, expected: &[&str]| assert_eq!(show(&index, &["id"], Some(filter)).await, expected);
    let equals = |column, text| call("spl_search_equals", column, &[text]);
    check(equals("u", "bob"), &["1", "2"]).await;
    check(equals("u", "*bob*"), &["1", "2", "4", "6"]).await;
    check(equals("u", "say \"bob\""), &["4"]).await;
    check(equals("u", "*temp\\bob"), &["6"]).await;
    check(col("u").eq(lit("bob")), &["2"]).await;
    check(col("n").eq(lit(404_i64)), &["1", "4", "6"]).await;
    check(col("n").eq(lit(404_i64)).and(equals("u", "bob")), &["1"]).await;
    check(equals("m", "1.50"), &["1"]).await;
    check(equals("m", "true"), &["2", "3"]).await;
    check(equals("m", "12345678901234567890123"), &["6"]).await;
    check(equals("sourcetype", "json"), &["1", "2", "3", "4", "6"]).await;
    check(!equals("u", "bob"), &["3", "4", "6"]).await;
}
