//! Input that nobody writes in good faith: it ends soon, with one exit status and a diagnostic, and nothing is written.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output},
};

fn search(folder: &Path, options: &[&str], spl: &str) -> Output {
    let file = folder.join("search.spl");
    fs::write(&file, spl).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
    command.current_dir(folder).arg("search").args(options).args(["-f", "search.spl"]).output().unwrap()
}

/// The search ends with status 1, says `expected`, and prints no rows.
fn refuses(folder: &Path, options: &[&str], spl: &str, expected: &str) {
    let output = search(folder, options, spl);
    let (shown, error) = (&spl[..spl.len().min(60)], String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{shown}: {error}");
    assert!(error.contains(expected) && !error.contains("E0901"), "{shown}: {error}");
    assert_eq!(output.stdout, b"", "{shown}");
}

#[test]
fn what_is_nested_too_deeply_or_too_long_to_plan() {
    let folder = tempfile::tempdir().unwrap();
    let deep = |open: &str, inner: &str, close: &str| [&open.repeat(10_000), inner, &close.repeat(10_000)].concat();
    let searches = [
        deep("(", "a", ")"),
        format!("| makeresults | eval x={}", deep("(", "1", ")")),
        format!("| makeresults | eval x={}", deep("if(1=1,", "1", ",2)")),
        format!("| makeresults | where {}", deep("NOT ", "x=1", "")),
        deep("[", "a", "]"),
        deep("[search ", "a", "]"),
        format!("| makeresults | where {}", "(".repeat(10_000)),
        format!("| makeresults {}", "| where x>0 ".repeat(2_000)),
        format!("| makeresults {}", "| stats count by x ".repeat(2_000)),
        format!("| makeresults | search {}", "term ".repeat(10_000)),
    ];
    for spl in searches {
        refuses(folder.path(), &[], &spl, "error[E0104]");
    }
}

#[test]
fn what_is_long_and_still_fine() {
    let folder = tempfile::tempdir().unwrap();
    let list = |count: usize, one: &dyn Fn(usize) -> String, by: &str| (0..count).map(one).collect::<Vec<_>>().join(by);
    let searches = [
        format!("| makeresults | eval x=5 | search {} | stats count", list(20_000, &|n| format!("x={n}"), " OR ")),
        format!("| makeresults | eval {} | stats count", list(5_000, &|n| format!("f{n}={n}"), ",")),
        format!("| makeresults | eval x=5 | search x IN ({}) | stats count", list(20_000, &|n| n.to_string(), ",")),
        format!("| makeresults {}| stats count", "| where _time>0 ".repeat(500)),
    ];
    for spl in searches {
        let output = search(folder.path(), &["--output", "csv"], &spl);
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "count\n1\n", "{}", &spl[..60]);
    }
}

#[test]
fn a_flood_of_mistakes_is_told_in_part() {
    let folder = tempfile::tempdir().unwrap();
    for spl in ["|".repeat(50_000), "[]".repeat(20_000), ")".repeat(50_000), "| foo ".repeat(5_000)] {
        let output = search(folder.path(), &[], &spl);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!((1..=25).contains(&error.matches("error[").count()), "{}", error.matches("error[").count());
    }
}

#[test]
fn files_that_are_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let lines = "{\"_time\":1700000000,\"x\":1}\n".repeat(2_000);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(lines.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    write("cut.jsonl.gz", &gzip[..gzip.len() - 20]);
    write("plain.jsonl.gz", lines.as_bytes());
    write("plain.jsonl.zst", lines.as_bytes());
    write("cut.parquet", b"PAR1");
    write("ragged.csv", b"a,b,c\n1,2,3\n1,2\n");
    let cases = [
        ("cut.jsonl.gz", "cut.jsonl.gz"),
        ("plain.jsonl.gz", "plain.jsonl.gz"),
        ("plain.jsonl.zst", "plain.jsonl.zst"),
        ("cut.parquet", "cut.parquet"),
        ("ragged.csv", "line 3 has 2 cells"),
        ("missing.jsonl", "missing.jsonl"),
    ];
    for (file, expected) in cases {
        refuses(folder.path(), &["--index", &format!("m={file}")], "index=m | stats count", expected);
    }
}

#[test]
fn a_search_that_fails_leaves_lookups_alone() {
    let folder = tempfile::tempdir().unwrap();
    let lookups = folder.path().join("lookups");
    fs::create_dir(&lookups).unwrap();
    let table = lookups.join("seen.csv");
    fs::write(&table, "user\nanna\n").unwrap();
    let options = ["--lookups", "lookups"];
    for (later, expected) in [("eval x=nosuch(1)", "E0202"), ("append [search index=nope]", "E0206")] {
        let spl = format!("| makeresults | eval user=\"eve\" | outputlookup seen.csv | {later}");
        refuses(folder.path(), &options, &spl, expected);
        assert_eq!(fs::read_to_string(&table).unwrap(), "user\nanna\n", "{later}");
    }
    for name in ["../seen.csv", "/tmp/seen.csv", "a/b.csv", "..csv", "a\0b.csv"] {
        refuses(folder.path(), &options, &format!("| makeresults | outputlookup \"{name}\""), "error[E0205]");
        refuses(folder.path(), &options, &format!("| inputlookup \"{name}\""), "error[E0205]");
    }
    assert_eq!(fs::read_dir(&lookups).unwrap().count(), 1);
}
