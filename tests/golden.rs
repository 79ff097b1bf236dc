//! All golden files through the program itself, as `speleo test tests` runs them.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

fn run(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_speleo")).args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
}

#[test]
fn every_case_passes() {
    run(&["test", "tests"]);
}

/// What stands behind a command must not change what it gives: an optimizer that moves limits and sorts knows nothing of SPL.
#[test]
fn a_limit_behind_a_search_takes_its_first_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut cases = 0;
    for entry in fs::read_dir("tests/commands").unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let mut parts = text.split("\n=== ");
        let mut limited = parts.next().unwrap_or_default().to_owned();
        for case in parts.filter_map(limited_case) {
            limited.push_str("\n=== ");
            limited.push_str(&case);
            cases += 1;
        }
        fs::write(folder.path().join(path.file_name().unwrap()), limited).unwrap();
    }
    assert!(cases > 400, "only {cases} cases");
    run(&["test", &Path::new(folder.path()).to_string_lossy()]);
}

/// The case with a limit of one row; none where it writes, reads files or is about something else than rows in order.
fn limited_case(case: &str) -> Option<String> {
    let writes = ["outputlookup", "outputcsv", "collect", "outputtext", "lookups/", "format=csv"];
    let (input, rows) = case.split_once("\n--- rows\n")?;
    let searches: Vec<&str> = input.lines().filter(|line| line.starts_with("search:")).collect();
    let [search] = searches.as_slice() else { return None };
    let is_plain = !rows.contains("---") && !rows.contains('"') && !rows.lines().any(|line| line.starts_with('#'));
    if !is_plain || writes.iter().any(|word| input.contains(word)) || search.trim() == "search:" {
        return None;
    }
    let first: Vec<&str> = rows.lines().take(2).collect();
    let [header, row] = first.as_slice() else { return None };
    let input = input.replace(search, &format!("{search} | head 1"));
    Some(format!("{input}\n--- rows\n{header}\n{row}\n"))
}
