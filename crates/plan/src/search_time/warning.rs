//! What is wrong with a conf file's step, told once: `props.conf:12: no transform is called …`.

use speleo_knowledge::Place;
use speleo_syntax::{Code, Diagnostic, Severity};

use crate::{Error, lower::Context};

/// Tells that a step is left out.
pub(super) fn warn(file: &str, place: &Place, message: &str, cx: &mut Context<'_>) {
    let path = place.file.as_ref().map_or_else(|| file.to_owned(), |path| path.display().to_string());
    let mut warning = Diagnostic::unplaced(Code::Knowledge, format!("{path}:{}: {message}", place.line));
    warning.severity = Severity::Warning;
    if !cx.knowledge_warnings.contains(&warning) {
        cx.knowledge_warnings.push(warning);
    }
}

/// As [`warn`], for what planning a step found.
///
/// # Errors
/// What is no fault of the conf file.
pub(super) fn tell(file: &str, place: &Place, what: &str, error: Error, cx: &mut Context<'_>) -> crate::Result<()> {
    match error {
        Error::Diagnostics(list) => {
            let reason = list.first().map_or("it cannot be planned", |problem| problem.message.as_str());
            warn(file, place, &format!("{what} is left out: {reason}"), cx);
            Ok(())
        }
        other => Err(other),
    }
}
