//! Files in an index give the answers that they give in place, and are added once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod inputs;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{IngestOrder, Ingested};
use crate::{Engine, IndexSetting, Settings};

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    async fn engine(&self, indexes: &[(&str, &Path)]) -> Engine {
        let setting = |(name, path): &(&str, &Path)| IndexSetting {
            name: (*name).to_owned(),
            path: path.to_string_lossy().into_owned(),
            ..IndexSetting::default()
        };
        let settings = Settings {
            indexes: indexes.iter().map(setting).collect(),
            timezone: Some("UTC".to_owned()),
            ..Settings::default()
        };
        Engine::open(settings).await.unwrap()
    }

    /// An engine with an empty native index `store`.
    async fn store(&self) -> Engine {
        let engine = self.engine(&[]).await;
        engine.create_index("store", Some(&self.at("store"))).await.unwrap();
        self.engine(&[("store", &self.at("store"))]).await
    }
}

async fn ingest(engine: &Engine, paths: &[&str]) -> Ingested {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let order = IngestOrder { index: "store".to_owned(), paths, ..IngestOrder::default() };
    engine.ingest(&order, &|_| {}).await.unwrap()
}

/// The answer as JSON lines.
async fn rows(engine: &Engine, search: &str) -> Vec<Value> {
    let outcome = engine.search(search).await;
    let answer = outcome.result.unwrap_or_else(|()| panic!("{search}: {:?}", outcome.diagnostics));
    let objects = answer.batches.iter().flat_map(|batch| crate::collect::objects(batch).unwrap());
    objects.map(Value::Object).collect()
}

/// Whether searches find the same in files in place and in the index.
async fn same(world: &World, paths: &[&str], searches: &[&str]) {
    let engine = world.store().await;
    ingest(&engine, paths).await;
    let places: Vec<(&str, &Path)> = paths.iter().map(|path| ("place", Path::new(*path))).collect();
    let in_place = world.engine(&places).await;
    for search in searches {
        let stored = rows(&engine, &format!("index=store {search}")).await;
        let expected = rows(&in_place, &format!("index=place {search}")).await;
        assert!(!expected.is_empty(), "{search}");
        assert_eq!(stored, expected, "{search}");
    }
}

