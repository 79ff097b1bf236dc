//! Reports of tests: for people, as JSON lines, and as JUnit XML. `speleo test tests --junit report.xml`

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Map, Value, json};

/// What came of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// As expected.
    Passed,
    /// Not as expected.
    Failed,
    /// The test itself makes no sense: a file is missing, a text cannot be read.
    Broken,
    /// It is for people.
    Skipped,
}

impl Outcome {
    fn text(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Broken => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// In how many rows a field has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// The field.
    pub(crate) field: String,
    /// Rows with a value.
    pub(crate) rows: usize,
}

/// A test and what came of it.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The file that says it.
    pub(crate) path: PathBuf,
    /// The line, from 1.
    pub(crate) line: usize,
    /// Its name.
    pub(crate) name: String,
    /// Its search, or several.
    pub(crate) searches: Vec<String>,
    /// What came of it.
    pub(crate) outcome: Outcome,
    /// Why, where it did not pass.
    pub(crate) message: String,
    /// How long it took.
    pub(crate) time: Duration,
    /// How many rows a detection gave.
    pub(crate) rows: Option<usize>,
    /// In how many of these each field has a value.
    pub(crate) coverage: Vec<Coverage>,
}

impl Report {
    /// For people: what failed in full, a detection that passed on one line.
    pub(super) fn text(&self, out: &mut dyn Write) -> Result<()> {
        let place = format!("{}:{}: {}", self.path.display(), self.line, self.name);
        match (self.outcome, self.rows) {
            (Outcome::Passed, None) => {}
            (Outcome::Passed, Some(rows)) => {
                let time = self.time.as_secs_f64();
                writeln!(out, "{place}: {rows} rows ({time:.1} s){}", gaps(&self.coverage, rows))?;
            }
            (Outcome::Skipped, _) => writeln!(out, "{place}: skipped: {}", self.message)?,
            (Outcome::Failed | Outcome::Broken, _) => {
                writeln!(out, "{place}")?;
                for line in self.searches.iter().flat_map(|search| search.lines()) {
                    writeln!(out, "    {line}")?;
                }
                writeln!(out, "{}", self.message)?;
            }
        }
        Ok(())
    }

    /// One object on a line.
    pub(super) fn json(&self, out: &mut dyn Write) -> Result<()> {
        let mut object = Map::new();
        let mut set = |key: &str, value: Value| object.insert(key.to_owned(), value);
        set("file", json!(self.path.display().to_string()));
        set("line", json!(self.line));
        set("name", json!(self.name));
        set("status", json!(self.outcome.text()));
        set("seconds", json!(self.time.as_secs_f64()));
        if let Some(rows) = self.rows {
            set("rows", json!(rows));
            let fields: Map<String, Value> =
                self.coverage.iter().map(|known| (known.field.clone(), json!(known.rows))).collect();
            set("coverage", Value::Object(fields));
        }
        if !self.message.is_empty() {
            set("message", json!(self.message.trim()));
        }
        writeln!(out, "{}", Value::Object(object))?;
        Ok(())
    }

    fn case(&self) -> TestCase {
        let mut status = match self.outcome {
            Outcome::Passed => TestCaseStatus::success(),
            Outcome::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
            Outcome::Broken => TestCaseStatus::non_success(NonSuccessKind::Error),
            Outcome::Skipped => TestCaseStatus::skipped(),
        };
        if !self.message.is_empty() {
            status.set_message(self.message.trim().lines().next().unwrap_or_default());
            status.set_description(self.message.clone());
        }
        let mut case = TestCase::new(self.name.as_str(), status);
        case.set_classname(self.path.display().to_string());
        case.set_time(self.time);
        if let Some(rows) = self.rows {
            let lines = self.coverage.iter().map(|known| format!("{}: {} of {rows}\n", known.field, known.rows));
            case.set_system_out(format!("{rows} rows\n{}", lines.collect::<String>()));
        }
        case
    }
}

/// The fields without a value in some rows.
fn gaps(coverage: &[Coverage], rows: usize) -> String {
    let incomplete = coverage.iter().filter(|known| known.rows < rows);
    let list: Vec<String> = incomplete.map(|known| format!("{} in {}", known.field, known.rows)).collect();
    if list.is_empty() { String::new() } else { format!(", values of {}", list.join(", ")) }
}

/// Writes all reports as JUnit XML, a suite for each file.
pub(super) fn junit(path: &Path, reports: &[Report], time: Duration) -> Result<()> {
    let mut all = Junit::new("speleo");
    all.set_time(time);
    let mut rest = reports;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|report| report.path == first.path).count();
        let (of_file, others) = rest.split_at(count);
        let mut suite = TestSuite::new(first.path.display().to_string());
        suite.set_time(of_file.iter().map(|report| report.time).sum());
        suite.add_test_cases(of_file.iter().map(Report::case));
        all.add_test_suite(suite);
        rest = others;
    }
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = BufWriter::new(file);
    all.serialize(&mut file).with_context(|| format!("cannot write {}", path.display()))?;
    file.flush().with_context(|| format!("cannot write {}", path.display()))
}
