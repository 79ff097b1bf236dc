//! What searches find in summaries is what they compute from events, whatever came, changed or went since.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{AccelerateOrder, Accelerated};
use crate::{Engine, IndexSetting, IngestOrder, Settings};

/// A root of conditions with objects below it, and one whose commands make several rows of an event.
const MODEL: &str = r#"{"modelName": "M", "objects": [
  {"objectName": "R", "parentName": "BaseEvent", "constraints": [{"search": "`wanted`"}],
   "fields": [{"fieldName": "n", "type": "number"}, {"fieldName": "m", "type": "string", "multivalue": true},
              {"fieldName": "user", "type": "string"}],
   "calculations": [{"calculationType": "Eval", "expression": "if(isnull(action) OR action=\"\", \"unknown\", action)",
                     "outputFields": [{"fieldName": "action", "type": "string"}]}]},
  {"objectName": "A", "parentName": "R", "constraints": [{"search": "action=a"}], "fields": [],
   "calculations": [{"calculationType": "Eval", "expression": "upper(user)",
                     "outputFields": [{"fieldName": "mark", "type": "string"}]}]},
  {"objectName": "Large", "parentName": "A", "constraints": [{"search": "n>5"}],
   "fields": [{"fieldName": "size", "type": "number", "required": true}]},
  {"objectName": "Tagged", "parentName": "R", "constraints": [{"search": "tag=good"}], "fields": []},
  {"objectName": "P", "parentName": "BaseSearch", "baseSearch": "index=web | eval part=split(user, \"-\") | mvexpand part",
   "fields": [{"fieldName": "part", "type": "string"}]}
]}"#;

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        world.write("models/M.json", MODEL);
        world.write("conf/macros.conf", "[wanted]\ndefinition = (index=web OR index=app) n=*\n");
        world.write("conf/eventtypes.conf", "[fine]\nsearch = user=ann*\n");
        world.write("conf/tags.conf", "[eventtype=fine]\ngood = enabled\n");
        world.write("conf/props.conf", "[json]\nEVAL-size = n * 2\n");
        world
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }

    async fn engine(&self, summaries: bool) -> Engine {
        let at = |name: &str| IndexSetting {
            name: name.to_owned(),
            path: self.at(name).to_string_lossy().into_owned(),
            ..IndexSetting::default()
        };
        let settings = Settings {
            indexes: vec![at("web"), at("app")],
            summaries: summaries.then(|| self.at("summaries")),
            datamodels: vec![self.at("models")],
            conf: vec![self.at("conf")],
            timezone: Some("UTC".to_owned()),
            now: Some("1700100000".to_owned()),
            ..Settings::default()
        };
        Engine::open(settings).await.unwrap()
    }

    async fn accelerate(&self, names: &[&str]) -> Vec<Accelerated> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let order = AccelerateOrder { names, ..AccelerateOrder::default() };
        self.engine(true).await.accelerate(&order, &|_| {}).await.unwrap_or_else(|problems| panic!("{problems:?}"))
    }

    /// Searches find the same with summaries as without.
    async fn check(&self, searches: &[String]) {
        let (with, without) = (self.engine(true).await, self.engine(false).await);
        for search in searches {
            let (found, expected) = (rows(&with, search).await, rows(&without, search).await);
            assert_eq!(found, expected, "{search}");
        }
    }
}

/// The answer as JSON lines. Several values that are one are that value: a column of lists may come from files that are gone.
async fn rows(engine: &Engine, search: &str) -> Vec<Value> {
    let outcome = engine.search(search).await;
    let answer = outcome.result.unwrap_or_else(|()| panic!("{search}: {:?}", outcome.diagnostics));
    let plain = |(name, value): (String, Value)| match value {
        Value::Array(mut values) if values.len() == 1 => (name, values.remove(0)),
        value => (name, value),
    };
    let objects = answer.batches.iter().flat_map(|batch| crate::collect::objects(batch).unwrap());
    objects.map(|object| Value::Object(object.into_iter().map(plain).collect())).collect()
}

async fn notes(engine: &Engine, search: &str) -> Vec<String> {
    engine.search(search).await.diagnostics.into_iter().map(|one| one.message).collect()
}

