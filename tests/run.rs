//! Saved query files as a repository of searches has them: tokens, expectations, `--watch`, and what hooks call.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "helpers/project.rs"]
mod project;

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use project::{Project, rows, stderr};
use serde_json::json;

/// Three events of two users.
fn project() -> Project {
    let project = Project::new("timezone = \"UTC\"\nlookups = \"lookups\"\n[indexes]\nauth = \"auth.json\"\n");
    fs::write(project.at("auth.json"), "{\"user\":\"anna\"}\n{\"user\":\"bob\"}\n{\"user\":\"anna\"}\n").unwrap();
    fs::create_dir(project.at("lookups")).unwrap();
    project
}

fn write(project: &Project, name: &str, text: &str) {
    fs::write(project.at(name), text).unwrap();
}

#[test]
fn tokens_have_values_or_defaults_or_are_named() {
    let project = project();
    write(
        &project,
        "a.spl",
        "```param user: *\ndefault.Field: user```\nindex=auth user=$user$ | stats count by $Field$",
    );
    let count = |arguments: &[&str]| {
        let output = project.speleo(&[&["run", "-o", "jsonl", "a.spl"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        rows(&output)
    };
    let all = [json!({"user": "anna", "count": 2}), json!({"user": "bob", "count": 1})];
    assert_eq!(count(&[]), all);
    assert_eq!(count(&["-p", "user=bob"]), all[1..]);
    assert_eq!(count(&["--set", "user=anna"]), all[..1]);
    // A check and a search of the file fill defaults, too.
    assert!(project.speleo(&["check", "a.spl"]).status.success());
    assert!(project.speleo(&["search", "-f", "a.spl"]).status.success());

    write(&project, "b.spl", "index=auth user=$user$ host=$host|s$ | map search=\"search index=auth user=$user$\"");
    let output = project.speleo(&["run", "b.spl"]);
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), b"".as_slice()));
    let told = stderr(&output);
    assert!(told.contains("`$user$` has no value") && told.contains("`$host$` has no value"), "{told}");
    assert!(told.contains("b.spl:1:17") && told.contains("-p user="), "{told}");
    // With all of them it gets further.
    assert!(!stderr(&project.speleo(&["run", "b.spl", "-p", "user=a", "-p", "host=b"])).contains("has no value"));
}

#[test]
fn expectations_give_exit_statuses_and_a_last_line() {
    let project = project();
    fs::create_dir(project.at("q")).unwrap();
    let file = |name: &str, expect: &str, search: &str| {
        write(&project, &format!("q/{name}.spl"), &format!("```expect: {expect}```\n{search}"))
    };
    let status = |arguments: &[&str]| {
        let output = project.speleo(&[&["run", "-o", "jsonl"], arguments].concat());
        (output.status.code().unwrap(), stderr(&output))
    };
    file("a", "3 rows", "index=auth");
    file("b", "empty", "index=auth user=eve");
    file("c", "results", "index=auth user=bob");
    let (code, told) = status(&["q"]);
    assert_eq!((code, told.lines().last().unwrap()), (0, "3 files: 3 passed, 0 failed"), "{told}");

    file("b", "empty", "index=auth user=anna");
    let (code, told) = status(&["q"]);
    assert_eq!(code, 4);
    assert!(told.contains("error: q/b.spl: expected no rows, found 2 rows"), "{told}");
    assert_eq!(told.lines().last().unwrap(), "3 files: 2 passed, 1 failed: q/b.spl");
    file("c", "results", "index=auth user=eve");
    let (code, told) = status(&["q/c.spl"]);
    assert_eq!(code, 3);
    // Of one file there is nothing to sum up.
    assert_eq!(told.lines().last().unwrap(), "error: q/c.spl: expected rows, found no rows");

    // A folder without query files passes, but not in silence.
    fs::create_dir(project.at("empty")).unwrap();
    assert_eq!(status(&["empty"]), (0, "no query files (.spl)\n".to_owned()));

    // A search that fails is worse than rows that are not expected.
    file("d", "results", "index=auth | nope");
    assert_eq!(status(&["q"]).0, 1);
    file("d", "many", "index=auth");
    let (code, told) = status(&["q/d.spl"]);
    assert_eq!(code, 1);
    assert!(told.contains("`expect` is `many`: expected `empty`, `results`, or a number"), "{told}");
    // The options hold for files that expect nothing.
    write(&project, "e.spl", "index=auth user=eve");
    assert_eq!(status(&["e.spl", "--fail-on-empty"]).0, 3);
    assert_eq!(status(&["q/a.spl", "--fail-on-results"]).0, 4);
}

