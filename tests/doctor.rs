//! `speleo doctor`: what an operator learns of an installation, and what scripts learn of its exit status.

#![allow(clippy::unwrap_used)]

#[path = "helpers/project.rs"]
mod project;

use std::{fs, process::Command};

use serde_json::Value;

use crate::project::{Project, rows, stderr};

/// The program in surroundings that do not depend on who runs the test.
fn doctor(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(&[&["doctor"], arguments].concat());
    for name in std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()) {
        if ["AWS_", "AZURE_", "GOOGLE_", "LC_", "SPELEO_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(name);
        }
    }
    command
        .env("LANG", "C.UTF-8")
        .env("XDG_CONFIG_HOME", project.at("config"))
        .env("XDG_STATE_HOME", project.at("state"))
        .env_remove("NO_COLOR")
        .env_remove("PAGER");
    command
}

/// The lines of a topic.
fn of<'a>(report: &'a [Value], topic: &str) -> Vec<&'a Value> {
    report.iter().filter(|line| line["topic"] == topic).collect()
}

/// Status and message of the only line of a topic.
fn one<'a>(report: &'a [Value], topic: &str) -> (&'a str, &'a str) {
    let lines = of(report, topic);
    assert_eq!(lines.len(), 1, "{topic}: {report:?}");
    (lines[0]["status"].as_str().unwrap(), lines[0]["message"].as_str().unwrap())
}

#[test]
fn a_sound_installation_has_no_problem() {
    let project = Project::new("timezone = \"UTC\"\n[indexes]\nweb = \"web.ndjson\"\n");
    fs::write(project.at("web.ndjson"), "{\"_time\": 1}\n").unwrap();
    let output = doctor(&project, &["--output", "json"]).output().unwrap();
    let report = rows(&output);
    assert_eq!(output.status.code(), Some(0), "{report:?}");
    assert_eq!(stderr(&output), "");
    assert!(one(&report, "build").1.starts_with(concat!("speleo ", env!("CARGO_PKG_VERSION"), ", ")));
    assert_eq!(one(&report, "project"), ("ok", &*project.at("speleo.toml").display().to_string()));
    assert_eq!(one(&report, "index"), ("ok", "web: 1 file"));
    assert_eq!(one(&report, "config").1, format!("{}, not there", project.at("config/speleo/config.toml").display()));
    assert_eq!(one(&report, "search").0, "ok");
    // Whoever is told of something is told what to do.
    for line in &report {
        assert_eq!(line["status"] != "ok", line["advice"].is_string(), "{line}");
    }
}

#[test]
fn a_broken_project_is_a_problem_and_the_rest_is_looked_at_all_the_same() {
    let project = Project::new("indexs = 3\n");
    let output = doctor(&project, &["--output", "json"]).output().unwrap();
    let report = rows(&output);
    assert_eq!(output.status.code(), Some(1), "{report:?}");
    let messages: Vec<_> = of(&report, "project").iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert!(messages.iter().any(|message| message.contains("`indexs`")), "{messages:?}");
    assert_eq!(one(&report, "search").0, "ok");
}

#[test]
fn an_index_without_files_is_named() {
    let project = Project::new("[indexes]\nweb = \"web.ndjson\"\ngone = \"gone.ndjson\"\n");
    fs::write(project.at("web.ndjson"), "{\"_time\": 1}\n").unwrap();
    let report = rows(&doctor(&project, &["--output", "json"]).output().unwrap());
    let bad: Vec<_> = of(&report, "index").into_iter().filter(|line| line["status"] != "ok").collect();
    assert_eq!(bad.len(), 1, "{report:?}");
    assert!(bad[0]["message"].as_str().unwrap().starts_with("gone: "), "{bad:?}");
}

#[test]
fn a_definition_that_was_left_out_is_a_warning() {
    let project = Project::new("conf = [\"app\"]\n");
    fs::create_dir_all(project.at("app/default/data/models")).unwrap();
    fs::write(project.at("app/default/data/models/Bad.json"), "{").unwrap();
    let output = doctor(&project, &["--output", "json"]).output().unwrap();
    let report = rows(&output);
    assert_eq!(output.status.code(), Some(0), "{report:?}");
    let (status, message) = one(&report, "knowledge");
    assert_eq!(status, "warning");
    assert!(message.contains("Bad.json"), "{message}");
}

#[test]
fn a_lookup_without_its_file_is_a_warning() {
    let project = Project::new("conf = [\"app\"]\nlookups = \"lookups\"\n");
    fs::create_dir_all(project.at("app/default")).unwrap();
    fs::create_dir(project.at("lookups")).unwrap();
    fs::write(project.at("lookups/users.csv"), "user,team\nann,red\n").unwrap();
    let definitions = "[users]\nfilename = users.csv\n[hosts]\nfilename = hosts.csv\n";
    fs::write(project.at("app/default/transforms.conf"), definitions).unwrap();
    let report = rows(&doctor(&project, &["--output", "json"]).output().unwrap());
    assert_eq!(
        one(&report, "lookups"),
        ("warning", "the file `hosts.csv` of the lookup `hosts` is in no folder of lookups")
    );
    fs::write(project.at("lookups/hosts.csv"), "host\nweb1\n").unwrap();
    let report = rows(&doctor(&project, &["--output", "json"]).output().unwrap());
    // Two files, and a definition of each.
    assert_eq!(one(&report, "lookups"), ("ok", "4 files and definitions"));
}

#[test]
fn credentials_are_told_by_name_and_never_by_value() {
    let project = Project::new("");
    let mut command = doctor(&project, &["--output", "json"]);
    let output = command.env("AWS_SECRET_ACCESS_KEY", "hush-hush").output().unwrap();
    let report = rows(&output);
    assert_eq!(one(&report, "stores"), ("ok", "S3: the environment has AWS_SECRET_ACCESS_KEY"));
    assert!(!format!("{output:?}").contains("hush-hush"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_a_problem() {
    let project = Project::new("");
    let mut command = doctor(&project, &["--output", "json"]);
    let output = command.env("TMPDIR", project.at("nowhere")).output().unwrap();
    let report = rows(&output);
    assert_eq!((output.status.code(), one(&report, "spill").0), (Some(1), "problem"), "{report:?}");
}

#[test]
fn people_get_a_line_each_and_the_sums_beside_the_data() {
    let project = Project::new("");
    let mut command = doctor(&project, &[]);
    let output = command.env("LANG", "C").output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.contains("\nwarning  unicode    LANG=C is not UTF-8\n                    "), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
    assert!(stderr(&output).ends_with(" problems\n"), "{}", stderr(&output));
}
