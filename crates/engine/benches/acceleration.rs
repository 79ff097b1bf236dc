//! How many times as fast `tstats` answers from a summary as from the JSON logs that it was made of.
//!
//! `cargo bench -p speleo-engine --bench acceleration -- 400` writes so many megabytes of web logs (200 without a number), computes their
//! summary, and runs each search in turns with and without it, by the clock on the wall: both use all cores. The best of
//! several runs counts; both have run before, so that files are in memory and what engines remember is known.

#![allow(clippy::unwrap_used)]

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    time::{Duration, Instant},
};

use speleo_engine::{AccelerateOrder, Engine, IndexSetting, Settings};

/// How many files the logs are in.
const FILES: usize = 20;
/// How often each side runs.
const RUNS: usize = 5;

const MODEL: &str = r#"{"modelName": "Site", "objects": [
  {"objectName": "Requests", "parentName": "BaseEvent", "constraints": [{"search": "index=web"}],
   "fields": [{"fieldName": "src"}, {"fieldName": "dest"}, {"fieldName": "method"}, {"fieldName": "status", "type": "number"},
              {"fieldName": "bytes", "type": "number"}, {"fieldName": "uri"}, {"fieldName": "user"}],
   "calculations": [{"calculationType": "Eval", "expression": "if(isnull(action) OR action=\"\", \"unknown\", action)",
                     "outputFields": [{"fieldName": "action"}]}]},
  {"objectName": "Failed", "parentName": "Requests", "constraints": [{"search": "status>=500"}], "fields": []}
]}"#;

const SEARCHES: [&str; 6] = [
    "| tstats count FROM datamodel=Site",
    "| tstats count FROM datamodel=Site BY Requests.status",
    "| tstats count sum(Requests.bytes) AS bytes FROM datamodel=Site WHERE Requests.action=blocked BY Requests.dest _time span=1h",
    "| tstats dc(Requests.src) AS sources FROM datamodel=Site WHERE nodename=Requests.Failed BY Requests.uri",
    "| tstats count FROM datamodel=Site WHERE earliest=1700006400 latest=1700010000 BY Requests.user",
    "| tstats count min(_time) AS first max(_time) AS last FROM datamodel=Site WHERE Requests.user=user77 BY Requests.src",
];

fn main() {
    let megabytes: usize = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(200);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(megabytes));
}

async fn measure(megabytes: usize) {
    let folder = tempfile::tempdir().unwrap();
    let events = write(folder.path(), megabytes << 20);
    let (raw, fast) = (engine(folder.path(), false).await, engine(folder.path(), true).await);
    let start = Instant::now();
    let order = AccelerateOrder { names: vec!["Site".to_owned()], ..AccelerateOrder::default() };
    let done = fast.accelerate(&order, &|_| {}).await.unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let written = done.first().map_or(0, |done| done.bytes_written) as f64 / 1e6;
    println!("{events} events, {megabytes} MB, summary of {written:.1} MB made in {seconds:.1} s");
    println!("{:>10} {:>12} {:>7}", "events ms", "summary ms", "times");
    for search in SEARCHES {
        let (mut slow, mut quick) = (Duration::MAX, Duration::MAX);
        for run in 0..=RUNS {
            let (one, other) = (time(&raw, search).await, time(&fast, search).await);
            if run > 0 {
                (slow, quick) = (slow.min(one), quick.min(other));
            }
        }
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let ratio = slow.as_secs_f64() / quick.as_secs_f64();
        println!("{:>10.1} {:>12.1} {ratio:>7.1}  {search}", milliseconds(slow), milliseconds(quick));
    }
}

async fn time(engine: &Engine, search: &str) -> Duration {
    let start = Instant::now();
    let outcome = engine.search(search).await;
    assert!(outcome.result.is_ok(), "{:?}", outcome.diagnostics);
    start.elapsed()
}

async fn engine(folder: &Path, summaries: bool) -> Engine {
    let web = folder.join("web").to_string_lossy().into_owned();
    let settings = Settings {
        indexes: vec![IndexSetting { name: "web".to_owned(), path: web, ..IndexSetting::default() }],
        summaries: summaries.then(|| folder.join("summaries")),
        datamodels: vec![folder.join("Site.json")],
        timezone: Some("UTC".to_owned()),
        ..Settings::default()
    };
    Engine::open(settings).await.unwrap()
}

/// Writes the model and the logs of a day; how many events they have.
fn write(folder: &Path, bytes: usize) -> usize {
    fs::write(folder.join("Site.json"), MODEL).unwrap();
    fs::create_dir(folder.join("web")).unwrap();
    let mut count: usize = 0;
    let mut number: u64 = 7;
    let mut below = |most: u64| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 33) % most
    };
    for file in 0..FILES {
        let path = folder.join(format!("web/{file:02}.ndjson"));
        let mut out = BufWriter::new(File::create(path).unwrap());
        let (mut size, share) = (0, bytes / FILES);
        while size < share {
            let second = file as u64 * 4_320 + size as u64 * 4_320 / share as u64;
            let actions = ["\"allowed\"", "\"allowed\"", "\"blocked\"", "null"];
            let line = format!(
                "{{\"_time\":{}.{:03},\"src\":\"10.{}.{}.{}\",\"dest\":\"web{}.example.com\",\"method\":\"{}\",\"status\":{},\
                 \"bytes\":{},\"uri\":\"/shop/item/{}\",\"user\":\"user{}\",\"action\":{},\"agent\":\"Mozilla/5.0 (X11; Linux \
                 x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36\",\"referrer\":\
                 \"https://www.example.com/catalog?page={}\",\"request_id\":\"{:016x}\",\"tls\":{{\"version\":\"1.3\",\
                 \"cipher\":\"TLS_AES_128_GCM_SHA256\"}}}}\n",
                1_700_000_000 + second,
                below(1000),
                below(4),
                below(64),
                below(256),
                below(40),
                if below(5) == 0 { "POST" } else { "GET" },
                [200, 200, 200, 304, 404, 500, 503][below(7) as usize],
                below(90_000),
                below(400),
                below(2_000),
                actions[below(4) as usize],
                below(300),
                below(1 << 30),
            );
            out.write_all(line.as_bytes()).unwrap();
            size += line.len();
            count += 1;
        }
        out.flush().unwrap();
    }
    count
}
