//! Data and native indexes in object stores: searches over an S3 server and over a web server give what they give over files.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "object_store/server.rs"]
mod server;
#[path = "object_store/web.rs"]
mod web;

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use self::{server::S3, web::Web};

/// Runs speleo in a folder, as one who may ask the server.
fn command(s3: &S3, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env("AWS_ENDPOINT_URL", s3.endpoint()).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", server::ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", server::SECRET_KEY);
    command
}

fn speleo(s3: &S3, folder: &Path, arguments: &[&str]) -> Output {
    command(s3, folder, arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a run says that is to succeed.
#[track_caller]
fn fine(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The rows of a search over an index `x` at a place.
#[track_caller]
fn rows(s3: &S3, place: &str, search: &str) -> String {
    let index = format!("x={place}");
    fine(&speleo(s3, s3.folder(), &["search", "--timezone", "UTC", "--output", "jsonl", "--index", &index, search]))
}

/// The error of a search that is to fail, without its colours and hints.
#[track_caller]
fn error(output: &Output) -> String {
    assert_ne!(output.status.code(), Some(0));
    stderr(output).lines().next().unwrap_or_default().to_owned()
}

/// JSON lines with `n` from one number to another.
fn lines(from: usize, to: usize) -> String {
    let line = |n: usize| {
        let status = [200, 301, 404, 500][n % 4];
        format!("{{\"_time\":{},\"n\":{n},\"status\":{status},\"path\":\"/page/{}\"}}\n", 1_700_000_000 + n, n % 97)
    };
    (from..to).map(line).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap()
}

const SUMMARY: &str =
    "index=x | stats count sum(n) AS sum min(_time) AS first max(_time) AS last by status | sort status";

#[test]
fn files_in_a_bucket_answer_as_files_in_place() {
    let s3 = S3::start(&[]);
    // Large enough for several requests.
    s3.put("logs/a.ndjson", lines(0, 30_000).as_bytes());
    s3.put("logs/b.ndjson.gz", &gzip(&lines(30_000, 40_000)));
    s3.put("logs/deep/c.csv", b"_time,n,status\n1700000000,7,200\n1700000001,8,404\n");
    s3.put("logs/d.log", b"2024-03-10 10:00:00 status=500 n=3\n");
    s3.put("logs/notes.unknown", b"no events\n");
    let parquet = rows_as_parquet(&s3);
    s3.put("tables/one.parquet", &parquet);
    for pattern in ["logs/a.ndjson", "logs/*.ndjson", "logs/*.gz", "logs/", "logs", "logs/**/*.csv", "tables/*.parquet"]
    {
        let here = s3.file(pattern).to_string_lossy().into_owned();
        let there = rows(&s3, &format!("s3://bucket/{pattern}"), SUMMARY);
        assert!(!there.is_empty(), "{pattern}");
        assert_eq!(there, rows(&s3, &here, SUMMARY), "{pattern}");
    }
    let narrow = "index=x n=23456 | table n, status, path, source";
    let found = rows(&s3, "s3://bucket/logs/*.ndjson", narrow);
    assert_eq!(found, "{\"n\":23456,\"status\":200,\"path\":\"/page/79\",\"source\":\"s3://bucket/logs/a.ndjson\"}\n");
    // Large enough for parts that cores read apart.
    s3.put("large/a.ndjson", lines(0, 240_000).as_bytes());
    let large = rows(&s3, "s3://bucket/large/a.ndjson", "index=x | stats count sum(n) AS sum");
    assert_eq!(large, format!("{{\"count\":240000,\"sum\":{}}}\n", 240_000_u64 * 239_999 / 2));
    // Formats meet in one index.
    let united = "index=x | stats count sum(n) AS sum";
    let parts = ["--index", "x=s3://bucket/tables/", "--index", "x=s3://bucket/logs/deep/"];
    let both = speleo(&s3, s3.folder(), &[&["search", "--output", "jsonl"], &parts[..], &[united]].concat());
    assert_eq!(fine(&both), "{\"count\":102,\"sum\":4965}\n");
}

/// A Parquet file with `n` from 0 to 99.
fn rows_as_parquet(s3: &S3) -> Vec<u8> {
    let name = s3.folder().join("hundred.ndjson");
    fs::write(&name, lines(0, 100)).unwrap();
    let index = format!("x={}", name.display());
    let output = speleo(
        s3,
        s3.folder(),
        &["search", "--output", "parquet", "--index", &index, "index=x | table _time, n, status, path"],
    );
    fine_bytes(&output)
}

#[track_caller]
fn fine_bytes(output: &Output) -> Vec<u8> {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    output.stdout.clone()
}

#[test]
fn a_server_that_is_busy_now_and_then_is_asked_again() {
    let s3 = S3::start(&["--fail-every", "3"]);
    s3.put("logs/a.ndjson", lines(0, 20_000).as_bytes());
    s3.put("logs/b.ndjson.gz", &gzip(&lines(20_000, 30_000)));
    let found = rows(&s3, "s3://bucket/logs/", "index=x | stats count sum(n) AS sum");
    assert_eq!(found, format!("{{\"count\":30000,\"sum\":{}}}\n", 30_000_u64 * 29_999 / 2));
    let project = project(&s3);
    fine(&speleo(&s3, project.path(), &["index", "create", "web"]));
    fine(&speleo(&s3, project.path(), &["ingest", "web", "s3://bucket/logs/b.ndjson.gz"]));
    let count = ["search", "--output", "jsonl", "index=web | stats count"];
    assert_eq!(fine(&speleo(&s3, project.path(), &count)), "{\"count\":10000}\n");
}

/// A project whose native indexes are in the bucket.
fn project(s3: &S3) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "timezone = \"UTC\"\nstore = \"s3://bucket/indexes\"\n[stores.\"s3://bucket\"]\nendpoint = \"{}\"\nallow_http = true\n",
        s3.endpoint()
    );
    fs::write(folder.path().join("speleo.toml"), text).unwrap();
    folder
}

#[test]
fn an_index_in_a_bucket_lives_as_one_in_a_folder() {
    let s3 = S3::start(&[]);
    let project = project(&s3);
    let run = |arguments: &[&str]| speleo(&s3, project.path(), arguments);
    let row = |search: &str| fine(&run(&["search", "--output", "jsonl", search]));
    assert_eq!(fine(&run(&["index", "create", "web"])), "web: s3://bucket/indexes/web\n");
    assert!(error(&run(&["index", "create", "web"])).contains("an index is called `web` already"));
    // Two writers at once, each with files of its own: S3 lets one of two changes of the same number through.
    let file = |number: usize| {
        let path = project.path().join(format!("{number}.ndjson"));
        fs::write(&path, lines(number * 100, number * 100 + 100)).unwrap();
        path.to_string_lossy().into_owned()
    };
    let writers: Vec<Vec<String>> = vec![(0..4).map(file).collect(), (4..8).map(file).collect()];
    for round in 0..4 {
        let start = |own: &Vec<String>| {
            let arguments = ["ingest", "web", own[round].as_str()];
            command(&s3, project.path(), &arguments).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = writers.iter().map(start).collect();
        for child in children {
            fine(&child.wait_with_output().unwrap());
        }
    }
    let all = "{\"count\":800,\"sum\":319600}\n";
    assert_eq!(row("index=web | stats count sum(n) AS sum"), all);
    let again = run(&["ingest", "web", &writers[0][0]]);
    assert!(stderr(&again).starts_with("0 events of 0 files, 1 known; "), "{}", stderr(&again));
    let listed = fine(&run(&["index", "list", "--output", "jsonl"]));
    assert!(listed.contains("\"place\":\"s3://bucket/indexes/web\"") && listed.contains("\"events\":800"), "{listed}");
    assert!(fine(&run(&["index", "compact", "web"])).starts_with("8 files became 1 "));
    assert_eq!(row("index=web | stats count sum(n) AS sum"), all);
    fine(&run(&["search", "--output", "jsonl", "index=web n<10 | table n | collect index=web"]));
    assert_eq!(row("index=web | stats count sum(n) AS sum"), "{\"count\":810,\"sum\":319645}\n");
    // A line that is no event is kept beside the index.
    fs::write(project.path().join("bad.ndjson"), "{\"_time\":1700000000,\"n\":1}\nno event\n").unwrap();
    let bad = run(&["ingest", "web", "bad.ndjson"]);
    assert!(
        stderr(&bad).contains("1 lines rejected and kept in s3://bucket/indexes/web/_rejected/"),
        "{}",
        stderr(&bad)
    );
    let retained = fine(&run(&["index", "retain", "web", "--older", "1d"]));
    assert!(retained.contains(" files with ") && !retained.starts_with('0'), "{retained}");
    // What was collected has the time of now, or none: it stays.
    assert!(row("index=web | stats count").starts_with("{\"count\":"), "{retained}");
    assert_eq!(fine(&run(&["index", "drop", "web", "--yes"])), "s3://bucket/indexes/web is deleted\n");
    assert_eq!(s3.count("indexes"), 0);
    assert!(error(&run(&["index", "info", "web"])).contains("no index is called `web`"));
}

#[test]
fn failures_say_what_helps() {
    let s3 = S3::start(&[]);
    s3.put("logs/a.ndjson", lines(0, 3).as_bytes());
    let search = |place: &str, variables: &[(&str, &str)]| {
        let index = format!("x={place}");
        let mut command = command(&s3, s3.folder(), &["search", "--index", &index, "index=x"]);
        let output = command.envs(variables.iter().copied()).output().unwrap();
        assert!(!stderr(&output).contains("underground"), "{}", stderr(&output));
        error(&output)
    };
    let endpoint = s3.endpoint();
    assert_eq!(
        search("s3://bucket/logs/none.ndjson", &[]),
        "error[E0501]: there is no file `s3://bucket/logs/none.ndjson`"
    );
    assert_eq!(search("s3://bucket/none/*.gz", &[]), "error[E0501]: there is no file `s3://bucket/none/*.gz`");
    assert_eq!(
        search("s3://nobucket/logs/", &[]),
        format!(
            "error[E0501]: `s3://nobucket/logs`: there is no such bucket at `{endpoint}` (NoSuchBucket); AWS_ENDPOINT_URL says \
             which server is asked"
        )
    );
    assert_eq!(
        search("s3://bucket/logs/a.ndjson", &[("AWS_SECRET_ACCESS_KEY", "wrong")]),
        format!(
            "error[E0501]: `s3://bucket/logs/a.ndjson`: `{endpoint}` denied access; AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY \
             say who asks"
        )
    );
    assert_eq!(
        search("s3://bucket/logs/", &[("AWS_ACCESS_KEY_ID", "nobody")]),
        format!(
            "error[E0501]: `s3://bucket/logs`: `{endpoint}` denied access (NotSignedUp); AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY say who asks"
        )
    );
    let start = Instant::now();
    assert_eq!(
        search("s3://bucket/logs/", &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]),
        "error[E0501]: `s3://bucket/logs`: `http://127.0.0.1:1` cannot be reached; AWS_ENDPOINT_URL says where the server is"
    );
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    let project = tempfile::tempdir().unwrap();
    let toml = "[stores.\"s3://bucket\"]\nregio = \"x\"\n[indexes]\nx = \"s3://bucket/logs/\"\n";
    fs::write(project.path().join("speleo.toml"), toml).unwrap();
    let output = speleo(&s3, project.path(), &["search", "index=x"]);
    assert!(stderr(&output).contains("there is no option `regio` of this store"), "{}", stderr(&output));
}

#[test]
fn a_web_server_gives_its_files() {
    let s3 = S3::start(&[]);
    let web = Web::start(vec![
        ("/data/a.ndjson".to_owned(), lines(0, 40_000).into_bytes()),
        ("/data/b.parquet".to_owned(), rows_as_parquet(&s3)),
        ("/data/c d.ndjson.gz".to_owned(), gzip(&lines(0, 10))),
    ]);
    let count = "index=x | stats count sum(n) AS sum";
    let at = |path: &str| format!("{}{path}", web.address());
    assert_eq!(
        rows(&s3, &at("/data/a.ndjson"), count),
        format!("{{\"count\":40000,\"sum\":{}}}\n", 40_000_u64 * 39_999 / 2)
    );
    assert_eq!(rows(&s3, &at("/data/b.parquet"), count), "{\"count\":100,\"sum\":4950}\n");
    assert_eq!(rows(&s3, &at("/data/c%20d.ndjson.gz?signature=hidden"), count), "{\"count\":10,\"sum\":45}\n");
    let failed = |path: &str| {
        let index = format!("x={}", at(path));
        error(&speleo(&s3, s3.folder(), &["search", "--index", &index, "index=x"]))
    };
    assert_eq!(failed("/data/none.ndjson"), format!("error[E0501]: there is no file `{}`", at("/data/none.ndjson")));
    assert_eq!(
        failed("/data/*.ndjson"),
        format!("error[E0501]: `{}`: `{}` lists no files: each of them has to be named", at("/data"), web.address())
    );
}
