//! A million groups (fewer in a debug build): what the commands that group count is checked by arithmetic.
//!
//! Row n of 2·G has the key `k(n mod G)`, so that each of G groups has two rows, and a value n mod 10.

#![allow(clippy::unwrap_used)]

use std::{fmt::Write, fs, path::Path, process::Command};

const GROUPS: u64 = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };

/// The row of sums that a search over the rows ends with.
fn answers(folder: &Path, search: &str, expected: &[(&str, u64)]) {
    let rows = 2 * GROUPS;
    let text =
        format!("| makeresults count={rows} | streamstats count AS n | eval k=\"k\".(n%{GROUPS}), v=n%10 | {search}");
    let output = Command::new(env!("CARGO_BIN_EXE_speleo"))
        .args(["search", "--output", "jsonl", "--lookups"])
        .args([folder.as_os_str(), "--".as_ref(), text.as_ref()])
        .output()
        .unwrap();
    let fields: Vec<String> = expected.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let (found, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(found.trim_end(), format!("{{{}}}", fields.join(",")), "{search}: {errors}");
}

#[test]
fn each_group_has_its_two_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = "k,other\n".to_owned();
    for n in 0..GROUPS {
        writeln!(table, "k{n},{}", n + 1).unwrap();
    }
    fs::write(folder.path().join("table.csv"), table).unwrap();
    let (rows, folder) = (2 * GROUPS, folder.path());

    // Of any ten rows in a row the values have the sum 45.
    answers(
        folder,
        "stats count AS c sum(v) AS s BY k | stats count AS groups sum(c) AS rows max(c) AS most sum(s) AS s",
        &[("groups", GROUPS), ("rows", rows), ("most", 2), ("s", rows / 10 * 45)],
    );
    answers(
        folder,
        "eventstats count AS c BY k | stats count sum(c) AS s dc(k) AS groups",
        &[("count", rows), ("s", 2 * rows), ("groups", GROUPS)],
    );
    // The first row of each group is among the first G.
    answers(folder, "dedup k | stats count max(n) AS last", &[("count", GROUPS), ("last", GROUPS)]);
    answers(folder, "top limit=0 k | stats count sum(count) AS rows", &[("count", GROUPS), ("rows", rows)]);
    answers(folder, "chart count OVER k | stats count sum(count) AS rows", &[("count", GROUPS), ("rows", rows)]);
    // 1 and 2 in each group.
    answers(
        folder,
        "streamstats count AS c BY k | stats sum(c) AS s max(c) AS most",
        &[("s", 3 * GROUPS), ("most", 2)],
    );
    answers(
        folder,
        "eval _time=_time-n | transaction k | stats count sum(eventcount) AS rows",
        &[("count", GROUPS), ("rows", rows)],
    );
    // Each number from 1 to G twice.
    let numbers = GROUPS * (GROUPS + 1);
    answers(
        folder,
        "join k [| inputlookup table.csv] | stats count sum(other) AS s",
        &[("count", rows), ("s", numbers)],
    );
    answers(
        folder,
        "lookup table.csv k OUTPUT other | stats count sum(other) AS s",
        &[("count", rows), ("s", numbers)],
    );
}
