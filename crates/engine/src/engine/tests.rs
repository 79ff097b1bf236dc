#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use std::path::Path;

use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;
use crate::IndexSetting;

const WEB: &str = r#"{"_time": 1700000000, "host": "a", "status": 200}
{"_time": 1700000001, "host": "b", "status": 404}
{"_time": 1700000002, "host": "a", "status": 404}
"#;

struct World {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl World {
    /// An index `web`, a lookup folder with `owners.csv`, a macro file.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("lookups")).unwrap();
        std::fs::write(at("web.ndjson"), WEB).unwrap();
        std::fs::write(at("lookups/owners.csv"), "host,owner\na,ann\n").unwrap();
        let macros = "[missing]\ndefinition = status=404\n[of(1)]\nargs = host\niseval = 1\n\
                      definition = \"host=\" . \"$host$\"\nvalidation = len(\"$host$\") = 1\nerrormsg = one letter\n";
        std::fs::write(at("macros.conf"), macros).unwrap();
        let index = IndexSetting {
            name: "web".to_owned(),
            path: at("web.ndjson").to_string_lossy().into_owned(),
            ..IndexSetting::default()
        };
        let settings = Settings {
            indexes: vec![index],
            lookups: Some(at("lookups")),
            macros: vec![at("macros.conf")],
            now: Some("1700000100".to_owned()),
            ..Settings::default()
        };
        Self { folder, settings }
    }

    async fn outcome(&self, text: &str) -> Outcome {
        Engine::open(self.settings.clone()).await.unwrap().search(text).await
    }

    /// The header and the rows, cells joined by commas.
    async fn rows(&self, text: &str) -> Vec<String> {
        let outcome = self.outcome(text).await;
        let answer = outcome.result.unwrap_or_else(|()| panic(&outcome.diagnostics));
        let mut rows =
            vec![answer.schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(",")];
        let options = FormatOptions::default();
        for batch in &answer.batches {
            let cells: Vec<_> =
                batch.columns().iter().map(|array| ArrayFormatter::try_new(array, &options).unwrap()).collect();
            let row = |row| cells.iter().map(|cell| cell.value(row).to_string()).collect::<Vec<_>>().join(",");
            rows.extend((0..batch.num_rows()).map(row));
        }
        rows
    }

    async fn errors(&self, text: &str) -> Vec<&'static str> {
        let outcome = self.outcome(text).await;
        assert!(outcome.result.is_err(), "{text}");
        outcome.diagnostics.iter().filter(|problem| problem.is_error()).map(|problem| problem.code.text()).collect()
    }

    fn lookup(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(Path::new(self.folder.path()).join("lookups").join(name)).ok()
    }
}

#[expect(clippy::panic, reason = "a test that cannot go on")]
fn panic(diagnostics: &[Diagnostic]) -> ! {
    panic!("{diagnostics:?}")
}

#[tokio::test]
async fn a_search_gives_rows_and_counts_events() {
    let world = World::new();
    let expected = ["host,count", "a,2", "b,1"];
    assert_eq!(world.rows("index=web | stats count by host").await, expected);
    let outcome = world.outcome("index=web status=404 | table host").await;
    let answer = outcome.result.unwrap();
    assert_eq!((answer.events_scanned, answer.batches.iter().map(|batch| batch.num_rows()).sum::<usize>()), (3, 2));
}

#[tokio::test]
async fn events_come_newest_first_within_the_time_range() {
    let mut world = World::new();
    assert_eq!(world.rows("index=web | table status host").await, ["status,host", "404,a", "404,b", "200,a"]);
    world.settings.latest = Some("1700000001".to_owned());
    assert_eq!(world.rows("index=web | table status").await, ["status", "200"]);
    world.settings.latest = None;
    world.settings.earliest = Some("-99s".to_owned());
    assert_eq!(world.rows("index=web | table status").await, ["status", "404", "404"]);
}

#[tokio::test]
async fn macros_expand_plainly_and_by_evaluation() {
    let world = World::new();
    assert_eq!(world.rows("index=web `missing` | stats count").await, ["count", "2"]);
    assert_eq!(world.rows("index=web `of(b)` | table host").await, ["host", "b"]);
    let outcome = world.outcome("index=web `of(long)`").await;
    assert!(outcome.result.is_err());
    assert!(
        outcome.diagnostics.iter().any(|problem| problem.message.contains("one letter")),
        "{:?}",
        outcome.diagnostics
    );
}

#[tokio::test]
async fn lookups_are_read_and_written_by_name() {
    let world = World::new();
    assert_eq!(world.rows("| inputlookup owners.csv").await, ["host,owner", "a,ann"]);
    world.rows("index=web status=404 | stats count by host | outputlookup new.csv").await;
    assert_eq!(world.lookup("new.csv").unwrap(), "host,count\na,1\nb,1\n");
    world.rows("| makeresults | eval host=\"c\", x=1 | table host x | outputlookup append=t owners.csv").await;
    assert_eq!(world.lookup("owners.csv").unwrap(), "host,owner\na,ann\nc,\n");
    assert!(!world.errors("| inputlookup ../web.ndjson").await.is_empty());
}

#[tokio::test]
async fn nothing_is_written_where_the_rest_cannot_be_planned() {
    let world = World::new();
    let codes = world.errors("index=web | stats count | outputlookup new.csv | fit LogisticRegression y from x").await;
    assert!(codes.iter().all(|code| code.starts_with("E04")), "{codes:?}");
    assert_eq!(world.lookup("new.csv"), None);
}

