//! Scheduled searches from the command line: `run --due` as cron calls it, killed in between, and the daemon.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "helpers/kill.rs"]
mod kill;
#[path = "helpers/project.rs"]
mod project;

use std::{
    fs,
    process::{Command, Output},
    time::{Duration, Instant},
};

use kill::kill;
use project::{Project, rows, stderr};
use serde_json::Value;

/// 2024-06-14T12:00:00Z
const NOON: u64 = 1_718_366_400;

/// A project with events of a minute each, from noon on.
fn project(queries: &[(&str, &str)]) -> Project {
    let project = Project::new("timezone = \"UTC\"\n[indexes]\nweb = \"web.ndjson\"\n");
    let event = |n: u64| format!("{{\"_time\":{},\"n\":{n}}}\n", NOON + 60 * n);
    fs::write(project.at("web.ndjson"), (0..600).map(event).collect::<String>()).unwrap();
    fs::create_dir(project.at("queries")).unwrap();
    for (name, text) in queries {
        fs::write(project.at("queries").join(name), text).unwrap();
    }
    project
}

/// `run --due`, as if some minutes after noon.
fn due(project: &Project, minutes: u64, more: &[&str]) -> Command {
    let now = (NOON + 60 * minutes).to_string();
    project.command(&[&["run", "--due", "--now", &now], more].concat())
}