async fn reads_summary(engine: &Engine, search: &str) -> bool {
    engine.explain(search).await.result.unwrap().logical.to_string().contains("summary of ")
}

/// Numbers that look random and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// JSON lines: missing fields, several values, numbers that are texts elsewhere, equal times.
    fn events(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..self.below(most) {
            let mut event = serde_json::Map::new();
            if self.below(12) > 0 {
                event.insert("_time".to_owned(), json!(1_700_000_000 + self.below(30) * 3_600));
            }
            let n = [json!(self.below(9)), json!(2.5), json!("7"), json!("many"), Value::Null];
            event.insert("n".to_owned(), n[self.below(n.len())].clone());
            let m = [json!(["x", "y"]), json!("x"), json!(["z"]), Value::Null, json!(["y", "x", "xx"])];
            event.insert("m".to_owned(), m[self.below(m.len())].clone());
            let user = [json!("ann-lee"), json!("ann"), json!("bob"), Value::Null, json!("")];
            event.insert("user".to_owned(), user[self.below(user.len())].clone());
            let action = [json!("a"), json!("b"), json!(""), Value::Null, json!("a")];
            event.insert("action".to_owned(), action[self.below(action.len())].clone());
            event.retain(|_, value| !value.is_null());
            text.push_str(&format!("{}\n", Value::Object(event)));
        }
        text
    }

    fn search(&mut self) -> String {
        if self.below(6) == 0 {
            let by = self.one(&["", " BY P.part", " BY P.part index"]);
            return format!("| tstats count first(P.part) AS f last(P.part) AS l FROM datamodel=M.P{by}");
        }
        let aggregate = self.one(&[
            "count",
            "sum(R.n) AS s avg(R.n) AS a",
            "values(R.m) AS v dc(R.user) AS d",
            "first(R.user) AS f last(R.user) AS l",
            "earliest(R.action) AS e latest(R.user) AS t",
            "min(_time) AS low max(_time) AS high count(R.A.mark) AS c",
            "list(R.n) AS l count(R.A.Large.size) AS c",
        ]);
        let from = self.one(&["M.R", "M.R", "M.A", "M.R.A.Large", "M.Tagged"]);
        let condition = self.one(&[
            "",
            " WHERE R.action=a",
            " WHERE nodename=R.A",
            " WHERE R.n>3 OR R.m=x*",
            " WHERE index=web NOT R.user=ann",
            " WHERE earliest=1700010000 latest=1700060000",
            " WHERE R.A.mark=\"ANN\" OR R.is_Tagged=1",
        ]);
        let by = self.one(&[
            "",
            " BY R.action",
            " BY R.m index",
            " BY nodename",
            " BY _time span=6h R.user",
            " BY R.A.mark source",
            " BY R.n",
        ]);
        let fill = self.one(&["", "", "fillnull_value=none "]);
        format!("| tstats {fill}{aggregate} FROM datamodel={from}{condition}{by}")
    }
}

#[tokio::test]
async fn summaries_give_the_answers_of_events_whatever_happens_to_the_files() {
    for seed in 0..2 {
        let mut chance = Chance(seed);
        let world = World::new();
        for name in ["web/b", "web/d", "web/f", "app/a", "app/c"] {
            world.write(&format!("{name}.ndjson"), &chance.events(25));
        }
        let searches: Vec<String> = (0..8).map(|_| chance.search()).collect();
        let first = world.accelerate(&["M.R", "M.P"]).await;
        assert_eq!(first.iter().map(|done| done.read).collect::<Vec<_>>(), [5, 3]);
        world.check(&searches).await;
        // A file that comes between others, one that grows, one that is gone.
        world.write("web/a.ndjson", &chance.events(9));
        world.write("web/c.ndjson", &chance.events(9));
        let grown = fs::read_to_string(world.at("web/d.ndjson")).unwrap() + &chance.events(9) + "{\"n\":1}\n";
        world.write("web/d.ndjson", &grown);
        fs::remove_file(world.at("app/c.ndjson")).unwrap();
        world.check(&searches).await;
        let again = world.accelerate(&["M.R"]).await;
        assert!(again[0].removed > 0 && again[0].read > 0, "{again:?}");
        world.check(&searches).await;
        world.write("app/b.ndjson", &chance.events(9));
        world.check(&searches).await;
        assert_eq!(world.accelerate(&["M.R"]).await[0].read, 1);
        let done = world.accelerate(&["M.R"]).await;
        assert_eq!((done[0].read, done[0].removed), (0, 0), "nothing is new");
        world.check(&searches).await;
    }
}

