//! What comes up while events are read, for whoever tells it when the reading is done.

use std::sync::{Mutex, PoisonError};

use speleo_syntax::{Code, Diagnostic};

/// How many notes of one index are kept; the others say the same of further places.
const MOST: usize = 20;

/// Warnings about data, each once. Readers of several files share it.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Vec<Diagnostic>>);

impl Notes {
    /// Adds a warning about data that could not be read as it should.
    pub(crate) fn add(&self, message: String) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < MOST && !notes.iter().any(|note| note.message == message) {
            notes.push(Diagnostic::unplaced(Code::SkippedLines, message));
        }
    }

    /// Notes the first bytes of a file that are no text in its encoding.
    pub(crate) fn damage(&self, source: &str, line: impl FnOnce() -> Option<u64>) {
        let start = format!("{source}: bytes that are no text");
        let is_known = self.list().iter().any(|note| note.message.starts_with(&start));
        if !is_known {
            let line = line().map_or_else(String::new, |line| format!(", the first in line {line}"));
            self.add(format!("{start} in its encoding stand as \u{fffd}{line}"));
        }
    }

    /// What came up so far.
    pub(crate) fn list(&self) -> Vec<Diagnostic> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
