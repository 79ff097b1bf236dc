//! A project in a folder of its own, and the program run in it.

// Not every test needs all of it.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

/// The folder, which goes with it.
pub(crate) struct Project(tempfile::TempDir);

impl Project {
    /// A project with this `speleo.toml`.
    pub(crate) fn new(toml: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::write(project.at("speleo.toml"), toml).unwrap();
        project
    }

    /// A place in the folder.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program, to be run in the folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_speleo"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn speleo(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The rows of a search, which succeeds.
    pub(crate) fn rows(&self, search: &str) -> Vec<Value> {
        let output = self.speleo(&["search", "--output", "jsonl", search]);
        assert!(output.status.success(), "{}", stderr(&output));
        rows(&output)
    }

    /// The only row of a search.
    pub(crate) fn row(&self, search: &str) -> Value {
        let mut rows = self.rows(search);
        match (rows.pop(), rows.len()) {
            (Some(row), 0) => row,
            (row, _) => panic!("{search}: {rows:?} {row:?}"),
        }
    }
}

/// What a run said.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The rows that a run printed as JSON lines.
pub(crate) fn rows(output: &Output) -> Vec<Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