#[tokio::test]
async fn a_plan_shows_that_a_summary_is_read_and_only_what_is_new_is_computed() {
    let world = World::new();
    world.write("web/a.ndjson", "{\"_time\":1700000000,\"n\":1,\"action\":\"a\",\"user\":\"ann\"}\n");
    world.write("app/a.ndjson", "{\"_time\":1700000000,\"n\":2}\n");
    let search = "| tstats count FROM datamodel=M.R BY R.action";
    assert!(!reads_summary(&world.engine(true).await, search).await);
    world.accelerate(&["M"]).await;
    let engine = world.engine(true).await;
    assert!(reads_summary(&engine, search).await);
    assert_eq!(
        rows(&engine, search).await,
        [json!({"R.action": "a", "count": 1}), json!({"R.action": "unknown", "count": 1})]
    );
    let outcome = engine.search(search).await.result.unwrap();
    assert_eq!(outcome.events_scanned, 2);
    // Words are looked for in events.
    assert!(!reads_summary(&engine, "| tstats count FROM datamodel=M.R WHERE ann").await);
    world.write("web/b.ndjson", "{\"_time\":1700000001,\"n\":3}\n");
    assert_eq!(rows(&engine, search).await[1]["count"], 2);
}

#[tokio::test]
async fn summaries_alone_tell_what_they_cover_and_without_any_nothing_is_found() {
    let world = World::new();
    world.write("web/a.ndjson", "{\"_time\":1700000000,\"n\":1}\n");
    world.write("app/a.ndjson", "{\"n\":2,\"_time\":1700003600}\n");
    let search = "| tstats summariesonly=true count FROM datamodel=M.R";
    let engine = world.engine(true).await;
    assert_eq!(rows(&engine, search).await, [json!({"count": 0})]);
    assert!(notes(&engine, search).await[0].contains("does not exist"), "{:?}", notes(&engine, search).await);
    let settings = Settings { ignore_summaries_only: true, ..settings_of(&world) };
    let ignoring = Engine::open(settings).await.unwrap();
    assert_eq!(rows(&ignoring, search).await, [json!({"count": 2})]);
    world.accelerate(&["M.R"]).await;
    let engine = world.engine(true).await;
    assert_eq!(rows(&engine, search).await, [json!({"count": 2})]);
    let told = notes(&engine, search).await;
    assert!(
        told[0].contains("covers 2 of 2 files, with events from 2023-11-14 22:13:20 to 2023-11-14 23:13:20"),
        "{told:?}"
    );
    world.write("web/b.ndjson", "{\"_time\":1700000000,\"n\":1}\n");
    assert_eq!(rows(&engine, search).await, [json!({"count": 2})]);
    let told = notes(&engine, search).await;
    assert!(told[0].contains("covers 2 of 3 files"), "{told:?}");
    assert_eq!(rows(&engine, "| tstats count FROM datamodel=M.R").await, [json!({"count": 3})]);
}

fn settings_of(world: &World) -> Settings {
    let at = |name: &str| IndexSetting {
        name: name.to_owned(),
        path: world.at(name).to_string_lossy().into_owned(),
        ..IndexSetting::default()
    };
    Settings {
        indexes: vec![at("web"), at("app")],
        datamodels: vec![world.at("models")],
        conf: vec![world.at("conf")],
        ..Settings::default()
    }
}

