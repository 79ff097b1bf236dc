//! What the bundled searches become: `tests/plans/<stem>.snap` holds the plan of each of `queries/**/*.spl`.
//!
//! A plan that changes shows in the review of a change: a filter that no longer reaches the scan, a sort that nobody asked for.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The demo's data are made around this instant.
const NOW: &str = "1718379000";

fn queries(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(queries(&path));
        } else if path.extension().is_some_and(|ending| ending == "spl") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn bundled_searches() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    let status = Command::new(env!("CARGO_BIN_EXE_speleo"))
        .arg("demo")
        .arg(&demo)
        .args(["--now", NOW, "--output", "jsonl"])
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("plans");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in queries(&root.join("queries")) {
            let output = Command::new(env!("CARGO_BIN_EXE_speleo"))
                .args(["explain", "--now", NOW, "--timezone", "UTC", "--project"])
                .arg(&demo)
                .arg("--file")
                .arg(&path)
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{}: {}", path.display(), String::from_utf8_lossy(&output.stderr));
            // Paths are not the plan's; the physical plan and the parts of a file depend on the number of cores.
            let text = text.replace(&folder.path().display().to_string(), "").replace(folder_name(&folder), "");
            let text = whole_files(&text);
            let sections: Vec<&str> =
                text.split("\n\n").filter(|section| !section.starts_with("Physical plan")).collect();
            insta::assert_snapshot!(path.file_stem().unwrap().to_string_lossy().into_owned(), sections.join("\n\n"));
        }
    });
}

/// DataFusion writes paths without the leading slash.
fn folder_name(folder: &tempfile::TempDir) -> &str {
    folder.path().to_str().unwrap().trim_start_matches('/')
}

/// The text without ` and 3 more parts`.
fn whole_files(text: &str) -> String {
    let mut pieces = text.split(" and ");
    let mut whole = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece.split_once(" more parts").filter(|(count, _)| count.bytes().all(|byte| byte.is_ascii_digit())) {
            Some((_, rest)) => whole.push_str(rest),
            None => {
                whole.push_str(" and ");
                whole.push_str(piece);
            }
        }
    }
    whole
}