/// The lines of a running program.
struct Lines(Receiver<String>);

impl Lines {
    /// Reads on until a line that holds this.
    fn until(&self, text: &str) {
        loop {
            let line = self.0.recv_timeout(Duration::from_secs(60)).expect(text);
            if line.contains(text) {
                return;
            }
        }
    }
}

#[test]
fn watched_files_run_again_when_they_or_what_they_need_change() {
    let project = project();
    write(&project, "lookups/teams.csv", "user,team\nanna,red\n");
    fs::create_dir(project.at("w")).unwrap();
    write(&project, "w/a.spl", "index=auth | stats count AS first");
    write(&project, "w/b.spl", "| inputlookup teams.csv | table team");
    let mut child = project
        .command(&["run", "--watch", "-o", "jsonl", "w"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = |source: Box<dyn std::io::Read + Send>| {
        let (sender, receiver) = channel();
        thread::spawn(move || {
            for line in BufReader::new(source).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Lines(receiver)
    };
    let rows = lines(Box::new(child.stdout.take().unwrap()));
    let told = lines(Box::new(child.stderr.take().unwrap()));
    rows.until("{\"first\":3}");
    rows.until("{\"team\":\"red\"}");
    told.until("waiting for changes");
    // A file alone.
    write(&project, "w/a.spl", "index=auth | stats count AS second");
    rows.until("{\"second\":3}");
    told.until("waiting for changes");
    // A lookup: all of them.
    write(&project, "lookups/teams.csv", "user,team\nanna,orange\n");
    rows.until("{\"second\":3}");
    rows.until("{\"team\":\"orange\"}");
    told.until("waiting for changes");
    // The data, and a file that is new.
    write(&project, "auth.json", "{\"user\":\"anna\"}\n");
    rows.until("{\"second\":1}");
    told.until("waiting for changes");
    write(&project, "w/c.spl", "| makeresults | eval third=3 | table third");
    rows.until("{\"third\":3}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn hooks_give_any_files() {
    let project = project();
    write(&project, "a.spl", "index=auth|stats count by user\n");
    write(&project, "README.md", "# Not | a search\n");
    let output = project.speleo(&["check", "a.spl", "README.md"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("README.md: passed over"), "{}", stderr(&output));
    let output = project.speleo(&["fmt", "a.spl", "README.md"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(project.at("README.md")).unwrap(), "# Not | a search\n");
    assert_eq!(fs::read_to_string(project.at("a.spl")).unwrap(), "index=auth\n| stats count BY user\n");
    // Machines read standard error: no sentence beside the document.
    let output = project.speleo(&["check", "README.md", "--error-format", "sarif"]);
    assert!(serde_json::from_str::<serde_json::Value>(&stderr(&output)).is_ok());
}

#[test]
fn a_file_is_checked_in_the_project_around_it() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("soc");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("speleo.toml"), "macros = [\"macros.conf\"]\n").unwrap();
    fs::write(inner.join("macros.conf"), "[mine]\ndefinition = index=auth\n").unwrap();
    fs::write(inner.join("a.spl"), "`mine` | stats count\n").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_speleo"));
    let output = command.args(["check", "soc/a.spl"]).current_dir(folder.path()).output().unwrap();
    assert!(stderr(&output).contains("1 ok"), "{}", stderr(&output));
}