#[tokio::test]
async fn other_definitions_make_a_summary_stale() {
    let changes: [(&str, &str, &str); 5] = [
        ("conf/macros.conf", "index=app) n=*", "index=app) n=1"),
        ("conf/props.conf", "n * 2", "n * 3"),
        ("conf/tags.conf", "good", "bad"),
        ("conf/eventtypes.conf", "ann*", "bob"),
        ("models/M.json", "upper(user)", "lower(user)"),
    ];
    let search =
        "| tstats count values(R.A.Large.size) AS size values(R.A.mark) AS mark FROM datamodel=M.R BY nodename";
    for (file, from, to) in changes {
        let world = World::new();
        world.write(
            "web/a.ndjson",
            "{\"_time\":1700000000,\"n\":6,\"action\":\"a\",\"user\":\"annA\"}\n{\"n\":1,\"user\":\"bob\"}\n",
        );
        world.write("app/a.ndjson", "{\"n\":2}\n");
        world.accelerate(&["M.R"]).await;
        let before = rows(&world.engine(true).await, search).await;
        let text = fs::read_to_string(world.at(file)).unwrap();
        world.write(file, &text.replace(from, to));
        let engine = world.engine(true).await;
        assert!(engine.summary_status(&[]).await.unwrap()[0].is_stale, "{file}");
        let after = rows(&engine, search).await;
        assert_ne!(after, before, "{file}");
        world.check(&[search.to_owned()]).await;
        assert!(notes(&engine, search).await[0].contains("definitions have changed"), "{file}");
        let old = search.replace("tstats", "tstats allow_old_summaries=true");
        assert_eq!(rows(&engine, &old).await, before, "{file}");
        let only = search.replace("tstats", "tstats summariesonly=true");
        assert_eq!(rows(&engine, &only).await, Vec::<Value>::new(), "{file}");
        world.accelerate(&["M.R"]).await;
        let status = world.engine(true).await.summary_status(&[]).await.unwrap();
        assert_eq!((status.len(), status[0].is_stale, status[0].covered), (1, false, 2), "{file}: the old one is gone");
        assert_eq!(rows(&world.engine(true).await, search).await, after, "{file}");
    }
}

#[tokio::test]
async fn files_of_native_indexes_are_covered_one_by_one() {
    let world = World::new();
    let lines = |from: usize| {
        let line = |n: usize| {
            format!("{{\"_time\":{},\"n\":{n},\"action\":\"a\",\"user\":\"u{}\"}}\n", 1_700_000_000 + n % 7, n % 5)
        };
        (from..from + 20).map(line).collect::<String>()
    };
    world.write("new/a.ndjson", &lines(0));
    world.write("new/b.ndjson", &lines(20));
    world.write("app/a.ndjson", &lines(40));
    let maker = Engine::open(Settings::default()).await.unwrap();
    maker.create_index("web", Some(&world.at("web"))).await.unwrap();
    let ingest = async |file: &str| {
        let path = world.at(file).to_string_lossy().into_owned();
        let order = IngestOrder { index: "web".to_owned(), paths: vec![path], ..IngestOrder::default() };
        world.engine(true).await.ingest(&order, &|_| {}).await.unwrap()
    };
    let searches = [
        "| tstats count first(R.n) AS f last(R.n) AS l FROM datamodel=M.R BY R.user",
        "| tstats first(R.n) AS f latest(R.n) AS l sum(R.A.Large.size) AS s FROM datamodel=M.R BY _time span=1s",
        "| tstats count FROM datamodel=M.R BY index source",
    ];
    let searches = searches.map(str::to_owned);
    ingest("new/a.ndjson").await;
    assert_eq!(world.accelerate(&["M.R"]).await[0].rows, 40);
    world.check(&searches).await;
    ingest("new/b.ndjson").await;
    world.check(&searches).await;
    assert_eq!(world.accelerate(&["M.R"]).await[0].rows, 20);
    world.check(&searches).await;
    world.engine(true).await.compact_index("web").await.unwrap();
    world.check(&searches).await;
    let done = world.accelerate(&["M.R"]).await;
    assert!(done[0].rows == 40 && done[0].removed > 0, "{done:?}");
    world.check(&searches).await;
    assert!(reads_summary(&world.engine(true).await, &searches[0]).await);
}

