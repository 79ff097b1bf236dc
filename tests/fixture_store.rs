//! A native index that an earlier version wrote is read, searched and added to: what is kept as evidence opens after an upgrade.
//!
//! `fixtures/store` holds 3,000 events of JSON lines on 2024-03-10 (`n` from 0, a `session` for each, two `tags`), two files of five events
//! whose `x` is a number in one and a text in the other, 100 raw lines of host `gate`, ten rows of CSV, and 20 collected events, after
//! a compaction. It is never written anew: a version that cannot read it is the one that is wrong.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "helpers/project.rs"]
mod project;

use std::{fs, path::Path};

use project::Project;
use serde_json::json;

/// A project with a copy of the store as its index `web`.
fn project() -> Project {
    let project = Project::new("timezone = \"UTC\"\n");
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store");
    copy(&store, &project.at("indexes/web"));
    project
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_store_of_an_earlier_version_gives_its_events() {
    let project = project();
    assert_eq!(project.rows("index=web | stats count"), [json!({"count": 3000 + 10 + 100 + 10 + 20})]);
    let day = "index=web earliest=2024-03-10T00:00:00 latest=2024-03-11T00:00:00";
    // 0 + 1 + … + 2999
    let sums = project.rows(&format!("{day} | stats sum(n) AS n dc(session) AS sessions dc(host) AS hosts"));
    assert_eq!(sums, [json!({"n": 2999 * 3000 / 2, "sessions": 3000, "hosts": 7})]);
    // The SHA-256 of `1234` begins so.
    let session = "session=03ac674216f3e15c761ee1a5e255f067953623c8";
    assert_eq!(project.rows(&format!("index=web {session} | table n host")), [json!({"n": "1234", "host": "h2"})]);
    assert_eq!(project.rows("index=web tags{}=b1 | stats count"), [json!({"count": 1000})]);
    assert_eq!(project.rows("index=web x=3 OR x=t4 | stats count values(x) AS x")[0]["x"], json!(["3", "t4"]));
    let raw = "index=web host=gate user=ann3 | stats count values(action) AS action";
    assert_eq!(project.rows(raw), [json!({"count": 25, "action": "login"})]);
    assert_eq!(project.rows("index=web note=\"a, 7\" | table note"), [json!({"note": "a, 7"})]);
    assert_eq!(project.rows("index=web kept=yes | stats count sum(n) AS n"), [json!({"count": 20, "n": 190})]);
}

#[test]
fn a_store_of_an_earlier_version_is_written_to() {
    let project = project();
    let path = project.at("more.ndjson");
    fs::write(&path, "{\"_time\":1710028800,\"n\":\"text\",\"new\":1}\n").unwrap();
    project.speleo(&["ingest", "web", &path.to_string_lossy()]);
    project.speleo(&["index", "compact", "web"]);
    assert_eq!(project.rows("index=web new=1 | table n"), [json!({"n": "text"})]);
    assert_eq!(project.rows("index=web | stats count"), [json!({"count": 3141})]);
    project.speleo(&["index", "retain", "web", "--older", "1h"]);
    assert_eq!(project.rows("index=web | stats count"), [json!({"count": 0})]);
}
