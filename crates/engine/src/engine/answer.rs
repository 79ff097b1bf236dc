//! What the engine gives back.

use std::{collections::BTreeSet, time::Duration};

use datafusion::arrow::{array::RecordBatch, datatypes::SchemaRef};
use speleo_plan::Thing;
use speleo_syntax::{Code, Command, Diagnostic, Search, print};

use crate::explain::Explanation;

/// The rows of a search.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Their columns.
    pub schema: SchemaRef,
    /// The rows in order.
    pub batches: Vec<RecordBatch>,
    /// The rows as people see them, where `fieldformat` gives fields another form.
    pub formatted: Option<(SchemaRef, Vec<RecordBatch>)>,
    /// How many events were read, subsearches included.
    pub events_scanned: u64,
    /// From the start of reading the text to the last row.
    pub elapsed: Duration,
}

/// How a search went.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The rows; where there are none, the diagnostics say why.
    pub result: Result<Answer, ()>,
    /// Errors, warnings, notes; places are in the text as typed.
    pub diagnostics: Vec<Diagnostic>,
}

/// How explaining went.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The explanation; where there is none, the diagnostics say why.
    pub result: Result<Explanation, ()>,
    /// Errors, warnings, notes.
    pub diagnostics: Vec<Diagnostic>,
}

/// Whether a search can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It can.
    Ok,
    /// It is valid SPL that speleo cannot run yet.
    Unsupported,
    /// Splunk would refuse it too.
    Invalid,
}

/// What a check found.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The verdict.
    pub status: Status,
    /// Why.
    pub diagnostics: Vec<Diagnostic>,
    /// The names of the commands from left to right.
    pub commands: Vec<String>,
    /// What it names of the outside.
    pub names: Names,
}

/// What a search names of the outside, its saved searches, data models and brackets included. What stands behind a mistake
/// may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// Indexes, and patterns of some. What is excluded is not named.
    pub indexes: BTreeSet<String>,
    /// Source types, and patterns of some.
    pub source_types: BTreeSet<String>,
    /// Definitions that there are none of: data models, saved searches, transaction types. They are no error of a check.
    pub missing: BTreeSet<(Thing, String)>,
    /// Lookups that it reads and that are not there. They are no error of a check either.
    pub missing_lookups: BTreeSet<String>,
    /// Lookups that it writes.
    pub written_lookups: BTreeSet<String>,
}

impl Checked {
    /// The verdict that the diagnostics give.
    pub fn new(commands: Vec<String>, diagnostics: Vec<Diagnostic>, names: Names) -> Self {
        let mut errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).peekable();
        let status = if errors.peek().is_none() {
            Status::Ok
        } else if errors.all(|diagnostic| is_unsupported(diagnostic.code)) {
            Status::Unsupported
        } else {
            Status::Invalid
        };
        Self { status, diagnostics, commands, names }
    }
}

/// Whether the search may be fine in Splunk: what is missing is speleo's, or a definition's.
fn is_unsupported(code: Code) -> bool {
    code.text().starts_with("E04") || matches!(code, Code::UnknownMacro | Code::Bug)
}

/// The names of the commands from left to right.
pub(super) fn commands(search: &Search) -> Vec<String> {
    let name = |place: usize| {
        // The first one may be unsaid.
        if let Some(Command::Search(_)) = search.commands.get(place) {
            return "search".to_owned();
        }
        let commands = search.commands.get(place).cloned().into_iter().collect();
        let text = print(&Search { span: search.span, commands });
        let word = text.trim_start_matches(['|', ' ']).split([' ', '\n']).next().unwrap_or_default();
        word.to_owned()
    };
    (0..search.commands.len()).map(name).collect()
}
