#![allow(clippy::unwrap_used)]
use chrono_tz::Tz;
use datafusion::{
    arrow::{array::Int64Array, util::pretty::pretty_format_batches},
    dataframe::DataFrame,
    parquet::arrow::ArrowWriter,
    physical_plan::displayable,
    prelude::{col, lit},
};

use super::*;
use crate::{
    IndexSetting, session,
    source::{Files, Remembered, open},
    time::Zone,
};

/// Five files, of which `b` and `d` hold events that say where they are from, and `a` and `b` a field of two types.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.ndjson", "{\"n\": 1}\n{\"n\": 2, \"only_a\": 1}\n");
    write("b.ndjson", "{\"n\": \"x\", \"source\": \"/elsewhere\"}\n{\"n\": 3, \"host\": \"h\"}\n");
    write("c.log", "one line\n");
    let rows = |name: &str, column: ArrayRef| RecordBatch::try_from_iter([(name, column)]).unwrap();
    for (file, batch) in [
        ("d.parquet", rows("host", Arc::new(StringArray::from(vec!["h", "i"])))),
        ("e.parquet", rows("n", Arc::new(Int64Array::from(vec![4, 5])))),
    ] {
        let file = std::fs::File::create(folder.path().join(file)).unwrap();
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
    folder
}

async fn events(folder: &tempfile::TempDir, host: Option<&str>) -> DataFrame {
    let session = session::open(None).unwrap();
    let path = folder.path().to_string_lossy().into_owned();
    let part = IndexSetting { name: "main".into(), path, host: host.map(str::to_owned), ..IndexSetting::default() };
    let zone = Zone { timezone: Tz::UTC, now: 0 };
    let files = Files::find(&[part]).unwrap();
    let index = open(files, &session, zone, &Arc::default(), &Remembered::default()).await.unwrap();
    session.read_table(Arc::clone(&index.table)).unwrap()
}

async fn rows(events: DataFrame) -> Result<String> {
    let batches = events.sort(vec![col("__seq").sort(true, true)])?.collect().await?;
    Ok(pretty_format_batches(&batches)?.to_string())
}

/// The files of the scans.
async fn scanned(events: DataFrame) -> String {
    let plan = events.create_physical_plan().await.unwrap();
    let text = displayable(plan.as_ref()).indent(true).to_string();
    // Conditions name files, too.
    let groups = text.lines().filter_map(|line| line.split_once("file_groups=")?.1.split_once(", projection"));
    let text: String = groups.map(|(groups, _)| groups).collect();
    ["a.ndjson", "b.ndjson", "c.log", "d.parquet", "e.parquet"]
        .into_iter()
        .filter(|name| text.contains(&format!("/{name}")))
        .map(|name| name.get(..1).unwrap())
        .collect()
}

/// The same condition as one over what events hold, too.
fn hidden(condition: Expr) -> Expr {
    condition.or(col("__seq").lt(lit(0_i64)))
}

#[tokio::test]
async fn a_condition_over_what_files_say_leaves_its_files_and_every_answer_as_it_is() {
    let folder = folder();
    let path = |name: &str| lit(folder.path().join(name).to_string_lossy().into_owned());
    let source = || col("source");
    let cases = [
        // What of `b` is from elsewhere stays to be asked.
        (source().eq(path("a.ndjson")), "ab"),
        (source().eq(lit("/elsewhere")), "b"),
        (source().in_list(vec![path("c.log"), path("e.parquet")], false), "bce"),
        (source().like(lit("%.log")), "bc"),
        (source().not_eq(path("a.ndjson")), "bcde"),
        (source().eq(path("c.log")).or(source().eq(path("d.parquet"))), "bcd"),
        (source().eq(path("e.parquet")).is_not_true(), "abcd"),
        // Files do not know a host, and two of them have events that do; Parquet files are one table.
        (col("host").eq(lit("h")), "bde"),
        (col("host").is_null(), "abcde"),
        (col("sourcetype").eq(lit("parquet")), "de"),
        (col("index").eq(lit("other")), ""),
        // Two columns, of which `b` may say one.
        (source().eq(path("c.log")).or(col("sourcetype").eq(lit("json"))), "abc"),
        // What is not over columns of files alone leaves all.
        (source().eq(path("a.ndjson")).or(col("n").eq(lit("5"))), "abcde"),
    ];
    for (condition, expected) in cases {
        let all = events(&folder, None).await;
        let chosen = all.clone().filter(condition.clone()).unwrap();
        let whole = all.filter(hidden(condition.clone())).unwrap();
        assert_eq!(scanned(whole.clone()).await, "abcde", "{condition}");
        assert_eq!(scanned(chosen.clone()).await, expected, "{condition}");
        assert_eq!(rows(chosen).await.unwrap(), rows(whole).await.unwrap(), "{condition}");
    }
}

#[tokio::test]
async fn a_host_that_all_files_are_given_counts_where_events_say_none() {
    let folder = folder();
    let all = events(&folder, Some("web1")).await;
    assert_eq!(scanned(all.clone().filter(col("host").eq(lit("web2"))).unwrap()).await, "bde");
    assert_eq!(scanned(all.filter(col("host").eq(lit("web1"))).unwrap()).await, "abcde");
}

#[tokio::test]
async fn files_that_are_left_out_are_not_opened_by_a_scan() {
    let folder = folder();
    let all = events(&folder, None).await;
    let source = lit(folder.path().join("e.parquet").to_string_lossy().into_owned());
    for name in ["a.ndjson", "c.log"] {
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    let condition = col("source").eq(source);
    assert!(rows(all.clone().filter(condition.clone()).unwrap()).await.unwrap().contains("| 5 "));
    assert!(rows(all.filter(hidden(condition)).unwrap()).await.is_err());
}
