//! Native indexes from the command line, and what becomes of them when a program is killed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "helpers/kill.rs"]
mod kill;
#[path = "helpers/project.rs"]
mod project;

use std::{fs, io::Write, path::Path, process::Stdio};

use kill::{kill, kill_often, kills, time};
use project::{Project, stderr};
use serde_json::Value;

/// A project with an empty index `web`.
fn project() -> Project {
    let project = Project::new("timezone = \"UTC\"\n");
    let output = project.speleo(&["index", "create", "web"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    project
}

/// Files with `lines` events each, whose field `n` runs through all of them.
fn files(project: &Project, count: usize, lines: usize) -> Vec<String> {
    let file = |number: usize| {
        let path = project.at(&format!("{number}.ndjson"));
        let event =
            |line: usize| format!("{{\"_time\":{},\"n\":{}}}\n", 1_700_000_000 + line * 600, number * lines + line);
        fs::write(&path, (0..lines).map(event).collect::<String>()).unwrap();
        path.to_string_lossy().into_owned()
    };
    (0..count).map(file).collect()
}

#[test]
fn an_index_is_made_filled_listed_and_dropped() {
    let project = project();
    let files = files(&project, 2, 10);
    let output = project.speleo(&["ingest", "web", &files[0], &files[1]]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stderr(&output).starts_with("20 events of 2 files; "), "{}", stderr(&output));
    let again = project.speleo(&["ingest", "web", &files[0]]);
    assert!(stderr(&again).starts_with("0 events of 0 files, 1 known; "), "{}", stderr(&again));
    assert_eq!(project.row("index=web | stats count sum(n) AS s")["s"], 190);

    // What the index keeps for itself is no field.
    let event = project.row("index=web | head 1");
    let fields: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["_time", "_raw", "index", "source", "sourcetype", "_indextime", "n"]);

    let listed = project.speleo(&["index", "list", "--output", "jsonl"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((&listed["index"], &listed["events"]), (&"web".into(), &20.into()), "{listed}");
    let info = String::from_utf8(project.speleo(&["index", "info", "web"]).stdout).unwrap();
    assert!(info.lines().any(|line| line.split_whitespace().eq(["n", "integer"])), "{info}");

    assert_eq!(project.speleo(&["index", "drop", "web"]).status.code(), Some(2), "`--yes` is missing");
    assert_eq!(project.speleo(&["index", "drop", "web", "--yes"]).status.code(), Some(0));
    assert!(!project.at("indexes/web").exists());
    let output = project.speleo(&["ingest", "web", &files[0]]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("`speleo index create web` makes it"), "{}", stderr(&output));
}

#[test]
fn standard_input_is_added_as_often_as_it_comes() {
    let project = project();
    for _ in 0..2 {
        let mut child =
            project.command(&["ingest", "web", "-"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"{\"n\":1}\n{\"n\":2}\n").unwrap();
        assert!(child.wait().unwrap().success());
    }
    let row = project.row("index=web | stats count dc(n) AS n values(source) AS source");
    assert_eq!((&row["count"], &row["n"], &row["source"]), (&4.into(), &2.into(), &"stdin".into()), "{row}");
}

/// Whether the index can be read, and has no event twice.
fn is_sound(project: &Project, most: usize) -> u64 {
    let row = project.row("index=web | stats count dc(n) AS n");
    let count = row["count"].as_u64().unwrap();
    assert_eq!(row["n"].as_u64(), Some(count), "an event is there twice");
    assert!(count <= most as u64);
    count
}

#[test]
fn whenever_ingest_or_compact_is_killed_nothing_is_lost_or_doubled() {
    let project = project();
    let files = files(&project, 3, 3_000);
    let ingest: Vec<&str> = ["ingest", "web"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let all = 9_000;
    // Into an index of its own, so that each run has everything to do.
    let takes = {
        assert!(project.speleo(&["index", "create", "timed"]).status.success());
        let timed: Vec<&str> = ["ingest", "timed"].into_iter().chain(files.iter().map(String::as_str)).collect();
        time(&project, &timed)
    };
    kill_often(&project, &ingest, takes, |_| {
        if is_sound(&project, all) == all as u64 {
            assert!(project.speleo(&["index", "drop", "web", "--yes"]).status.success());
            assert!(project.speleo(&["index", "create", "web"]).status.success());
        }
    });
    assert!(project.speleo(&ingest).status.success());
    assert_eq!(is_sound(&project, all), all as u64);
    let takes = time(&project, &["index", "compact", "timed"]);
    kill_often(&project, &["index", "compact", "web"], takes, |_| assert_eq!(is_sound(&project, all), all as u64));
    // What was written in vain is no part of the index, and lies there until it is old.
    assert!(parquet_files(&project.at("indexes/web")) > 0);
}

#[test]
fn whenever_collect_is_killed_its_events_are_there_once_or_not_at_all() {
    let project = project();
    let events = 2_000;
    let collect = format!("| makeresults count={events} | streamstats count AS n | collect index=web");
    let takes = time(&project, &["search", &collect]);
    let count = || project.row("index=web | stats count")["count"].as_u64().unwrap();
    let mut known = count();
    assert_eq!(known, events);
    kill_often(&project, &["search", &collect], takes, |was_alive| {
        let now = count();
        assert!(now == known + events || (was_alive && now == known), "{known} became {now}");
        known = now;
    });
    assert_eq!(project.row("index=web | stats dc(n) AS n")["n"], events);
}

#[test]
fn whenever_outputlookup_is_killed_the_table_is_the_old_or_the_new_one() {
    let project = project();
    fs::create_dir(project.at("lookups")).unwrap();
    fs::write(project.at("speleo.toml"), "timezone = \"UTC\"\nlookups = \"lookups\"\n").unwrap();
    let rows = 3_000;
    let write = |value: u32| {
        format!("| makeresults count={rows} | streamstats count AS n | eval v={value} | table n v | outputlookup t.csv")
    };
    let takes = time(&project, &["search", &write(0)]);
    let kills = kills();
    let mut known = 0;
    for round in 1..=kills {
        let was_alive = kill(project.command(&["search", &write(round)]), takes * (1 + round * 37 % kills) / kills);
        let table = project.row("| inputlookup t.csv | stats count dc(n) AS n values(v) AS v");
        assert_eq!((&table["count"], &table["n"]), (&rows.into(), &rows.into()), "{table}");
        let value = table["v"].as_str().and_then(|text| text.parse().ok()).or_else(|| table["v"].as_u64());
        let value = u32::try_from(value.unwrap()).unwrap();
        assert!(value == round || (was_alive && value == known), "{table} after {round}");
        known = value;
    }
    // What was begun lies beside the table under hidden names, and no lookup is called so.
    let lookups = project.speleo(&["search", "--output", "jsonl", "| inputlookup t.csv | stats count"]);
    assert!(lookups.status.success());
}

fn parquet_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| match path.is_dir() {
            true => parquet_files(&path),
            false => usize::from(path.extension().is_some_and(|ending| ending == "parquet")),
        })
        .sum()
}