#[test]
fn what_is_due_runs_once_and_the_exit_status_tells() {
    let project = project(&[
        ("good.spl", "```schedule: */10 * * * *\nearliest: -10m\nlatest: now```\nindex=web | stats count"),
        ("never.spl", "index=web"),
    ]);
    let output = due(&project, 34, &["--dry-run"]).output().unwrap();
    let found = rows(&output);
    assert_eq!((found.len(), &found[0]["savedsearch_name"], &found[0]["due"]), (1, &"good".into(), &1.into()));
    assert_eq!(found[0]["next"], "2024-06-14T12:40:00+00:00");
    assert!(!project.at("indexes").exists(), "a rehearsal makes nothing");

    let output = due(&project, 34, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        stderr(&output).starts_with("2024-06-14T12:30:00+00:00 search/good success, 1 row in "),
        "{}",
        stderr(&output)
    );
    assert!(output.stdout.is_empty());
    let output = due(&project, 35, &[]).output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""));
    // Rows where they are asked for.
    let output = due(&project, 50, &["--output", "jsonl", "--fail-on-results"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(rows(&output)[0]["count"], 10);
    let history = project.rows("index=_internal | sort scheduled_time | table scheduled_time status");
    let status: Vec<_> = history.iter().map(|row| row["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["success", "skipped", "success"]);

    fs::write(project.at("queries/bad.spl"), "```schedule: */10 * * * *```\nindex=nowhere").unwrap();
    fs::write(project.at("queries/worse.spl"), "```title: W\nschedule: 10 * * *```\nindex=web").unwrap();
    let output = due(&project, 60, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains("queries/worse.spl:2: `schedule` is `10 * * *`: 4 fields, and there are five"), "{told}");
    assert!(told.contains("search/bad failed: E0206") && told.contains("search/good success"), "{told}");
}

#[test]
fn a_check_tells_what_is_wrong_with_a_schedule() {
    let project = project(&[("a.spl", "```title: A\nschedule: 0 25 * * *```\nindex=web"), ("b.spl", "index=web")]);
    let output = project.speleo(&["check", "queries/a.spl", "--output", "jsonl"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
    assert!(told.contains("`schedule` is `0 25 * * *`: `25` is no hour, which takes 0 to 23"), "{told}");
    // Outside of any project, at its place.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.spl");
    fs::copy(project.at("queries/a.spl"), &path).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
    let output = command.current_dir(folder.path()).args(["check", "a.spl", "--output", "jsonl"]).output().unwrap();
    let told = &rows(&output)[0]["diagnostics"][0];
    assert_eq!((&told["severity"], &told["span"][0]), (&"warning".into(), &12.into()), "{told}");
}

#[test]
fn a_ported_app_keeps_its_schedules() {
    let folder = tempfile::tempdir().unwrap();
    let (app, out) = (folder.path().join("app"), folder.path().join("out"));
    let keys = "search = | makeresults\ncron_schedule = */5 * * * *\ndispatch.earliest_time = -5m\n";
    let conf = format!("[On]\n{keys}enableSched = 1\nrealtime_schedule = 0\nschedule_window = auto\n[Off]\n{keys}");
    fs::create_dir_all(app.join("default")).unwrap();
    fs::write(app.join("default/savedsearches.conf"), conf).unwrap();
    let speleo = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_speleo")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        output
    };
    speleo(&["port", app.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let text = fs::read_to_string(out.join("queries/on.spl")).unwrap();
    for line in ["catch_up: all", "schedule: */5 * * * *", "schedule_window: auto", "earliest: -5m"] {
        assert!(text.lines().any(|found| found == line), "{line} is missing: {text}");
    }
    let project = format!("--project={}", out.display());
    // The project and the app itself have the same schedules.
    let list = ["run", "--due", "--dry-run", "--now", "1718366400", "--output", "jsonl", "--timezone", "UTC", &project];
    let shown = |output: &Output| {
        let shown = |row: &Value| format!("{} {}", row["cron_schedule"], row["next"]);
        rows(output).iter().map(shown).collect::<Vec<_>>()
    };
    let rows = shown(&speleo(&list));
    assert_eq!(rows, ["\"*/5 * * * *\" \"2024-06-14T12:05:00+00:00\""]);
    let conf = app.join("default/savedsearches.conf");
    assert_eq!(shown(&speleo(&[&list[..], &[conf.to_str().unwrap()]].concat())), rows);
}

/// How often a program is started to be killed.
const KILLS: u32 = 12;

/// The minute of a round.
fn minutes(round: u32) -> u64 {
    u64::from(10 + 20 * round)
}

#[test]
fn whenever_a_run_is_killed_nothing_is_lost_or_doubled() {
    let project = project(&[(
        "sum.spl",
        "```schedule: */10 * * * *\ncatch_up: all\nearliest: -10m\nlatest: now```\nindex=web | collect index=sum",
    )]);
    assert!(project.speleo(&["index", "create", "sum"]).status.success());
    assert!(due(&project, 10, &[]).status().unwrap().success());
    // Two more times are due in each round; all that were missed come first.
    let start = Instant::now();
    assert!(due(&project, 30, &[]).status().unwrap().success());
    let takes = start.elapsed();
    let mut killed = 0;
    for round in 2..=KILLS {
        // Spread over the time that two take, not in rising order.
        let after = takes * (1 + round * 7 % KILLS) / KILLS;
        killed += u32::from(kill(due(&project, minutes(round), &[]), after));
        let row = &project.rows("index=sum | stats count dc(n) AS n")[0];
        assert_eq!(row["count"], row["n"], "an event is there twice after kill {round}");
    }
    assert!(killed > 0, "every run was done before it could be killed");
    let all = minutes(KILLS);
    let output = due(&project, all, &[]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let row = &project.rows("index=sum | stats count dc(n) AS n min(n) AS first max(n) AS last")[0];
    assert_eq!((&row["count"], &row["n"]), (&all.into(), &all.into()), "{row}");
    assert_eq!((&row["first"], &row["last"]), (&0.into(), &(all - 1).into()));
    // The history tells each time once, too.
    let row = &project.rows("index=_internal status=success | stats count dc(scheduled_time) AS times")[0];
    assert_eq!((&row["count"], &row["times"]), (&(1 + 2 * KILLS).into(), &(1 + 2 * KILLS).into()));
}

#[cfg(unix)]
#[test]
fn a_daemon_runs_what_is_due_reads_new_files_and_stops_when_told() {
    let project = project(&[("one.spl", "```schedule: * * * * *```\n| makeresults")]);
    let log = fs::File::create(project.at("log")).unwrap();
    let mut child = project.command(&["daemon"]).stderr(log).spawn().unwrap();
    let wait_for = |text: &str| {
        for _ in 0..600 {
            if fs::read_to_string(project.at("log")).unwrap().contains(text) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    };
    assert!(wait_for("search/one success, 1 row"));
    fs::write(project.at("queries/two.spl"), "```schedule: * * * * *```\n| makeresults count=2").unwrap();
    assert!(wait_for("search/two success, 2 rows"));
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0), "{}", fs::read_to_string(project.at("log")).unwrap());
    let names = project.rows("index=_internal | stats count BY savedsearch_name");
    assert_eq!(names.len(), 2);
}