const WEB: &str = r#"{"_time":"2024-03-10T11:00:00Z","host":"a","status":200,"user":{"name":"ann"},"tags":["x","y"]}
{"_time":"2024-03-10T11:00:00Z","host":"b","status":404,"bytes":1.5}
{"_time":"2024-03-12T00:00:01Z","host":"a","status":500,"sourcetype":"other"}
{"host":"c","status":"none"}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn json_gives_the_same_answers_as_in_place() {
    let world = World::new();
    let first = world.write("web.ndjson", WEB);
    let second = world.write("more.ndjson", "{\"_time\":\"2024-03-10T11:00:00Z\",\"status\":7,\"new field\":\"v\"}\n");
    let searches = [
        "| table _time _raw host source sourcetype status user.name tags{} bytes \"new field\"",
        "status>=404 | table host status",
        "| stats count BY host sourcetype",
        "earliest=2024-03-12T00:00:00 | stats count",
        "tags{}=y | table host",
        "| stats sum(bytes) max(status) dc(user.name)",
    ];
    same(&world, &[&first, &second], &searches).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_lines_and_cells_give_the_same_answers_as_in_place() {
    let world = World::new();
    let log = world
        .write("app.log", "2024-03-10 11:00:00 user=ann action=login\n2024-03-10 11:00:01 user=bob action=logout\n");
    let cells = world.write("cells.csv", "_time,user,n\n2024-03-10T11:00:00Z,\"a, b\",1\n2024-03-11T11:00:00Z,c,2\n");
    let searches =
        ["| table _time _raw user action n source", "user=bob | table action", "| stats count BY sourcetype"];
    same(&world, &[&log, &cells], &searches).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_once_and_its_growth_behind_it() {
    let world = World::new();
    let engine = world.store().await;
    let path = world.write("web.ndjson", "{\"n\":1}\n{\"n\":2}\n");
    let done = ingest(&engine, &[&path]).await;
    assert_eq!((done.files, done.known, done.events), (1, 0, 2));
    let done = ingest(&engine, &[&path]).await;
    assert_eq!((done.files, done.known, done.events), (1, 1, 0));
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"n\":3}\n").unwrap();
    assert_eq!(ingest(&engine, &[&path]).await.events, 1);
    assert_eq!(rows(&engine, "index=store | stats count sum(n) AS s").await[0]["s"], 6);
    // A file that begins in another way is another one.
    world.write("web.ndjson", "{\"n\":4}\n");
    assert_eq!(ingest(&engine, &[&path]).await.events, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn cells_that_are_added_to_a_file_keep_its_header() {
    let world = World::new();
    let engine = world.store().await;
    let path = world.write("cells.csv", "a,b\n1,2\n");
    ingest(&engine, &[&path]).await;
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"3,4\n").unwrap();
    assert_eq!(ingest(&engine, &[&path]).await.events, 1);
    assert_eq!(
        rows(&engine, "index=store | stats sum(a) AS a sum(b) AS b").await[0],
        serde_json::json!({"a": 4, "b": 6})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_not_ended_waits_where_lines_are_to_be_whole() {
    let world = World::new();
    let engine = world.store().await;
    let path = world.write("app.log", "one\ntw");
    let order = IngestOrder {
        index: "store".to_owned(),
        paths: vec![path.clone()],
        whole_lines: true,
        ..IngestOrder::default()
    };
    assert_eq!(engine.ingest(&order, &|_| {}).await.unwrap().events, 1);
    fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"o\n").unwrap();
    assert_eq!(engine.ingest(&order, &|_| {}).await.unwrap().events, 1);
    let found = rows(&engine, "index=store | table _raw | sort _raw").await;
    assert_eq!(found, [serde_json::json!({"_raw": "one"}), serde_json::json!({"_raw": "two"})]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_are_no_events_are_counted_and_kept() {
    let world = World::new();
    let engine = world.store().await;
    let path = world.write("web.ndjson", "{\"n\":1}\nno json\n{\"n\":2}\n[3]\n");
    let done = ingest(&engine, &[&path]).await;
    assert_eq!((done.events, done.rejected, done.rejects.len()), (2, 2, 1));
    assert_eq!(fs::read_to_string(&done.rejects[0]).unwrap(), "no json\n[3]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn indexes_are_made_listed_cared_for_and_dropped() {
    let world = World::new();
    let engine = world.store().await;
    for number in 0..3 {
        let text = format!("{{\"_time\":\"2024-03-1{number}T00:00:00Z\",\"n\":1}}\n");
        let path = world.write(&format!("{number}.ndjson"), &text.repeat(2));
        ingest(&engine, &[&path]).await;
        let again = world.write(&format!("again{number}.ndjson"), &text);
        ingest(&engine, &[&again]).await;
    }
    let stored = engine.stored_index("store").await.unwrap();
    assert_eq!((stored.events, stored.files), (9, 6));
    let (compacted, _) = engine.compact_index("store").await.unwrap();
    assert_eq!((compacted.before, compacted.after), (6, 3));
    let files = rows(&engine, "| dbinspect index=store | table eventCount startEpoch endEpoch | sort startEpoch").await;
    let day = |day: i64| 1_710_028_800 + (day - 10) * 86_400;
    let file = |day: i64| serde_json::json!({"eventCount": 3, "startEpoch": day, "endEpoch": day});
    assert_eq!(files, [file(day(10)), file(day(11)), file(day(12))]);
    let oldest = engine.instant("2024-03-11T00:00:00").unwrap();
    let (retained, _) = engine.retain_index("store", oldest).await.unwrap();
    assert_eq!((retained.files, retained.rows), (1, 3));
    assert_eq!(rows(&engine, "index=store | stats count").await[0]["count"], 6);
    assert!(engine.create_index("store", Some(&world.at("other"))).await.is_err());
    assert!(engine.create_index("Not a name", Some(&world.at("other"))).await.is_err());
    engine.drop_index("store").await.unwrap();
    assert!(!world.at("store").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn collected_events_are_those_of_a_file_of_json_lines() {
    let world = World::new();
    let lines = world.write("lines.ndjson", "");
    let store = world.store().await;
    drop(store);
    let engine = world.engine(&[("store", &world.at("store")), ("lines", Path::new(&lines))]).await;
    for index in ["store", "lines"] {
        for number in [1, 2] {
            let search = format!(
                "| makeresults | eval _time=170{number}, n={number}, who=\"ann\", several=split(\"a b\", \" \") | collect index={index}"
            );
            rows(&engine, &search).await;
        }
    }
    let asked = "| table _time _raw n who several sourcetype";
    let stored = rows(&engine, &format!("index=store {asked}")).await;
    assert_eq!(stored.len(), 2);
    assert_eq!(stored, rows(&engine, &format!("index=lines {asked}")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn points_of_metrics_are_collected_into_an_index() {
    let world = World::new();
    let engine = world.store().await;
    let points = "| makeresults count=3 | streamstats count AS n | eval cpu=n*10, host=\"a\"";
    rows(&engine, &format!("{points} | mcollect index=store split=allnums host")).await;
    let found = rows(&engine, "| mstats sum(cpu) AS s count(cpu) AS c WHERE index=store BY host").await;
    assert_eq!(found, [serde_json::json!({"host": "a", "s": 60, "c": 3})]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_outside_of_a_search_s_range_are_not_opened() {
    let world = World::new();
    let engine = world.store().await;
    let event = |day: u32| format!("{{\"_time\":\"2024-03-{day}T10:00:00Z\",\"n\":{day}}}\n");
    let path = world.write("days.ndjson", &(10..13).map(event).collect::<String>());
    ingest(&engine, &[&path]).await;
    fs::remove_dir_all(world.at("store/_day=2024-03-12")).unwrap();
    let days = "index=store earliest=2024-03-10T00:00:00 latest=2024-03-12T00:00:00 | stats sum(n) AS s";
    assert_eq!(rows(&engine, days).await[0]["s"], 21);
    assert!(engine.search("index=store | stats sum(n)").await.result.is_err(), "the file is needed here");
}
