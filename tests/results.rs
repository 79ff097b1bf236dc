//! Rows on their way out: as they come, in bounded memory, to readers that leave early, in Splunk's form.

#![allow(clippy::unwrap_used)]

mod helpers {
    pub(crate) mod project;
}

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use helpers::project::{Project, stderr};
use serde_json::{Value, json};

/// A project with events of one second each in index `web`, so many of them.
fn project(events: usize) -> Project {
    let project = Project::new("[indexes.web]\npath = \"web.jsonl\"\n");
    let mut file = std::io::BufWriter::new(fs::File::create(project.at("web.jsonl")).unwrap());
    for n in 0..events {
        writeln!(file, "{{\"_time\":{},\"n\":{n},\"host\":\"web{}\"}}", 1_700_000_000 + n, n % 7).unwrap();
    }
    file.flush().unwrap();
    project
}

fn start(project: &Project, arguments: &[&str]) -> Child {
    project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn stdout(project: &Project, arguments: &[&str]) -> String {
    let output = project.speleo(arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_form_has_all_rows_in_order() {
    // More than the rows by which a table is fitted, and more than one batch.
    const ROWS: usize = 20_000;
    let project = project(1);
    let search = format!("| makeresults count={ROWS} | streamstats count AS n | table n");
    let numbers = |text: &str| -> Vec<usize> {
        let digits = |line: &str| line.chars().filter(char::is_ascii_digit).collect::<String>();
        text.lines().filter_map(|line| digits(line).parse().ok()).collect()
    };
    let expected: Vec<usize> = (1..=ROWS).collect();
    for format in ["table", "csv", "tsv", "jsonl", "json", "markdown", "raw"] {
        let text = stdout(&project, &["search", "--output", format, &search]);
        assert!(numbers(&text) == expected, "{format}: {}", text.lines().take(9).collect::<String>());
    }
    for name in ["n.parquet", "n.arrow"] {
        stdout(&project, &["search", "--out", name, &search]);
        let index = format!("n={name}");
        let count = stdout(&project, &["search", "--index", &index, "index=n | stats count sum(n) AS sum"]);
        assert_eq!(count, format!("{{\"count\":{ROWS},\"sum\":{}}}\n", ROWS * (ROWS + 1) / 2), "{name}");
    }
}

#[test]
fn a_reader_that_leaves_ends_the_search() {
    let project = project(1);
    let search = "| makeresults count=20000000 | streamstats count AS n | eval m=n*2 | table n m";
    for format in ["jsonl", "csv", "table", "raw"] {
        let start_time = Instant::now();
        let mut child = start(&project, &["search", "--output", format, search]);
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(!first.is_empty(), "{format}");
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()), "{format}");
        // Writing all of it takes far longer.
        assert!(start_time.elapsed() < Duration::from_secs(60), "{format}");
    }
}

#[test]
fn rows_come_before_the_search_is_done() {
    let project = project(1);
    let mut child = start(
        &project,
        &["search", "--output", "csv", "| makeresults count=20000000 | streamstats count AS n | table n"],
    );
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "n");
    assert_eq!(lines.next().unwrap().unwrap(), "1");
    assert!(child.try_wait().unwrap().is_none(), "it waits for its reader");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_cancelled_search_keeps_the_rows_that_came() {
    let project = project(1);
    fs::write(project.at("before.csv"), "as it was\n").unwrap();
    let search = "| makeresults count=20000000 | streamstats count AS n | table n";
    let mut child = start(&project, &["search", "--output", "csv", search]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    out.read_line(&mut line).unwrap();
    interrupt(&child);
    let reader = std::thread::spawn(move || {
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        rest
    });
    let output = child.wait_with_output().unwrap();
    let rest = reader.join().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let told = stderr(&output);
    assert!(told.starts_with("cancelled: ") && told.ends_with(" rows so far\n"), "{told}");
    let count: usize = told.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    // As many rows as it says, and whole ones.
    assert_eq!(rest.lines().count() + 1, count);
    assert!(rest.ends_with(&format!("\n{count}\n")), "{count}");

    let child = start(&project, &["search", "--out", "before.csv", search]);
    std::thread::sleep(Duration::from_millis(1500));
    interrupt(&child);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    assert_eq!(fs::read_to_string(project.at("before.csv")).unwrap(), "as it was\n");
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let done = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_limit_says_what_it_cuts() {
    let project = project(1);
    let output =
        project.speleo(&["search", "--output", "table", "--limit", "2", "| makeresults count=5 | eval a=1 | table a"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 6);
    let told = stderr(&output);
    assert!(told.starts_with("2 of 5 rows shown; `--limit 0` shows all\n5 rows, "), "{told}");
}

#[test]
fn what_is_read_is_told_below_the_rows() {
    let project = project(100);
    let size = fs::metadata(project.at("web.jsonl")).unwrap().len();
    let output = project.speleo(&["search", "--output", "table", "index=web n<3 | table n"]);
    let told = stderr(&output);
    assert!((1024..1 << 20).contains(&size));
    let expected = format!("3 rows, 100 events scanned, {:.1} KiB read, ", size as f64 / 1024.0);
    assert!(told.starts_with(&expected), "{told} {expected}");
}

#[test]
fn formats_of_fields_are_made_row_by_row() {
    let project = project(1);
    let search = "| makeresults count=20000 | streamstats count AS n | fieldformat n=\"<\".n.\">\" | table n";
    let text = stdout(&project, &["search", "--output", "html", search]);
    assert!(text.contains("<td>&lt;1&gt;") && text.contains("<td>&lt;20000&gt;"));
    assert!(stdout(&project, &["search", "--output", "csv", search]).ends_with("\n20000\n"));
}

#[test]
fn splunk_has_its_own_form_of_lines() {
    let project = project(1);
    let search = "| makeresults count=2 | streamstats count AS n | eval m=split(\"x y\", \" \"), gone=null() | table _time n m gone";
    let arguments = ["search", "--now", "1700000000", "--timezone", "UTC", "--output", "splunk-json"];
    let text = stdout(&project, &[&arguments[..], &[search]].concat());
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |n: &str| json!({"_time": "2023-11-14T22:13:20.000+00:00", "n": n, "m": ["x", "y"]});
    assert_eq!(
        lines,
        [
            json!({"preview": false, "offset": 0, "result": row("1")}),
            json!({"preview": false, "offset": 1, "lastrow": true, "result": row("2")}),
        ]
    );
    let none = stdout(&project, &[&arguments[..], &["| makeresults | where false()"]].concat());
    assert_eq!(none, "{\"preview\":false,\"lastrow\":true}\n");
}

#[test]
fn habits_of_splunk_users_are_understood() {
    let project = project(10);
    let arguments = ["search", "index=web | table n", "-maxout", "2", "-earliest_time", "1700000003", "-output", "csv"];
    assert_eq!(stdout(&project, &arguments), "n\n9\n8\n");
    assert_eq!(stdout(&project, &["search", "index=web | table n", "-latest_time", "1700000001"]), "{\"n\":0}\n");
    assert_eq!(project.speleo(&["search", "index=web", "-detach", "true"]).status.code(), Some(2));
}

/// Ten million rows where `SPELEO_ROWS` says so.
#[cfg(target_os = "linux")]
#[test]
fn many_rows_take_no_memory() {
    let rows: usize = std::env::var("SPELEO_ROWS").ok().and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let project = project(1);
    let text = "x".repeat(1000);
    let search = format!("| makeresults count={rows} | streamstats count AS n | eval t=\"{text}\" | table n t");
    for format in ["table", "csv", "jsonl", "raw", "vertical", "markdown"] {
        let mut child = start(&project, &["search", "--output", format, &search]);
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (mut lines, mut first, mut peak, mut line) = (0_usize, None, 0, Vec::new());
        while out.read_until(b'\n', &mut line).unwrap() > 0 {
            lines += 1;
            line.clear();
            if lines.is_multiple_of(50_000) {
                peak = peak.max(memory(&child));
                first.get_or_insert(peak);
            }
        }
        assert!(child.wait().unwrap().success());
        assert!(lines >= rows, "{format}: {lines}");
        // What comes behind the first 50,000 rows is 150 MB and more.
        let grown = peak - first.unwrap_or(peak);
        assert!(grown < 75 << 20, "{format}: {grown} bytes, to {peak}");
    }
}

/// The most memory that a process took so far.
#[cfg(target_os = "linux")]
fn memory(child: &Child) -> usize {
    let Ok(status) = fs::read_to_string(format!("/proc/{}/status", child.id())) else { return 0 };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<usize>().ok()).map_or(0, |kb| kb << 10)
}