#[tokio::test]
async fn files_that_grow_are_read_anew() {
    let world = World::new();
    let engine = Engine::open(world.settings.clone()).await.unwrap();
    let count = |outcome: Outcome| outcome.result.unwrap().events_scanned;
    assert_eq!(count(engine.search("index=web").await), 3);
    std::fs::write(world.folder.path().join("web.ndjson"), format!("{WEB}{{\"_time\": 1, \"new\": 1}}\n")).unwrap();
    assert_eq!(count(engine.search("index=web").await), 4);
    assert!(engine.field_names("WEB").await.unwrap().contains(&"new".to_owned()));
}

#[tokio::test]
async fn mistakes_have_their_codes() {
    let mut world = World::new();
    assert_eq!(world.errors("index=web | stats cuont by host").await, ["E0203"]);
    assert_eq!(world.errors("").await, ["E0103"]);
    world.settings.indexes[0].path = "/nowhere/at/all.ndjson".to_owned();
    world.settings.timezone = Some("Mars/Base".to_owned());
    let problems = Engine::open(world.settings.clone()).await.unwrap_err();
    assert_eq!(problems.iter().map(|problem| problem.code.text()).collect::<Vec<_>>(), ["E0305", "E0501"]);
}

#[tokio::test]
async fn check_tells_unsupported_from_invalid_and_touches_no_data() {
    let engine = Engine::open(Settings::default()).await.unwrap();
    let checked = engine.check("index=any x=1 | lookup some.csv a | stats count by b").await;
    assert_eq!((checked.status, checked.commands.len()), (Status::Ok, 3), "{:?}", checked.diagnostics);
    assert_eq!(checked.commands, ["search", "lookup", "stats"]);
    assert_eq!(engine.check("index=any | fit LogisticRegression y from x").await.status, Status::Unsupported);
    assert_eq!(engine.check("index=any | stats").await.status, Status::Invalid);
}

#[tokio::test]
async fn a_saved_search_may_go_on_with_the_rows_of_another() {
    let engine = Engine::open(Settings::default()).await.unwrap();
    let note = |checked: &Checked| checked.diagnostics.iter().any(|found| found.code == Code::PostProcess);
    for text in ["| dedup host | table host", "where status>=400 | stats count", "```why``` | eval a=if(x=1, 2, 3)"] {
        let checked = engine.check(text).await;
        assert_eq!((checked.status, note(&checked)), (Status::Ok, true), "{text}: {:?}", checked.diagnostics);
        assert!(engine.search(text).await.result.is_err() || !text.starts_with('|'), "{text}");
    }
    // Terms that are no arguments of the command, and commands that make rows.
    for text in ["where the error is", "search error", "index=web sort", "| stats count", "| makeresults"] {
        let checked = engine.check(text).await;
        assert_eq!((checked.status, note(&checked)), (Status::Ok, false), "{text}: {:?}", checked.diagnostics);
    }
    // What is wrong in it is found all the same.
    assert_eq!(engine.check("| dedup keep=2 host").await.status, Status::Invalid);
    assert_eq!(engine.check("| virustotal field=hash").await.status, Status::Unsupported);
}

#[tokio::test]
async fn explain_shows_steps_plans_and_what_reaches_the_scan() {
    let world = World::new();
    let engine = Engine::open(world.settings.clone()).await.unwrap();
    let text = "index=web status=404 [| inputlookup owners.csv | fields host] | outputlookup no.csv | table host";
    let explained = engine.explain(text).await;
    let explanation = explained.result.unwrap_or_else(|()| panic(&explained.diagnostics));
    assert!(!explanation.steps.is_empty());
    assert_eq!(world.lookup("no.csv"), None);
    let explained = engine.explain("index=web `missing` | table host").await.result.unwrap();
    assert!(explained.expanded.contains("status=404"), "{}", explained.expanded);
    let scan = &explained.scans[0];
    assert!(scan.condition.as_ref().is_some_and(|condition| condition.contains("status")), "{scan:?}");
    assert!(scan.columns.contains(&"host".to_owned()), "{scan:?}");
}

/// Rows beyond the limit: no command that looks at all of them may take the memory without asking.
#[tokio::test]
async fn commands_of_all_rows_stay_within_the_memory_limit() {
    let mut world = World::new();
    world.settings.memory_limit = Some(1 << 20);
    let rows = "| makeresults count=20000 | streamstats count AS n | eval _raw=\"login of user number \".n, g=n%7";
    for command in [
        "cluster t=0.9",
        "anomalies",
        "kmeans k=2 n",
        "predict n",
        "arules n g",
        "associate n g",
        "cofilter n g",
        "contingency n g",
        "correlate",
        "analyzefields classfield=g",
        "findkeywords labelfield=g",
        "folderize attr=_raw",
        "bucketdir pathfield=_raw sizefield=n",
        "transaction g",
    ] {
        assert_eq!(world.errors(&format!("{rows} | {command}")).await, ["E0505"], "{command}");
    }
    world.settings.memory_limit = Some(256 << 20);
    assert_eq!(world.rows(&format!("{rows} | kmeans k=2 n | stats count")).await, ["count", "20000"]);
}
