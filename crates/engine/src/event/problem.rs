//! What is wrong with a setting, at its place in a conf file.

use speleo_knowledge::conf::Place;
use speleo_syntax::{Code, Diagnostic, Severity};

/// A warning about a setting: it is left out, the others hold.
pub(super) fn problem(place: &Place, message: impl std::fmt::Display) -> Diagnostic {
    let file = place.file.as_ref().map_or_else(|| "conf".to_owned(), |file| file.display().to_string());
    let mut diagnostic = Diagnostic::unplaced(Code::Knowledge, format!("{file}:{}: {message}", place.line));
    diagnostic.severity = Severity::Warning;
    diagnostic
}
