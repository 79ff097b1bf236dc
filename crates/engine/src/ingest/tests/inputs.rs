//! What is read once: rotated logs, files that begin alike, archives.

use std::{
    fs::{self, File},
    io::Write,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{World, ingest, rows};
use crate::Engine;

async fn total(engine: &Engine) -> serde_json::Value {
    rows(engine, "index=store | stats count").await[0]["count"].clone()
}

/// Lines of a log from a number to another.
fn lines(from: u32, to: u32) -> String {
    (from..to).map(|line| format!("2024-03-10 11:00:{line:02} line={line}\n")).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_moved_and_compressed_keeps_its_events() {
    let world = World::new();
    let engine = world.store().await;
    let log = world.write("app.log", &lines(0, 5));
    let folder = world.folder.path().to_string_lossy().into_owned();
    let all = format!("{folder}/app.log*");
    assert_eq!(ingest(&engine, &[&all]).await.events, 5);
    // Two more lines come before it is moved away.
    fs::rename(&log, world.at("app.log.1")).unwrap();
    world.write("app.log.1", &lines(0, 7));
    world.write("app.log", &lines(20, 23));
    assert_eq!(ingest(&engine, &[&all]).await.events, 2 + 3);
    // The old one is compressed, and a line was added before that.
    fs::write(world.at("app.log.2.gz"), gzip(&lines(0, 8))).unwrap();
    fs::rename(world.at("app.log"), world.at("app.log.1")).unwrap();
    assert_eq!(ingest(&engine, &[&all]).await.events, 1);
    let done = ingest(&engine, &[&all]).await;
    assert_eq!((done.files, done.known, done.events), (2, 2, 0));
    assert_eq!(total(&engine).await, 8 + 3);
    let last = rows(&engine, "index=store | stats dc(line) AS lines max(line) AS last").await;
    assert_eq!(last[0], json!({"lines": 11, "last": "22"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_copied_and_cut_keeps_its_events() {
    let world = World::new();
    let engine = world.store().await;
    let log = world.write("app.log", &lines(0, 5));
    let folder = world.folder.path().to_string_lossy().into_owned();
    assert_eq!(ingest(&engine, &[&folder]).await.events, 5);
    fs::copy(&log, world.at("app.log.1")).unwrap();
    world.write("app.log", &lines(5, 7));
    assert_eq!(ingest(&engine, &[&folder]).await.events, 2);
    assert_eq!(total(&engine).await, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_begin_alike_are_each_added_once() {
    let world = World::new();
    let engine = world.store().await;
    let cells = |from: u32| format!("a,b\n{from},1\n{},2\n", from + 1);
    let folder = world.folder.path().to_string_lossy().into_owned();
    world.write("part.csv.1", &cells(0));
    assert_eq!(ingest(&engine, &[&folder]).await.events, 2);
    for (number, from) in [(2, 10), (3, 20), (4, 30)] {
        world.write(&format!("part.csv.{number}"), &cells(from));
    }
    assert_eq!(ingest(&engine, &[&folder]).await.events, 6);
    let done = ingest(&engine, &[&folder]).await;
    assert_eq!((done.known, done.events), (4, 0));
    assert!(done.warnings.is_empty(), "{:?}", done.warnings);
    // One grows: what is new of it is found behind the others.
    File::options().append(true).open(world.at("part.csv.3")).unwrap().write_all(b"40,1\n").unwrap();
    assert_eq!(ingest(&engine, &[&folder]).await.events, 1);
    assert_eq!(rows(&engine, "index=store | stats dc(a) AS a").await[0]["a"], 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_cut_is_told() {
    let world = World::new();
    let engine = world.store().await;
    let log = world.write("app.log", &lines(0, 5));
    ingest(&engine, &[&log]).await;
    world.write("app.log", &lines(0, 2));
    let done = ingest(&engine, &[&log]).await;
    assert_eq!(done.events, 2);
    assert!(done.warnings[0].message.contains("is not what it was when it was added"), "{:?}", done.warnings);
    assert_eq!(ingest(&engine, &[&log]).await.events, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_unpacked_and_their_files_added_once() {
    let world = World::new();
    let engine = world.store().await;
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let compressed = gzip(&lines(10, 12));
    let files: [(&str, &[u8]); 4] = [
        ("var/log/messages", b"one\ntwo\n"),
        ("var/log/app.log.1.gz", &compressed),
        ("web.ndjson", b"{\"n\":1}\n{\"n\":2}\n"),
        ("blob", b"\0\x01\x02"),
    ];
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, bytes).unwrap();
    }
    let archive = world.at("evidence.tgz");
    fs::write(&archive, builder.into_inner().unwrap().finish().unwrap()).unwrap();
    let mut zip = zip::ZipWriter::new(File::create(world.at("more.zip")).unwrap());
    zip.start_file("in.log", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(lines(0, 3).as_bytes()).unwrap();
    zip.finish().unwrap();
    world.write("beside.log", "beside\n");
    let folder = world.folder.path().to_string_lossy().into_owned();
    let done = ingest(&engine, &[&folder]).await;
    assert_eq!((done.files, done.events), (5, 2 + 2 + 2 + 3 + 1));
    let done = ingest(&engine, &[&folder]).await;
    assert_eq!((done.files, done.known, done.events), (5, 5, 0));
    let sources = rows(&engine, "index=store | stats count BY source").await;
    let named = |name: &str| sources.iter().any(|row| row["source"].as_str().unwrap().ends_with(name));
    for name in ["evidence.tgz:var/log/messages", "evidence.tgz:web.ndjson", "more.zip:in.log", "beside.log"] {
        assert!(named(name), "{name} in {sources:?}");
    }
    fs::write(world.at("empty.zip"), b"no archive").unwrap();
    let order = super::IngestOrder {
        index: "store".to_owned(),
        paths: vec![world.at("empty.zip").to_string_lossy().into_owned()],
        ..Default::default()
    };
    let told = engine.ingest(&order, &|_| {}).await.unwrap_err();
    assert!(told[0].message.contains("neither a folder nor an archive"), "{told:?}");
}