#[tokio::test]
async fn a_summary_that_reaches_back_so_far_serves_searches_that_reach_no_further() {
    let world = World::new();
    // 2023-11-14 and 2023-11-15; the last event has no time.
    world.write("web/a.ndjson", "{\"_time\":1699999000,\"n\":1}\n{\"_time\":1700050000,\"n\":2}\n{\"n\":3}\n");
    world.write("app/a.ndjson", "{\"_time\":1700060000,\"n\":4}\n");
    let order = AccelerateOrder { names: vec!["M.R".to_owned()], retain: Some("12h".to_owned()), ..Default::default() };
    let done = world.engine(true).await.accelerate(&order, &|_| {}).await.unwrap();
    assert_eq!(done[0].rows, 2, "events since the beginning of that day");
    let engine = world.engine(true).await;
    let whole = "| tstats count FROM datamodel=M.R";
    assert!(!reads_summary(&engine, whole).await);
    assert_eq!(rows(&engine, whole).await, [json!({"count": 4})]);
    let late = "| tstats count FROM datamodel=M.R WHERE earliest=1700040000 latest=1700100000";
    assert!(reads_summary(&engine, late).await);
    assert_eq!(rows(&engine, late).await, [json!({"count": 2})]);
    let only = "| tstats summariesonly=true count FROM datamodel=M.R";
    assert_eq!(rows(&engine, only).await, [json!({"count": 2})]);
    assert!(notes(&engine, only).await[0].contains("events before 2023-11-15 00:00:00 were left out"));
    // All of time is wanted again.
    assert_eq!(world.accelerate(&["M.R"]).await[0].rows, 4);
    assert!(reads_summary(&world.engine(true).await, whole).await);
    world.check(&[whole.to_owned(), late.to_owned()]).await;
}

#[tokio::test]
async fn what_cannot_have_a_summary_is_told() {
    let world = World::new();
    world.write("web/a.ndjson", "{\"n\":1}\n");
    world.write("app/a.ndjson", "{\"n\":1}\n");
    let object = |name: &str, text: &str| json!({"objectName": name, "parentName": "BaseSearch", "baseSearch": text, "fields": [{"fieldName": "n"}]});
    let roots = json!({"modelName": "N", "objects": [
        object("Counted", "index=web | stats count AS n"),
        object("Made", "| makeresults | eval n=1"),
        object("Now", "index=web | eval n=now()"),
        object("Ranged", "index=web earliest=-1d"),
        object("Written", "index=web | collect index=app"),
        object("First", "index=web | head 3"),
        object("Nested", "index=web [search index=app | fields n]"),
        object("Plain", "index=web | eval n=n+1"),
    ]});
    world.write("models/N.json", &roots.to_string());
    let engine = world.engine(true).await;
    let refused = async |name: &str| {
        let order = AccelerateOrder { names: vec![name.to_owned()], ..AccelerateOrder::default() };
        let problems = engine.accelerate(&order, &|_| {}).await.unwrap_err();
        problems[0].message.clone()
    };
    for (name, reason) in [
        ("N.Counted", "`stats` looks at more than one event"),
        ("N.Made", "made by commands"),
        ("N.Now", "`now()`"),
        ("N.Ranged", "time range"),
        ("N.Written", "`collect` looks"),
        ("N.First", "`head` looks"),
        ("N.Nested", "another search"),
        ("M.A", "`M.R` is the root"),
        ("Nothing", "no data model is called `Nothing`"),
        ("M.Nothing", "no object of the data model `M`"),
    ] {
        let message = refused(name).await;
        assert!(message.contains(reason), "{name}: {message}");
    }
    let done = world.accelerate(&["N"]).await;
    assert_eq!(done.iter().map(|one| one.root.as_str()).collect::<Vec<_>>(), ["Plain"]);
    assert_eq!(world.engine(true).await.drop_summaries(&["N".to_owned()]).unwrap(), 1);
    assert!(world.engine(true).await.summary_status(&[]).await.unwrap().is_empty());
    assert!(!Path::new(&world.at("summaries/N")).exists());
}

#[tokio::test]
async fn conf_files_mark_models_and_say_how_far_summaries_reach() {
    let world = World::new();
    world.write("web/a.ndjson", "{\"n\":1,\"_time\":1700000000}\n{\"n\":1,\"_time\":1600000000}\n");
    world.write("app/a.ndjson", "{\"n\":1}\n");
    assert!(world.accelerate(&[]).await.is_empty());
    world.write(
        "conf/datamodels.conf",
        "[M]\nacceleration = true\nacceleration.earliest_time = -7d\n[Web]\nacceleration = 0\n",
    );
    let done = world.accelerate(&[]).await;
    assert_eq!(done.iter().map(|one| (one.root.as_str(), one.rows)).collect::<Vec<_>>(), [("R", 1), ("P", 1)]);
}
