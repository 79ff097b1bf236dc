//! What keeps the tree readable, checked by a machine: one noun, one stem; short files; no drawers for odds and ends.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use speleo_functions::{EvalSpec, STATS, eval};
use speleo_syntax::{COMMANDS, Code};

/// The length at which a file is two files.
const MOST_LINES: usize = 500;
/// Names that say nothing about what is inside.
const DRAWERS: &[&str] = &["utils", "util", "common", "misc", "helpers", "mod"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("target") {
                found.extend(files(&path, ending));
            }
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<PathBuf> {
    [files(&root().join("crates"), "rs"), files(&root().join("tests"), "rs")].concat()
}

fn stems(folder: &str, ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let with_ending = entries.filter(|path| path.extension().is_some_and(|extension| extension == ending));
    with_ending.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn a_command_has_one_stem_in_syntax_plan_and_tests() {
    let mut syntax = stems("crates/syntax/src/command", "rs");
    // Forms that commands of any name may have.
    for form in ["spliced", "unsupported"] {
        syntax.remove(form);
    }
    let plan = stems("crates/plan/src/command", "rs");
    let tests = stems("tests/commands", "spltest");
    none("commands without a plan", syntax.difference(&plan).cloned().collect());
    none("commands without a golden file", syntax.difference(&tests).cloned().collect());
    none("golden files without a command", tests.difference(&syntax).cloned().collect());
    let names: BTreeSet<&str> = COMMANDS.iter().flat_map(|spec| spec.names).copied().collect();
    none(
        "files that no command is named after",
        syntax.iter().filter(|stem| !names.contains(stem.as_str())).cloned().collect(),
    );
}

#[test]
fn a_name_stands_for_one_thing() {
    let mut seen = BTreeSet::new();
    none(
        "commands listed twice",
        COMMANDS
            .iter()
            .flat_map(|spec| spec.names)
            .filter(|name| !seen.insert(**name))
            .map(ToString::to_string)
            .collect(),
    );
    let mut seen = BTreeSet::new();
    let functions = eval::functions().flat_map(|spec| spec.names);
    none(
        "eval functions listed twice",
        functions.filter(|name| !seen.insert(**name)).map(ToString::to_string).collect(),
    );
    let mut seen = BTreeSet::new();
    let aggregates = STATS.iter().flat_map(|family| family.iter()).flat_map(|spec| spec.names);
    none(
        "stats functions listed twice",
        aggregates.filter(|name| !seen.insert(**name)).map(ToString::to_string).collect(),
    );
}

#[test]
fn a_function_says_what_it_does() {
    let functions: Vec<_> = eval::functions().collect();
    // What needs a field or an event has no example in the table, but a golden case.
    let cases: String = files(&root().join("tests/functions"), "spltest")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let is_shown = |spec: &EvalSpec| {
        !spec.examples.is_empty() || spec.names.iter().any(|name| cases.contains(&format!("{name}(")))
    };
    none(
        "eval functions without an example or a golden case",
        functions.iter().filter(|spec| !is_shown(spec)).map(|spec| spec.usage.to_owned()).collect(),
    );
    let aggregates = STATS.iter().flat_map(|family| family.iter());
    none(
        "stats functions without an example",
        aggregates
            .filter(|spec| spec.examples.is_empty() && !spec.of_series)
            .map(|spec| spec.usage.to_owned())
            .collect(),
    );
    none(
        "eval functions without a summary",
        functions.iter().filter(|spec| spec.summary.is_empty()).map(|spec| spec.usage.to_owned()).collect(),
    );
}

#[test]
fn a_code_has_a_number_and_a_page() {
    let mut seen = BTreeSet::new();
    none(
        "codes with the number of another",
        Code::ALL.iter().filter(|code| !seen.insert(code.text())).map(|code| code.text().to_owned()).collect(),
    );
    none(
        "codes without a page",
        Code::ALL.iter().filter(|code| code.page().trim().is_empty()).map(|code| code.text().to_owned()).collect(),
    );
}

#[test]
fn files_are_short_and_open_with_what_they_are() {
    let mut long = Vec::new();
    let mut mute = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let count = text.lines().count();
        if count > MOST_LINES {
            long.push(format!("{}: {count} lines", path.display()));
        }
        // A module's tests say at the module what they are.
        if !text.starts_with("//!") && !path.ends_with("tests.rs") {
            mute.push(path.display().to_string());
        }
    }
    none("files above 500 lines", long);
    none("files that do not open with `//!`", mute);
}

#[test]
fn no_file_is_a_drawer() {
    let is_drawer = |path: &PathBuf| DRAWERS.contains(&path.file_stem().unwrap().to_string_lossy().as_ref());
    none(
        "names that say nothing",
        sources().into_iter().filter(is_drawer).map(|path| path.display().to_string()).collect(),
    );
}

#[test]
fn nothing_is_left_undone() {
    // Written apart, so that this file passes.
    let marks = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("db", "g!(")];
    let has_mark = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        marks.iter().any(|mark| text.contains(mark))
    };
    none(
        "files with marks of unfinished work",
        sources().into_iter().filter(has_mark).map(|path| path.display().to_string()).collect(),
    );
}

#[test]
fn the_demo_holds_every_query_and_lookup() {
    let list = fs::read_to_string(root().join("crates/cli/demo.rs")).unwrap();
    let mut missing = Vec::new();
    for (folder, ending) in [("queries", "spl"), ("queries", "conf"), ("queries", "json"), ("lookups", "csv")] {
        for path in files(&root().join(folder), ending) {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            // The generator writes this one, with times around its own.
            if !list.contains(&format!("\"{name}\"")) && name != "lookups/afi_esa_domain_sender.csv" {
                missing.push(name);
            }
        }
    }
    none("files that the demo lacks", missing);
}
