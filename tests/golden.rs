//! All golden files through the program itself, as `speleo test tests` runs them.

#![allow(clippy::unwrap_used)]

use std::process::Command;

#[test]
fn every_case_passes() {
    let output = Command::new(env!("CARGO_BIN_EXE_speleo")).args(["test", "tests"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
}
